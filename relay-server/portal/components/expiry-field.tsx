/** Asks when something ends: by one click for the usual lengths, by a date for others. */
import { Chip, Group, Input, TextInput } from '@mantine/core';
import { useId } from '@mantine/hooks';
import { dayOf, EXPIRY_CHOICES, type Expiry, isExpiryChoice } from './expiry.ts';

export interface ExpiryFieldProps {
  readonly label: string;
  readonly description?: string;
  readonly value: Expiry;
  readonly error?: string | undefined;
  onChange(value: Expiry): void;
}

export function ExpiryField({ label, description, value, error, onChange }: ExpiryFieldProps) {
  const id = useId();
  return (
    <div role="radiogroup" aria-labelledby={id}>
      <Input.Label id={id} labelElement="div">
        {label}
      </Input.Label>
      {description !== undefined && <Input.Description mb={6}>{description}</Input.Description>}
      <Chip.Group
        value={value.choice}
        onChange={(choice) => isExpiryChoice(choice) && onChange({ ...value, choice })}
        multiple={false}
      >
        <Group gap={6}>
          {EXPIRY_CHOICES.map(([choice, text]) => (
            <Chip key={choice} value={choice} size="sm" variant="outline">
              {text}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      {value.choice === 'date' && (
        <TextInput
          type="date"
          mt="xs"
          maw="14rem"
          label="Last day"
          min={dayOf(Date.now())}
          value={value.date}
          error={error}
          onChange={({ currentTarget }) => onChange({ ...value, date: currentTarget.value })}
        />
      )}
    </div>
  );
}
