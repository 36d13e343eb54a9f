/** Chooses rights, with what each of them may. */
import { Radio, Stack } from '@mantine/core';
import { RIGHTS, RIGHTS_WORDS, type Rights } from './rights-words.ts';

export interface RightsChoiceProps {
  readonly value: Rights;
  onChange(rights: Rights): void;
}

export function RightsChoice({ value, onChange }: RightsChoiceProps) {
  return (
    <Radio.Group
      label="Rights"
      value={value}
      onChange={(chosen) => onChange(RIGHTS.find((rights) => rights === chosen) ?? value)}
    >
      <Stack gap="xs" mt={6}>
        {RIGHTS.map((rights) => (
          <Radio
            key={rights}
            value={rights}
            label={RIGHTS_WORDS[rights].label}
            description={RIGHTS_WORDS[rights].may}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}
