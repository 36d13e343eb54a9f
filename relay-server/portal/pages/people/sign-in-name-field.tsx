/** By what somebody signs in: a name or an e-mail address. */
import { TextInput } from '@mantine/core';

const LONGEST = 120;

/** @returns what is wrong with it, in a sentence; undefined for a good one */
export function signInNameProblem(name: string): string | undefined {
  if (name === '') return 'Choose a name, or take the e-mail address.';
  if (!/^[\p{L}\p{N}._%+@-]+$/u.test(name)) return 'Letters, digits and . _ % + @ - can stand in it, no spaces.';
  return name.length > LONGEST ? `It can have ${LONGEST} characters at most.` : undefined;
}

export interface SignInNameFieldProps {
  readonly label: string;
  readonly value: string;
  onChange(name: string): void;
  /** Whether to say what is wrong already: not before somebody has tried. */
  readonly judged: boolean;
  /** What the server had against it. */
  readonly error?: string | undefined;
  /** Whether it is of who types it: then the browser may fill it in. */
  readonly own?: boolean;
  readonly autoFocus?: boolean;
}

export function SignInNameField(props: SignInNameFieldProps) {
  const { label, value, onChange, judged, error, own = true, autoFocus = false } = props;
  return (
    <TextInput
      label={label}
      placeholder="olivia"
      description="A short name, or the e-mail address."
      autoComplete={own ? 'username' : 'off'}
      autoCapitalize="none"
      spellCheck={false}
      required
      withAsterisk={false}
      data-autofocus={autoFocus || undefined}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value.trim())}
      error={error ?? (judged ? signInNameProblem(value) : undefined)}
    />
  );
}
