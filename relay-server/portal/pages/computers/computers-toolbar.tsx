/** What narrows the table of computers: a search that answers while one types, and filters. */
import { CloseButton, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { groupsQuery, rolesQuery } from '../../api/queries.ts';
import { type ComputerFilters, NO_GROUP, SEARCH_MAX, validComputerFilters } from './computer-filters.ts';
import classes from './computers.module.css';

const TYPING_PAUSE_MS = 120;
const CHOICES_SHOWN = 100;

const STATES = [
  { value: 'online', label: 'Online' },
  { value: 'offline', label: 'Offline' },
  { value: 'disabled', label: 'Disabled' },
];
const KINDS = [
  { value: 'local-endpoint', label: 'Computers only' },
  { value: 'role-instance', label: 'Role instances only' },
];

/** Among the things of the page, and scrolled by itself: what stands outside of its landmarks is hard to find by ear. */
const DROPDOWN = {
  comboboxProps: { withinPortal: false },
  withScrollArea: false,
  classNames: { options: classes.choices },
} as const;

export interface ComputersToolbarProps {
  readonly subscription: string;
  readonly filters: ComputerFilters;
  onChange(filters: ComputerFilters): void;
}

export function ComputersToolbar({ subscription, filters, onChange }: ComputersToolbarProps) {
  const groups = useQuery(groupsQuery(subscription)).data ?? [];
  const roles = useQuery(rolesQuery(subscription)).data ?? [];
  const change = (changed: Readonly<Record<string, unknown>>) =>
    onChange(validComputerFilters({ ...filters, ...changed }));

  const named = (list: readonly { id: string; name: string }[], wanted: string | undefined) =>
    list.find(({ id, name }) => id === wanted || name.toLowerCase() === wanted?.toLowerCase())?.id ?? wanted;
  const place =
    filters.role !== undefined
      ? `role:${named(roles, filters.role)}`
      : filters.group === undefined
        ? null
        : `group:${filters.group === NO_GROUP ? NO_GROUP : named(groups, filters.group)}`;
  const moveTo = (chosen: string | null) => {
    const [kind, ...id] = chosen?.split(':') ?? [];
    change({ group: undefined, role: undefined, ...(kind !== undefined && { [kind]: id.join(':') }) });
  };

  return (
    <Group role="search" aria-label="Computers" gap="sm" className={classes.toolbar}>
      <SearchField search={filters.search ?? ''} onSearch={(search) => change({ search })} />
      <Select
        aria-label="Group or role"
        placeholder="All groups and roles"
        className={classes.place}
        data={[
          { value: `group:${NO_GROUP}`, label: 'No group' },
          { group: 'Groups', items: groups.map(({ id, name }) => ({ value: `group:${id}`, label: name })) },
          { group: 'Roles', items: roles.map(({ id, name }) => ({ value: `role:${id}`, label: name })) },
        ]}
        value={place}
        onChange={moveTo}
        {...DROPDOWN}
        limit={CHOICES_SHOWN}
        nothingFoundMessage="Nothing is called like that."
        searchable
        clearable
        clearButtonProps={{ 'aria-label': 'All groups and roles' }}
      />
      <Select
        aria-label="State"
        placeholder="Any state"
        className={classes.filter}
        data={STATES}
        {...DROPDOWN}
        value={filters.state ?? null}
        onChange={(state) => change({ state })}
        clearable
        clearButtonProps={{ 'aria-label': 'Any state' }}
      />
      <Select
        aria-label="Kind"
        placeholder="All kinds"
        className={classes.filter}
        data={KINDS}
        {...DROPDOWN}
        value={filters.kind ?? null}
        onChange={(kind) => change({ kind })}
        clearable
        clearButtonProps={{ 'aria-label': 'All kinds' }}
      />
    </Group>
  );
}

interface SearchFieldProps {
  readonly search: string;
  onSearch(search: string): void;
}

function SearchField({ search, onSearch }: SearchFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(search);
  const searchSoon = useDebouncedCallback(onSearch, TYPING_PAUSE_MS);
  // A link or the way back changes the search too; while somebody types, the field is theirs.
  useEffect(() => {
    if (document.activeElement !== field.current) setTyped(search);
  }, [search]);
  const type = (text: string) => {
    setTyped(text);
    searchSoon(text);
  };
  return (
    <TextInput
      ref={field}
      type="search"
      aria-label="Search computers"
      placeholder="Name, address, OS, version or group"
      className={classes.search}
      leftSection={<Search size={16} aria-hidden />}
      rightSection={
        typed === '' ? null : (
          <CloseButton
            size="sm"
            aria-label="Clear the search"
            onClick={() => {
              type('');
              field.current?.focus();
            }}
          />
        )
      }
      maxLength={SEARCH_MAX}
      value={typed}
      onChange={({ currentTarget }) => type(currentTarget.value)}
      autoComplete="off"
      spellCheck={false}
    />
  );
}
