/** A role, a group, and whether there is a line between them. Says nothing that the words beside it do not. */
import { Server, Workflow } from 'lucide-react';
import classes from './connection-picture.module.css';

export interface ConnectionPictureProps {
  readonly role: string;
  readonly group: string;
  readonly connected: boolean;
}

export function ConnectionPicture({ role, group, connected }: ConnectionPictureProps) {
  return (
    <div className={classes.picture} data-connected={connected} aria-hidden>
      <span className={classes.end}>
        <Server size={18} strokeWidth={1.75} />
        <span className={classes.name}>{role}</span>
      </span>
      <span className={classes.line} />
      <span className={classes.end}>
        <Workflow size={18} strokeWidth={1.75} />
        <span className={classes.name}>{group}</span>
      </span>
    </div>
  );
}
