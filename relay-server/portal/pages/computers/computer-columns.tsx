/**
 * The columns of the table of computers. Their ids are what the API sorts by. Plain elements where they do:
 * each of Mantine's costs time in every row that comes into sight.
 */
import { Ellipsis } from 'lucide-react';
import type { Machine } from '../../api/shapes.ts';
import type { DataColumn } from '../../components/data-table.tsx';
import { LinkAnchor } from '../../components/links.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { AddressCell } from './address-cell.tsx';
import { ActivationBadge, RelayBadge } from './computer-state.tsx';
import classes from './computers.module.css';
import { MemberLink } from './member-link.tsx';

/** @param onMenu opens the menu of a computer at its button; undefined for those who may change nothing */
export function computerColumns(
  subscription: string,
  onMenu: ((machine: Machine, button: HTMLElement) => void) | undefined,
): readonly DataColumn<Machine>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      sortable: true,
      width: 'minmax(7.5rem, 1.5fr)',
      cell: ({ id, name }) => (
        <LinkAnchor
          to="/s/$subscription/computers/$computer"
          params={{ subscription, computer: id }}
          fw={600}
          inherit
          title={name}
        >
          {name}
        </LinkAnchor>
      ),
    },
    {
      id: 'group',
      header: 'Group or role',
      sortable: true,
      width: 'minmax(9rem, 1.4fr)',
      hideOnPhone: true,
      cell: (machine) => <MemberLink subscription={subscription} machine={machine} />,
    },
    {
      id: 'os',
      header: 'OS',
      sortable: true,
      width: 'minmax(5rem, 0.9fr)',
      hideOnPhone: true,
      cell: ({ os }) => <span title={os}>{os}</span>,
    },
    {
      id: 'agentVersion',
      header: 'Agent',
      sortable: true,
      width: '5.25rem',
      hideOnPhone: true,
      cell: ({ agentVersion }) => agentVersion,
    },
    {
      id: 'ipv4',
      header: 'Addresses',
      sortable: true,
      width: '12.25rem',
      hideOnPhone: true,
      cell: (machine) => <AddressCell name={machine.name} ipv4={machine.ipv4} ipv6={machine.ipv6} />,
    },
    {
      id: 'activation',
      header: 'Activation',
      width: '6.5rem',
      hideOnPhone: true,
      cell: ({ disabled }) => <ActivationBadge disabled={disabled} />,
    },
    {
      id: 'online',
      header: 'Relay',
      sortable: true,
      width: '8.75rem',
      cell: ({ online, relay }) => <RelayBadge online={online} relay={relay} />,
    },
    {
      id: 'lastSeenAt',
      header: 'Last seen',
      sortable: true,
      width: '8.25rem',
      hideOnPhone: true,
      cell: ({ online, lastSeenAt }) => (online ? 'now' : <RelativeTime time={lastSeenAt} />),
    },
    ...(onMenu === undefined ? [] : [menuColumn(onMenu)]),
  ];
}

function menuColumn(onMenu: (machine: Machine, button: HTMLElement) => void): DataColumn<Machine> {
  return {
    id: 'menu',
    header: 'Actions',
    headerHidden: true,
    width: '3.25rem',
    align: 'end',
    cell: (machine) => (
      <button
        type="button"
        className={classes.more}
        aria-label={`Change ${machine.name}`}
        aria-haspopup="menu"
        onClick={({ currentTarget }) => onMenu(machine, currentTarget)}
      >
        <Ellipsis size={16} aria-hidden />
      </button>
    ),
  };
}
