/** Says that the pages may be out of date. Nothing to do: they mend themselves. */
import { CloudOff } from 'lucide-react';
import classes from './shell.module.css';

export function OfflineBanner({ connected }: { readonly connected: boolean }) {
  return (
    <div role="status">
      {!connected && (
        <div className={classes.banner}>
          <CloudOff size={16} aria-hidden />
          The server can not be reached. What you see may be out of date; trying again…
        </div>
      )}
    </div>
  );
}
