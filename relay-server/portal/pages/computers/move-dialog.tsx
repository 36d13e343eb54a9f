/** Which group computers are to be moved to: type a part of its name, Enter. */
import { Combobox, Modal, Stack, Text, TextInput, useCombobox } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import { groupsQuery } from '../../api/queries.ts';
import { LinkAnchor } from '../../components/links.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { calledTogether, isAssignable, type Target } from './bulk-changes.ts';
import classes from './computers.module.css';

const GROUPS_SHOWN = 100;

export interface MoveDialogProps {
  readonly subscription: string;
  readonly targets: readonly Target[];
  readonly opened: boolean;
  onChoose(targets: readonly Target[], group: { readonly id: string; readonly name: string }): void;
  onClose(): void;
}

export function MoveDialog({ subscription, targets, opened, onChoose, onClose }: MoveDialogProps) {
  const computers = targets.filter(isAssignable);
  const staying = targets.filter((target) => !isAssignable(target));
  const title = computers.length === 0 ? 'Role instances can not be moved' : `Move ${calledTogether(computers)} to`;
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="sm" pt={4}>
        {staying.length > 0 && (
          <Text size="sm" {...(computers.length > 0 && { c: 'dimmed' })}>
            {computers.length === 0
              ? 'An instance always belongs to its role: only computers are put in groups. To let an instance reach a group, connect the group to its role.'
              : `${calledTogether(staying)} of your selection ${staying.length === 1 ? 'stays' : 'stay'}: an instance always belongs to its role.`}
          </Text>
        )}
        {computers.length > 0 && (
          <GroupChoice
            subscription={subscription}
            present={computers.length === 1 ? (computers[0]?.group ?? undefined) : undefined}
            onChoose={(group) => onChoose(targets, group)}
            onClose={onClose}
          />
        )}
      </Stack>
    </Modal>
  );
}

interface GroupChoiceProps {
  readonly subscription: string;
  /** Id of the group that it is in now. */
  readonly present: string | undefined;
  onChoose(group: { readonly id: string; readonly name: string }): void;
  /** Escape was pressed. */
  onClose(): void;
}

function GroupChoice({ subscription, present, onChoose, onClose }: GroupChoiceProps) {
  const { data: groups, error, refetch } = useQuery(groupsQuery(subscription));
  const [typed, setTyped] = useState('');
  const combobox = useCombobox({ defaultOpened: true, onDropdownClose: onClose });
  const wanted = typed.trim().toLowerCase();
  const found = groups?.filter(({ name }) => name.toLowerCase().includes(wanted)) ?? [];
  const shown = found.slice(0, GROUPS_SHOWN);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the first that is found is what Enter chooses.
  useEffect(() => void combobox.selectFirstOption(), [typed, groups]);

  if (groups?.length === 0) {
    return (
      <Text>
        There is no group yet.{' '}
        <LinkAnchor to="/s/$subscription/groups" params={{ subscription }}>
          Make the first one
        </LinkAnchor>
        , then move computers into it.
      </Text>
    );
  }
  return (
    <>
      <RefusalAlert error={error} onRetry={() => void refetch()} />
      <Combobox
        store={combobox}
        onOptionSubmit={(id) => {
          const group = groups?.find((one) => one.id === id);
          if (group !== undefined) onChoose(group);
        }}
      >
        <Combobox.EventsTarget>
          <TextInput
            aria-label="Group"
            placeholder="Search groups"
            leftSection={<Search size={16} aria-hidden />}
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
            data-autofocus
          />
        </Combobox.EventsTarget>
        <Combobox.Options className={classes.choices} aria-label="Groups">
          {shown.map(({ id, name, machines }) => (
            <Combobox.Option key={id} value={id} disabled={id === present}>
              <span className={classes.choice}>
                <span>{name}</span>
                <Text span size="xs" className={classes.note}>
                  {id === present ? 'is in it now' : `${machines.toLocaleString('en')} in it`}
                </Text>
              </span>
            </Combobox.Option>
          ))}
          {groups !== undefined && found.length === 0 && <Combobox.Empty>No group is called like that.</Combobox.Empty>}
          {found.length > shown.length && (
            <Combobox.Empty>
              {(found.length - shown.length).toLocaleString('en')} more: type to find them.
            </Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox>
    </>
  );
}
