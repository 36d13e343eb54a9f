/** All roles of a subscription. */
import { useCallback } from 'react';
import type { Role } from '../../api/shapes.ts';
import type { DataColumn } from '../../components/data-table.tsx';
import { LinkAnchor } from '../../components/links.tsx';
import { SideTable } from '../../components/side-table.tsx';
import { useRemoveRole } from './remove-role.ts';

export interface RoleTableProps {
  readonly subscription: string;
  readonly roles: readonly Role[];
}

const COLUMNS: readonly DataColumn<Role>[] = [
  {
    id: 'instances',
    header: 'Instances',
    cell: ({ instances }) => instances.toLocaleString('en'),
    sortBy: ({ instances }) => instances,
    width: '7.5rem',
    align: 'end',
  },
];

export function RoleTable({ subscription, roles }: RoleTableProps) {
  const link = useCallback(
    ({ id, name }: Role) => (
      <LinkAnchor to="/s/$subscription/roles/$role" params={{ subscription, role: id }}>
        {name}
      </LinkAnchor>
    ),
    [subscription],
  );
  return (
    <SideTable
      kind="role"
      subscription={subscription}
      sides={roles}
      link={link}
      columns={COLUMNS}
      onRemove={useRemoveRole(subscription)}
    />
  );
}
