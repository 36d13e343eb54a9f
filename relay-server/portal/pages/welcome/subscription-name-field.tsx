/** Names a subscription, and shows what a computer in it will be called. */
import { Text, TextInput } from '@mantine/core';
import { asSubscriptionName, subscriptionNameProblem } from './subscription-name.ts';
import classes from './subscription-name-field.module.css';

export interface SubscriptionNameFieldProps {
  readonly value: string;
  onChange(name: string): void;
  /** What the server had against it. */
  readonly error?: string | undefined;
  /** Whether to say what is wrong already: not before somebody has tried. */
  readonly judged: boolean;
  readonly autoFocus?: boolean;
}

export function SubscriptionNameField({ value, onChange, error, judged, autoFocus }: SubscriptionNameFieldProps) {
  const problem = subscriptionNameProblem(value);
  return (
    <div>
      <TextInput
        label="Name of the subscription"
        description="A short word for your company or team. It becomes a part of every computer’s name."
        placeholder="contoso"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        required
        withAsterisk={false}
        data-autofocus={autoFocus || undefined}
        value={value}
        onChange={({ currentTarget }) => onChange(asSubscriptionName(currentTarget.value))}
        error={error ?? (judged || /[^a-z0-9-]/.test(value) ? problem : undefined)}
      />
      <Text size="sm" c="dimmed" mt={6}>
        A computer called sql01 will be{' '}
        <code className={classes.example}>
          sql01.<strong>{value === '' || problem !== undefined ? 'contoso' : value}</strong>.causeway.internal
        </code>
      </Text>
    </div>
  );
}
