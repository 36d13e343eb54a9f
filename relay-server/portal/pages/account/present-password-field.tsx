/** Asks for the password again: a browser that was left open must not be enough to change who gets in. */
import { PasswordInput } from '@mantine/core';
import { Refusal } from '../../api/refusal.ts';

export interface PresentPasswordFieldProps {
  readonly value: string;
  onChange(password: string): void;
  /** What the server said; only a refused password concerns this field. */
  readonly error: unknown;
}

export function PresentPasswordField({ value, onChange, error }: PresentPasswordFieldProps) {
  return (
    <PasswordInput
      label="Your present password"
      autoComplete="current-password"
      required
      withAsterisk={false}
      data-autofocus
      visibilityToggleButtonProps={{ 'aria-label': 'Show the present password' }}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
      error={isRefusedPassword(error) ? 'This is not your present password.' : undefined}
    />
  );
}

export function isRefusedPassword(error: unknown): boolean {
  return error instanceof Refusal && error.code === 'SIGN_IN_REFUSED';
}
