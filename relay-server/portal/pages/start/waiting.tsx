/** Something is awaited, and will show by itself. */
import classes from './waiting.module.css';

export function Waiting({ children }: { readonly children: string }) {
  return (
    <span className={classes.waiting}>
      <span className={classes.pulse} aria-hidden />
      {children}
    </span>
  );
}
