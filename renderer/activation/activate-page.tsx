/** Activation of a computer that was activated before and needs a new token. */
import column from '../shell/page-column.module.css';
import { ActivationForm } from './activation-form.tsx';

export function ActivatePage() {
  return (
    <div className={column.column}>
      <ActivationForm />
    </div>
  );
}
