/** What a computer found when it looked at every link of its chain; asked for here, answered by its agent. */
import { Button, Group, Loader, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Download, Stethoscope } from 'lucide-react';
import { useEffect, useState } from 'react';
import { api } from '../../api/client.ts';
import type { DiagnosticCheck, Machine, MachineDiagnostics } from '../../api/shapes.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Panel } from '../../components/panel.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { StatusBadge, type Tone } from '../../components/status-badge.tsx';
import classes from './computer.module.css';
import { diagnosticsQuery, machinePath } from './machine-queries.ts';
import { spanWords } from './measure-words.ts';
import { useNow } from './use-now.ts';

const LOOK_EVERY_MS = 1_000;
/** An agent that tries a broken network waits for its answers; after this none will come. */
const PATIENCE_MS = 90_000;

const RESULTS: Readonly<Record<DiagnosticCheck['result'], readonly [Tone, string]>> = {
  ok: ['good', 'Fine'],
  warning: ['warn', 'Warning'],
  failed: ['bad', 'Failed'],
  skipped: ['idle', 'Skipped'],
};

export interface ComputerDiagnosticsProps {
  readonly subscription: string;
  readonly machine: Machine;
  readonly mayAsk: boolean;
}

export function ComputerDiagnostics({ subscription, machine, mayAsk }: ComputerDiagnosticsProps) {
  const queryClient = useQueryClient();
  const [waiting, setWaiting] = useState<{ readonly since: number; readonly last: string | null }>();
  const [silent, setSilent] = useState(false);
  const query = diagnosticsQuery(subscription, machine.id);
  const { data, error, refetch } = useQuery({
    ...query,
    refetchInterval: waiting === undefined ? false : LOOK_EVERY_MS,
  });
  const ask = useMutation({
    mutationFn: () => api.post<MachineDiagnostics>(`${machinePath(subscription, machine.id)}/diagnostics`),
    onSuccess: (last) => {
      queryClient.setQueryData(query.queryKey, last);
      setWaiting({ since: Date.now(), last: last.takenAt });
    },
  });
  const arrived = waiting !== undefined && data !== undefined && data.takenAt !== waiting.last;
  useEffect(() => {
    if (waiting === undefined) return;
    if (arrived) return setWaiting(undefined);
    const timer = setTimeout(
      () => {
        setWaiting(undefined);
        setSilent(true);
      },
      waiting.since + PATIENCE_MS - Date.now(),
    );
    return () => clearTimeout(timer);
  }, [waiting, arrived]);

  const run = mayAsk && (
    <Button
      leftSection={<Stethoscope size={16} aria-hidden />}
      loading={ask.isPending}
      disabled={waiting !== undefined}
      onClick={() => {
        setSilent(false);
        ask.mutate();
      }}
    >
      Run diagnostics
    </Button>
  );
  return (
    <>
      <RefusalAlert error={error} onRetry={() => void refetch()} />
      <RefusalAlert error={ask.error} />
      <div role="status">
        {waiting !== undefined && <Waiting name={machine.name} since={waiting.since} />}
        {silent && (
          <Text mb="md">
            {machine.name} did not answer within {spanWords(PATIENCE_MS)}. If it is still online, run{' '}
            <code>causeway diagnose</code> on the computer itself.
          </Text>
        )}
      </div>
      {data !== undefined && data.takenAt === null && waiting === undefined && (
        <EmptyState icon={Stethoscope} title="No diagnostics yet" action={run}>
          The agent looks at every link of its chain, from its own clock to the computers that it may reach, and says
          what is wrong and what helps. {machine.online ? '' : 'It has to be online for that.'}
        </EmptyState>
      )}
      {data !== undefined && data.takenAt !== null && (
        <Results name={machine.name} diagnostics={data} takenAt={data.takenAt} run={run} />
      )}
    </>
  );
}

function Waiting({ name, since }: { readonly name: string; readonly since: number }) {
  const now = useNow();
  return (
    <Group gap="sm" mb="md">
      <Loader size="xs" aria-hidden />
      <Text>
        {name} is looking at every link of its chain…
        <span aria-hidden> {spanWords(Math.max(0, now - since))}</span>
      </Text>
    </Group>
  );
}

interface ResultsProps {
  readonly name: string;
  readonly diagnostics: MachineDiagnostics;
  readonly takenAt: string;
  readonly run: React.ReactNode;
}

function Results({ name, diagnostics, takenAt, run }: ResultsProps) {
  return (
    <Panel p={0}>
      <header className={classes.reported}>
        <div>
          <Title order={2}>{verdict(diagnostics.checks)}</Title>
          <Text size="sm" c="dimmed" mt={2}>
            Taken <RelativeTime time={takenAt} />
          </Text>
        </div>
        <Group gap="sm">
          <Button
            variant="default"
            leftSection={<Download size={16} aria-hidden />}
            onClick={() => download(`${name}-diagnostics.json`, { computer: name, ...diagnostics })}
          >
            Download
          </Button>
          {run}
        </Group>
      </header>
      <ul className={classes.parts} aria-label={`Diagnostics of ${name}`}>
        {diagnostics.checks.map(({ name: check, result, sentence, remedy }) => (
          <li key={check} className={classes.part}>
            <StatusBadge tone={RESULTS[result][0]}>{RESULTS[result][1]}</StatusBadge>
            <div className={classes.told}>
              <Text fw={600} className={classes.check}>
                {check}
              </Text>
              <Text size="sm" className={classes.detail}>
                {sentence}
              </Text>
              {remedy !== null && (
                <Text size="sm" mt={4} fw={600}>
                  {remedy}
                </Text>
              )}
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function verdict(checks: readonly DiagnosticCheck[]): string {
  const failed = checks.filter(({ result }) => result === 'failed').length;
  const warnings = checks.filter(({ result }) => result === 'warning').length;
  if (failed > 0) return `${failed} of ${checks.length} checks failed`;
  if (warnings > 0) return `${warnings} of ${checks.length} checks warn`;
  return 'Everything is fine';
}

function download(fileName: string, value: unknown): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(value, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}
