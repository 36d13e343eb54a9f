/** What a computer belongs to: its group, its role, or nothing yet. */
import { Server, Workflow } from 'lucide-react';
import type { Machine } from '../../api/shapes.ts';
import { LinkAnchor } from '../../components/links.tsx';
import classes from './computers.module.css';

export interface MemberLinkProps {
  readonly subscription: string;
  readonly machine: Pick<Machine, 'group' | 'role' | 'memberOf'>;
}

export function MemberLink({ subscription, machine: { group, role, memberOf } }: MemberLinkProps) {
  if (role !== null) {
    return (
      <LinkAnchor
        to="/s/$subscription/roles/$role"
        params={{ subscription, role }}
        className={classes.member}
        title={`Role ${memberOf}`}
        inherit
      >
        <Server size={14} role="img" aria-label="Role" />
        <span>{memberOf}</span>
      </LinkAnchor>
    );
  }
  if (group === null) {
    return <span className={classes.none}>No group</span>;
  }
  return (
    <LinkAnchor
      to="/s/$subscription/groups/$group"
      params={{ subscription, group }}
      className={classes.member}
      title={`Group ${memberOf}`}
      inherit
    >
      <Workflow size={14} role="img" aria-label="Group" />
      <span>{memberOf}</span>
    </LinkAnchor>
  );
}
