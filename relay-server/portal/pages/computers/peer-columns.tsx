/** The columns of the table of peers. */
import { Text } from '@mantine/core';
import type { PeerStatus } from '#protocol/status.ts';
import type { MachinePeer } from '../../api/shapes.ts';
import { byteWords } from '../../components/byte-words.ts';
import type { DataColumn } from '../../components/data-table.tsx';
import { LinkAnchor } from '../../components/links.tsx';
import { rateWords } from '../../components/rate-words.ts';
import { StatusBadge, type Tone } from '../../components/status-badge.tsx';
import { roundTripWords } from './measure-words.ts';

export interface PeerRow {
  readonly peer: MachinePeer;
  /** As the computer's agent reports it; undefined if it reports none. */
  readonly session: PeerStatus | undefined;
}

/** Those that pass something first. */
const SESSIONS: Readonly<Record<PeerStatus['state'], readonly [number, Tone, string]>> = {
  connected: [0, 'good', 'Connected'],
  connecting: [1, 'warn', 'Connecting'],
  unreachable: [2, 'bad', 'Unreachable'],
  idle: [3, 'idle', 'Idle'],
};

export function peerColumns(subscription: string): readonly DataColumn<PeerRow>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      width: 'minmax(6rem, 1.4fr)',
      sortBy: ({ peer }) => peer.name,
      cell: ({ peer: { id, name } }) => (
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
      id: 'member',
      header: 'Group or role',
      width: 'minmax(8rem, 1.2fr)',
      hideOnPhone: true,
      sortBy: ({ peer }) => peer.memberOf,
      cell: ({ peer }) => peer.memberOf,
    },
    {
      id: 'ipv4',
      header: 'IPv4 address',
      width: '9.5rem',
      hideOnPhone: true,
      cell: ({ peer }) => peer.ipv4,
    },
    {
      id: 'session',
      header: 'Session',
      width: '8.5rem',
      sortBy: ({ peer, session }) => (session === undefined ? (peer.online ? 5 : 6) : SESSIONS[session.state][0]),
      cell: ({ peer, session }) => <Session online={peer.online} session={session} />,
    },
    {
      id: 'roundTrip',
      header: 'Round trip',
      width: '7.5rem',
      align: 'end',
      hideOnPhone: true,
      sortBy: ({ peer }) => peer.roundTripMs,
      cell: ({ peer: { roundTripMs } }) => (roundTripMs === null ? <Nothing /> : roundTripWords(roundTripMs)),
    },
    {
      id: 'received',
      header: 'Receives',
      width: '6.75rem',
      align: 'end',
      sortBy: ({ peer }) => peer.receivedPerSecond,
      cell: ({ peer, session }) => <Rate perSecond={peer.receivedPerSecond} total={session?.receivedBytes} />,
    },
    {
      id: 'sent',
      header: 'Sends',
      width: '7rem',
      align: 'end',
      hideOnPhone: true,
      sortBy: ({ peer }) => peer.sentPerSecond,
      cell: ({ peer, session }) => <Rate perSecond={peer.sentPerSecond} total={session?.sentBytes} />,
    },
  ];
}

function Session({ online, session }: { readonly online: boolean; readonly session: PeerRow['session'] }) {
  if (session === undefined || session.state === 'idle') {
    return (
      <Text span inherit c="dimmed">
        {online ? 'None' : 'Peer is offline'}
      </Text>
    );
  }
  const [, tone, word] = SESSIONS[session.state];
  return (
    <span title={session.error === null ? undefined : `${session.error.message} ${session.error.remedy}`}>
      <StatusBadge tone={tone}>{word}</StatusBadge>
    </span>
  );
}

function Rate({ perSecond, total }: { readonly perSecond: number | null; readonly total: number | undefined }) {
  if (perSecond === null) return <Nothing />;
  return <span title={total === undefined ? undefined : `${byteWords(total)} in all`}>{rateWords(perSecond)}</span>;
}

/** A dash to the eye; a word to a screen reader. */
function Nothing() {
  return (
    <Text span inherit c="dimmed" role="img" aria-label="nothing">
      –
    </Text>
  );
}
