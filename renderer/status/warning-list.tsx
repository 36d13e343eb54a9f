/** What works and should be known all the same, in the catalogue's words. */
import { StateMark } from '../shell/state-mark.tsx';
import classes from './warning-list.module.css';

interface Warning {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

export function WarningList({ warnings }: { readonly warnings: readonly Warning[] }) {
  return warnings.map(({ code, message, remedy }) => (
    <div key={code} className={classes.warning} role="note">
      <StateMark tone="warn" size={16} />
      <div lang="en">
        <p>{message}</p>
        <p className="dimmed">{remedy}</p>
      </div>
    </div>
  ));
}
