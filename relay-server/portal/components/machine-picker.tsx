/**
 * Chooses one machine of ten thousand: asks the server while one types, by name, address, OS or group.
 * What is chosen is told by its id; the caller keeps it.
 */
import { ActionIcon, Combobox, Group, Loader, Text, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { api, path } from '../api/client.ts';
import { areaKey } from '../api/queries.ts';
import type { Machine, MachinePage } from '../api/shapes.ts';
import classes from './machine-picker.module.css';
import { inWords } from './refusal-alert.tsx';
import { StatusBadge } from './status-badge.tsx';

const OPTIONS = 20;
const TYPING_MS = 150;
const SEARCH_LENGTH = 63;

/** A machine that was picked, by id or name. */
export const pickedMachineQuery = (subscription: string, machine: string) =>
  queryOptions({
    queryKey: areaKey('machines', subscription, 'picked', machine),
    queryFn: ({ signal }) => api.get<Machine>(path`/subscriptions/${subscription}/machines/${machine}`, { signal }),
  });

export interface MachinePickerProps {
  readonly subscription: string;
  readonly label: string;
  /** Id or name; undefined while none is chosen. */
  readonly value: string | undefined;
  readonly autoFocus?: boolean;
  onChange(id: string | undefined): void;
}

export function MachinePicker({ subscription, label, value, autoFocus, onChange }: MachinePickerProps) {
  /** Undefined: the field shows what is chosen. */
  const [typed, setTyped] = useState<string>();
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      setTyped(undefined);
    },
  });
  const picked = useQuery({ ...pickedMachineQuery(subscription, value ?? ''), enabled: value !== undefined });
  const [search] = useDebouncedValue(searchOf(typed), TYPING_MS);
  const found = useQuery({
    queryKey: areaKey('machines', subscription, 'pick', search),
    queryFn: ({ signal }) =>
      api.get<MachinePage>(path`/subscriptions/${subscription}/machines`, {
        signal,
        query: { limit: OPTIONS, search: search === '' ? undefined : search },
      }),
    enabled: combobox.dropdownOpened,
    placeholderData: keepPreviousData,
  });
  const { items = [], total = 0 } = found.data ?? {};

  const isAnswer = search !== '' && search === searchOf(typed) && found.isSuccess && !found.isPlaceholderData;
  // Enter takes the first that was found by what is written, and never one of the list before it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for every answer, and the functions change with every rendering.
  useEffect(() => {
    if (isAnswer) combobox.selectFirstOption();
  }, [isAnswer, found.data]);

  const shownName = value === undefined ? '' : (picked.data?.name ?? value);
  const clear = (
    <ActionIcon size="sm" aria-label={`Clear ${label}`} onClick={() => onChange(undefined)}>
      <X size={14} aria-hidden />
    </ActionIcon>
  );
  return (
    <Combobox
      store={combobox}
      withinPortal={false}
      onOptionSubmit={(id) => {
        onChange(id);
        combobox.closeDropdown();
      }}
    >
      <Combobox.Target withExpandedAttribute>
        <TextInput
          label={label}
          placeholder="Name, address or group"
          autoFocus={autoFocus}
          value={typed ?? shownName}
          error={picked.error === null ? undefined : inWords(picked.error).message}
          onChange={({ currentTarget }) => {
            setTyped(currentTarget.value);
            combobox.resetSelectedOption();
            combobox.openDropdown();
          }}
          onClick={({ currentTarget }) => {
            combobox.openDropdown();
            currentTarget.select();
          }}
          onFocus={({ currentTarget }) => currentTarget.select()}
          onBlur={() => combobox.closeDropdown()}
          rightSection={value === undefined ? <Combobox.Chevron /> : clear}
          rightSectionPointerEvents={value === undefined ? 'none' : 'all'}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options aria-label={label} mah={320} className={classes.options}>
          {items.map((machine) => (
            <MachineOption key={machine.id} machine={machine} active={machine.id === value} />
          ))}
          {items.length === 0 && <Combobox.Empty>{emptyWords(found.isPending, found.error, search)}</Combobox.Empty>}
        </Combobox.Options>
        {total > items.length && (
          <Combobox.Footer>
            <Text size="xs" c="dimmed">
              And {(total - items.length).toLocaleString('en')} more: write more of the name.
            </Text>
          </Combobox.Footer>
        )}
      </Combobox.Dropdown>
    </Combobox>
  );
}

function searchOf(typed: string | undefined): string {
  return (typed ?? '').trim().slice(0, SEARCH_LENGTH);
}

function MachineOption({ machine, active }: { readonly machine: Machine; readonly active: boolean }) {
  const { id, name, memberOf, ipv4, online, disabled } = machine;
  return (
    <Combobox.Option value={id} active={active} className={classes.option}>
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <div className={classes.text}>
          <Text size="sm" fw={500} truncate>
            {name}
          </Text>
          <Text size="xs" truncate c="dimmed">
            {memberOf ?? 'in no group'} · {ipv4}
          </Text>
        </div>
        {disabled ? (
          <StatusBadge tone="bad">Disabled</StatusBadge>
        ) : (
          <StatusBadge tone={online ? 'good' : 'idle'}>{online ? 'Online' : 'Offline'}</StatusBadge>
        )}
      </Group>
    </Combobox.Option>
  );
}

function emptyWords(pending: boolean, error: unknown, search: string) {
  if (error !== null) return inWords(error).message;
  if (pending) return <Loader size="xs" aria-label="Loading" />;
  return search === '' ? 'No machine is activated yet.' : `No machine matches “${search}”.`;
}
