/** Asks what computers join: one of the groups or roles, found by typing, or nothing yet. */
import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { groupsQuery, rolesQuery } from '../../api/queries.ts';

export interface JoinsSelectProps {
  readonly subscription: string;
  /** `group:ID`, `role:ID`, or null; see joins.ts. */
  readonly value: string | null;
  onChange(value: string | null): void;
}

export function JoinsSelect({ subscription, value, onChange }: JoinsSelectProps) {
  const { data: groups = [] } = useQuery(groupsQuery(subscription));
  const { data: roles = [] } = useQuery(rolesQuery(subscription));
  const isRole = value?.startsWith('role:') === true;
  return (
    <Select
      label="Joins"
      description={
        isRole
          ? 'Each machine becomes an instance of the role: it comes and goes, and needs no looking after.'
          : 'Computers are in the group from the first moment. Without one, you assign them afterwards.'
      }
      placeholder="No group yet"
      data={[
        { group: 'Groups', items: groups.map(({ id, name }) => ({ value: `group:${id}`, label: name })) },
        { group: 'Roles', items: roles.map(({ id, name }) => ({ value: `role:${id}`, label: name })) },
      ]}
      value={value}
      onChange={onChange}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': 'Join no group' }}
      nothingFoundMessage="No group or role of this name."
      comboboxProps={{ withinPortal: true }}
    />
  );
}
