/**
 * What the agent of a computer reports of itself: every link of its chain, when that was last proven, and
 * what to do where one is broken. Looked at every two seconds while somebody sees it.
 */
import { Loader, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { MoonStar, Radio } from 'lucide-react';
import type { AgentStatus, Part, PartName } from '#protocol/status.ts';
import { subscriptionQuery } from '../../api/queries.ts';
import type { Machine } from '../../api/shapes.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Panel } from '../../components/panel.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { StatusBadge, type Tone } from '../../components/status-badge.tsx';
import classes from './computer.module.css';
import { Fact, Facts } from './facts.tsx';
import { statusQuery } from './machine-queries.ts';
import { agoWords, clockWords, policyWords, roundTripWords } from './measure-words.ts';
import { useNow } from './use-now.ts';

/** PART_ORDER of protocol/status.ts, with what each is to people. */
const PARTS: readonly (readonly [PartName, string])[] = [
  ['activation', 'Activation'],
  ['control', 'Connection to the server'],
  ['relay', 'Connection to the relay'],
  ['adapter', 'Network adapter'],
  ['names', 'Names of other computers'],
];
const STATES: Readonly<Record<Part['state'], readonly [Tone, string]>> = {
  ok: ['good', 'Works'],
  pending: ['warn', 'Being tried'],
  failed: ['bad', 'Failed'],
  off: ['idle', 'Off'],
};
/** An agent that is asked reports every two seconds. */
const OLD_MS = 15_000;
const SUMMARIES: Readonly<Record<AgentStatus['summary'], readonly [Tone, string, string]>> = {
  connected: ['good', 'Connected', 'Every part works.'],
  connecting: ['warn', 'Connecting', 'It is on its way: what is not there yet is being tried.'],
  degraded: ['bad', 'Degraded', 'A part failed; the first one that did explains the ones after it.'],
  off: ['idle', 'Off', 'Somebody at the computer switched it off, with `causeway down` or in its window.'],
  'not-activated': ['idle', 'Not activated', 'It belongs to no subscription at the moment.'],
};

export interface ComputerStatusProps {
  readonly subscription: string;
  readonly machine: Machine;
}

export function ComputerStatus({ subscription, machine }: ComputerStatusProps) {
  const { data, error, refetch } = useQuery(statusQuery(subscription, machine.id));
  if (data === undefined) {
    return error === null ? (
      <Loader type="dots" aria-label="Loading" />
    ) : (
      <RefusalAlert error={error} onRetry={() => void refetch()} />
    );
  }
  const { status, reportedAt } = data;
  if (status === null || reportedAt === null) return <NothingReported machine={machine} />;
  return <Reported subscription={subscription} online={machine.online} status={status} reportedAt={reportedAt} />;
}

function NothingReported({ machine: { name, online } }: Pick<ComputerStatusProps, 'machine'>) {
  if (!online) {
    return (
      <EmptyState icon={MoonStar} title={`${name} is not here now`}>
        Its agent has not reported since the server started. What it says of itself appears here by itself as soon as
        the computer is switched on and online.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={Radio} title="No report yet">
      The agent has not reported since the server started. It was asked to; its first report takes some seconds. If none
      comes, the agent is too old to report: update it.
    </EmptyState>
  );
}

interface ReportedProps {
  readonly subscription: string;
  readonly online: boolean;
  readonly status: AgentStatus;
  readonly reportedAt: string;
}

function Reported({ subscription, online, status, reportedAt }: ReportedProps) {
  const now = useNow();
  const current = useQuery(subscriptionQuery(subscription)).data?.policyVersion;
  const sinceReport = Math.max(0, now - Date.parse(reportedAt));
  /** By the clock of the computer, which need not agree with ours. */
  const ago = (time: number) => agoWords(Math.max(0, status.at - time) + sinceReport);
  // It is asked when somebody looks; until its answer is there, this is how things were.
  const old = online && sinceReport > OLD_MS;
  const [tone, word, sentence] = SUMMARIES[status.summary];
  const policy =
    status.policyVersion === null || current === undefined ? undefined : policyWords(status.policyVersion, current);
  return (
    <Panel p={0}>
      <header className={classes.reported}>
        <div>
          <Title order={2} className={classes.summary}>
            As its agent reports it{' '}
            <StatusBadge tone={online ? tone : 'idle'}>{online ? word : `Was ${word.toLowerCase()}`}</StatusBadge>
          </Title>
          <Text size="sm" c="dimmed" mt={2}>
            {online ? sentence : 'The computer is not here now: this is the last that it reported.'}
          </Text>
        </div>
        <Text size="sm" c="dimmed" className={classes.age}>
          Reported {agoWords(sinceReport)}
          {old && ', asking again…'}
        </Text>
      </header>
      <ol className={classes.parts} aria-label="Parts of the chain">
        {PARTS.map(([name, label]) => (
          <PartRow key={name} label={label} part={status.parts[name]} ago={ago} />
        ))}
      </ol>
      <div className={classes.measures}>
        <Facts>
          <Fact name="Policy">
            {policy === undefined ? (
              'Not read yet'
            ) : (
              <StatusBadge tone={old ? 'idle' : policy.tone}>{policy.words}</StatusBadge>
            )}
          </Fact>
          <Fact name="Policy version" wide>
            {status.policyVersion ?? 'none'}
            {current === undefined ? '' : ` of ${current}`}
            {status.policyRefreshedAt === null ? '' : `, read ${ago(status.policyRefreshedAt)}`}
          </Fact>
          <Fact name="Round trip to the relay">
            {status.relayRoundTripMs === null ? 'not measured' : roundTripWords(status.relayRoundTripMs)}
          </Fact>
          <Fact name="Clock">
            {status.clockOffsetMs === null ? 'not compared yet' : clockWords(status.clockOffsetMs)}
          </Fact>
        </Facts>
      </div>
    </Panel>
  );
}

interface PartRowProps {
  readonly label: string;
  readonly part: Part;
  readonly ago: (time: number) => string;
}

function PartRow({ label, part: { state, provenAt, error, detail }, ago }: PartRowProps) {
  const [tone, word] = STATES[state];
  return (
    <li className={classes.part}>
      <StatusBadge tone={tone}>{word}</StatusBadge>
      <div className={classes.told}>
        <Text fw={600}>{label}</Text>
        {detail !== '' && (
          <Text size="sm" c="dimmed" className={classes.detail}>
            {detail}
          </Text>
        )}
        {error !== null && (
          <Text size="sm" mt={4}>
            {error.message} <strong>{error.remedy}</strong> <span className={classes.code}>{error.code}</span>
          </Text>
        )}
      </div>
      <Text size="sm" c="dimmed" className={classes.age}>
        {provenAt === null ? (state === 'ok' ? 'not proven yet' : 'never proven') : `proven ${ago(provenAt)}`}
      </Text>
    </li>
  );
}
