/** Where a password is made up. Whether it is good enough only the server says, as it knows what guessers try. */
import { PasswordInput } from '@mantine/core';
import { Refusal } from '../api/refusal.ts';

/** As in the server's limits, which are too much to load for one number. */
export const PASSWORD_LEAST = 12;

export interface NewPasswordFieldProps {
  readonly label: string;
  readonly value: string;
  onChange(password: string): void;
  /** What the server said; only a weak password concerns this field. */
  readonly error: unknown;
  readonly autoFocus?: boolean;
}

export function NewPasswordField({ label, value, onChange, error, autoFocus = false }: NewPasswordFieldProps) {
  return (
    <PasswordInput
      label={label}
      description={`At least ${PASSWORD_LEAST} characters. Four words that do not belong together are good, and easy to keep.`}
      autoComplete="new-password"
      required
      withAsterisk={false}
      data-autofocus={autoFocus || undefined}
      visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
      error={isWeakPassword(error) ? `${error.message} ${error.remedy}` : undefined}
    />
  );
}

export function isWeakPassword(error: unknown): error is Refusal {
  return error instanceof Refusal && error.code === 'PASSWORD_WEAK';
}
