/** Where the six digits of an authenticator are typed, or pasted with whatever stands between them. */
import { TextInput, type TextInputProps } from '@mantine/core';

const DIGITS = 6;

export interface CodeFieldProps extends Omit<TextInputProps, 'value' | 'onChange'> {
  /** Digits only. */
  readonly value: string;
  onChange(code: string): void;
}

export function CodeField({ value, onChange, ...props }: CodeFieldProps) {
  return (
    <TextInput
      label="Code"
      inputMode="numeric"
      autoComplete="one-time-code"
      required
      withAsterisk={false}
      styles={{
        input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '1.25rem', letterSpacing: '0.25em' },
      }}
      {...props}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value.replace(/\D/g, '').slice(0, DIGITS))}
    />
  );
}

export function isWholeCode(code: string): boolean {
  return code.length === DIGITS;
}
