/**
 * The policy as a table: a row for each connection and for each group whose members reach each other.
 * Everything that the picture can do can be done here, by keyboard too.
 */
import { Button, Text } from '@mantine/core';
import { Repeat } from 'lucide-react';
import { useMemo, useRef } from 'react';
import { byteWords } from '../../components/byte-words.ts';
import { type DataColumn, DataTable } from '../../components/data-table.tsx';
import { useFocusWhenLost } from '../../components/focus-when-lost.ts';
import { LinkAnchor } from '../../components/links.tsx';
import type { PolicyChanges } from './policy-changes.ts';
import type { Passing, PassingNow } from './policy-queries.ts';
import { type PolicyRow, policyRows, type RowSide } from './policy-rows.ts';
import classes from './policy-table.module.css';
import type { WholePolicy } from './shown-part.ts';

export interface PolicyTableProps {
  readonly subscription: string;
  readonly policy: WholePolicy;
  readonly passing: PassingNow;
  readonly find: string;
  /** Undefined for those who may not change anything. */
  readonly changes: PolicyChanges | undefined;
}

type ShownRow = PolicyRow & { readonly passing: Passing | undefined };

export function PolicyTable({ subscription, policy, passing, find, changes }: PolicyTableProps) {
  const found = useMemo(() => policyRows(policy, find), [policy, find]);
  const rows = useMemo(() => found.map((row) => ({ ...row, passing: passing.get(row.passingId) })), [found, passing]);
  const columns = useMemo(() => columnsOf(subscription, changes), [subscription, changes]);
  const frame = useRef<HTMLDivElement>(null);

  // The button that cut a connection goes with it.
  useFocusWhenLost(frame, found.length);

  return (
    <div ref={frame} tabIndex={-1} className={classes.frame}>
      <DataTable
        label={`Connections of ${subscription}`}
        columns={columns}
        rows={rows}
        rowId={rowId}
        sortedBy={{ id: 'a' }}
        empty={
          find === ''
            ? 'No connection yet: what is not connected can not be reached.'
            : 'No connection of a group or role with that in its name.'
        }
      />
    </div>
  );
}

function rowId({ id }: ShownRow): string {
  return id;
}

function columnsOf(subscription: string, changes: PolicyChanges | undefined): readonly DataColumn<ShownRow>[] {
  const columns: DataColumn<ShownRow>[] = [
    {
      id: 'a',
      header: 'Members of',
      cell: ({ a }) => <SideLink subscription={subscription} side={a} />,
      sortBy: ({ a }) => a.name,
      width: 'minmax(7.9rem, 1.4fr)',
    },
    {
      id: 'b',
      header: 'reach',
      cell: ({ b }) =>
        b === null ? (
          <span className={classes.each}>
            <Repeat size={14} aria-hidden /> each other
          </span>
        ) : (
          <SideLink subscription={subscription} side={b} />
        ),
      sortBy: ({ b }) => b?.name ?? '',
      width: 'minmax(6.5rem, 1.4fr)',
    },
    {
      id: 'kinds',
      header: 'Kinds',
      cell: ({ a, b }) => kindsOf(a, b),
      sortBy: ({ a, b }) => kindsOf(a, b),
      width: 'minmax(8rem, 1fr)',
      hideOnPhone: true,
    },
    {
      id: 'now',
      header: 'Now',
      cell: ({ passing }) => <Now passing={passing} />,
      sortBy: ({ passing }) => passing?.bytesPerSecond ?? 0,
      width: 'minmax(9rem, 1fr)',
      hideOnPhone: true,
    },
  ];
  if (changes === undefined) return columns;
  columns.push({
    id: 'cut',
    header: 'Cut',
    cell: ({ a, b }) => <Cut a={a} b={b} changes={changes} />,
    width: '7.75rem',
    align: 'end',
  });
  return columns;
}

function kindsOf(a: RowSide, b: RowSide | null): string {
  if (b === null) return 'Interconnected group';
  return a.kind === b.kind ? 'Group and group' : 'Role and group';
}

function SideLink({ subscription, side }: { readonly subscription: string; readonly side: RowSide }) {
  const { kind, id, name } = side;
  return kind === 'role' ? (
    <LinkAnchor
      to="/s/$subscription/roles/$role"
      params={{ subscription, role: id }}
      title={name}
      className={classes.side}
    >
      {name}
    </LinkAnchor>
  ) : (
    <LinkAnchor
      to="/s/$subscription/groups/$group"
      params={{ subscription, group: id }}
      title={name}
      className={classes.side}
    >
      {name}
    </LinkAnchor>
  );
}

function Now({ passing }: { readonly passing: Passing | undefined }) {
  if (passing === undefined || passing.bytesPerSecond <= 0) {
    return (
      <Text span c="dimmed" size="sm">
        idle
      </Text>
    );
  }
  const { pairs, bytesPerSecond } = passing;
  return (
    <span className={classes.now}>{`${byteWords(bytesPerSecond)}/s, ${pairs} ${pairs === 1 ? 'pair' : 'pairs'}`}</span>
  );
}

interface CutProps {
  readonly a: RowSide;
  readonly b: RowSide | null;
  readonly changes: PolicyChanges;
}

function Cut({ a, b, changes }: CutProps) {
  return (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={b === null ? `Switch off for ${a.name}` : `Cut ${a.name} from ${b.name}`}
      onClick={() => (b === null ? changes.interconnect(a, false) : changes.cut(a, b))}
    >
      {b === null ? 'Switch off' : 'Cut'}
    </Button>
  );
}
