/** Step 3: a role and its connection to a group, as one change. */
import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Group as GroupShape, PolicyChange, Role } from '../../api/shapes.ts';
import { useProposal } from '../../policy/proposal.tsx';
import classes from './connect-step.module.css';
import { ConnectionPicture } from './connection-picture.tsx';

const NEW = 'new';

export interface ConnectStepProps {
  readonly subscription: string;
  readonly roles: readonly Role[];
  /** That have a computer in them. */
  readonly groups: readonly GroupShape[];
}

export function ConnectStep({ subscription, roles, groups }: ConnectStepProps) {
  const [chosenRole, setChosenRole] = useState<string>();
  const [name, setName] = useState('');
  const [chosenGroup, setChosenGroup] = useState<string>();
  const propose = useProposal();
  const role = chosenRole === NEW ? undefined : (roles.find(({ id }) => id === chosenRole) ?? roles[0]);
  const group = groups.find(({ id }) => id === chosenGroup) ?? groups[0];
  const roleName = role?.name ?? name.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (group === undefined || roleName === '') return;
    const connect: PolicyChange = {
      do: 'connect',
      a: role === undefined ? { kind: 'role', name: roleName } : { kind: 'role', id: role.id },
      b: { kind: 'group', id: group.id },
    };
    propose({
      subscription,
      title: `Connect ${roleName} to ${group.name}?`,
      confirmLabel: 'Connect',
      changes: role === undefined ? [{ do: 'create-role', name: roleName }, connect] : [connect],
      done: `${roleName} and ${group.name} are connected.`,
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <div className={classes.fields}>
          {roles.length > 0 && (
            <Select
              label="Role"
              data={[
                ...roles.map(({ id, name: label }) => ({ value: id, label })),
                { value: NEW, label: 'A new role' },
              ]}
              allowDeselect={false}
              value={role?.id ?? NEW}
              onChange={(value) => setChosenRole(value ?? NEW)}
            />
          )}
          {role === undefined && (
            <TextInput
              label="Name of the role"
              placeholder="Web"
              maxLength={80}
              required
              withAsterisk={false}
              value={name}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
            />
          )}
          {groups.length > 1 && (
            <Select
              label="Group"
              data={groups.map(({ id, name: label }) => ({ value: id, label }))}
              allowDeselect={false}
              searchable
              value={group?.id ?? null}
              onChange={(value) => setChosenGroup(value ?? undefined)}
            />
          )}
        </div>
        <ConnectionPicture
          role={roleName === '' ? 'Role' : roleName}
          group={group?.name ?? 'Group'}
          connected={false}
        />
        <Group>
          <Button type="submit" size="md" disabled={group === undefined}>
            Connect
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
