/** What works and should be known all the same, in the catalogue's words. */
import { Sentence } from '../shell/sentence.tsx';
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
        <p>
          <Sentence>{message}</Sentence>
        </p>
        <p className="dimmed">
          <Sentence>{remedy}</Sentence>
        </p>
      </div>
    </div>
  ));
}
