/** A command to paste into a terminal, whole: it wraps and is never cut off. */
import { CopyButton } from '../../components/copy-button.tsx';
import classes from './command-block.module.css';

export interface CommandBlockProps {
  readonly command: string;
  /** What it is, in words, for the button that copies it: "Linux command". */
  readonly what: string;
}

export function CommandBlock({ command, what }: CommandBlockProps) {
  return (
    <div className={classes.block}>
      <pre className={classes.command}>{command}</pre>
      <div className={classes.copy}>
        <CopyButton text={command} what={what} label="Copy" />
      </div>
    </div>
  );
}
