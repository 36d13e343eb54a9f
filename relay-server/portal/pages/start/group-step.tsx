/** Step 2: the first group, with the computers in it, as one change. */
import { Button, Checkbox, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Group as GroupShape, Machine, PolicyChange } from '../../api/shapes.ts';
import { useProposal } from '../../policy/proposal.tsx';
import { namesInWords } from './guide-state.ts';

/** More than these are put in a group on the page of the computers. */
const OFFERED = 12;
const NEW = 'new';

export interface GroupStepProps {
  readonly subscription: string;
  /** In no group yet. */
  readonly computers: readonly Machine[];
  readonly groups: readonly GroupShape[];
}

export function GroupStep({ subscription, computers, groups }: GroupStepProps) {
  const offered = computers.slice(0, OFFERED);
  const [target, setTarget] = useState<string>(NEW);
  const [name, setName] = useState('');
  const [leftOut, setLeftOut] = useState<readonly string[]>([]);
  const propose = useProposal();
  const chosen = offered.filter(({ id }) => !leftOut.includes(id));
  const existing = groups.find(({ id }) => id === target);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const group = existing?.name ?? name.trim();
    if (group === '' || chosen.length === 0) return;
    const assign: PolicyChange = { do: 'assign', machines: chosen.map(({ id }) => id), group: existing?.id ?? group };
    const names = namesInWords(chosen.map((computer) => computer.name));
    propose({
      subscription,
      title: existing === undefined ? `Make the group ${group}?` : `Put ${names} into ${group}?`,
      confirmLabel: existing === undefined ? 'Make the group' : 'Put in',
      changes: existing === undefined ? [{ do: 'create-group', name: group }, assign] : [assign],
      done: `${names} ${chosen.length === 1 ? 'is' : 'are'} in ${group} now.`,
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack maw={480}>
        {groups.length > 0 && (
          <Select
            label="Group"
            data={[
              { value: NEW, label: 'A new group' },
              ...groups.map(({ id, name: label }) => ({ value: id, label })),
            ]}
            allowDeselect={false}
            value={target}
            onChange={(value) => setTarget(value ?? NEW)}
          />
        )}
        {existing === undefined && (
          <TextInput
            label="Name of the group"
            description="What its computers have in common."
            placeholder="SQL servers"
            maxLength={80}
            required
            withAsterisk={false}
            value={name}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
        )}
        <Checkbox.Group
          label="Computers to put in"
          value={chosen.map(({ id }) => id)}
          onChange={(ids) => setLeftOut(offered.map(({ id }) => id).filter((id) => !ids.includes(id)))}
        >
          <Group gap="lg" mt={6}>
            {offered.map(({ id, name: label }) => (
              <Checkbox key={id} value={id} label={label} />
            ))}
          </Group>
          {computers.length > OFFERED && (
            <Text size="sm" c="dimmed" mt="xs">
              The others you can put in on the page Computers.
            </Text>
          )}
        </Checkbox.Group>
        <Group>
          <Button type="submit" size="md" disabled={chosen.length === 0}>
            {existing === undefined ? 'Make the group' : 'Put in'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
