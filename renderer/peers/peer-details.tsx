/** More of one machine, once it is opened: figures, a ping, and what it offers that can be opened. */
import { Button } from '@mantine/core';
import { Activity, ExternalLink } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { PeerService } from '#electron/ipc/schema.ts';
import { byteWords, roundTripWords } from '../amounts.ts';
import { useAttempt } from '../shell/attempt.ts';
import { CopyButton } from '../shell/copy-button.tsx';
import { RefusalAlert } from '../shell/refusal-alert.tsx';
import { useStore } from '../store/use-window.ts';
import { useWords } from '../words/use-words.ts';
import classes from './peer-details.module.css';
import type { PeerRow } from './peer-rows.ts';

export function PeerDetails(row: PeerRow) {
  const { words, language } = useWords();
  const { name, ipv4, ipv6, roundTripMs, receivedBytes, sentBytes, why } = row;
  const figures = [
    [words.peers.roundTrip, roundTripMs === null ? '–' : roundTripWords(roundTripMs, language)],
    [words.peers.received, byteWords(receivedBytes, language)],
    [words.peers.sent, byteWords(sentBytes, language)],
  ] as const;
  return (
    <div className={classes.details}>
      {why !== null && (
        <p className={classes.why} lang="en">
          {why}
        </p>
      )}
      <dl className={classes.figures}>
        {figures.map(([title, value]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <ul className={classes.addresses}>
        {[ipv4, ipv6].map((address) => (
          <li key={address}>
            <span className="mono">{address}</span>
            <CopyButton text={address} what={address} />
          </li>
        ))}
      </ul>
      <Services name={name} />
    </div>
  );
}

/** Asked for when it is opened; each answers or not. */
function Services({ name }: { readonly name: string }) {
  const { words, language } = useWords();
  const { call } = useStore();
  const [services, setServices] = useState<readonly PeerService[] | null>(null);
  const [answer, setAnswer] = useState<number | null>(null);
  const looking = useAttempt(async () => setServices(await call('services', { peer: name })));
  const opening = useAttempt((service: PeerService) => call('openService', { peer: name, service }));
  const ping = useAttempt(async () => {
    setAnswer(null);
    setAnswer((await call('ping', { peer: name })).roundTripMs);
  });
  const { run: look } = looking;
  useEffect(() => look(), [look]);
  return (
    <>
      <div className={classes.actions}>
        <Button
          size="xs"
          variant="default"
          leftSection={<Activity size={14} aria-hidden />}
          loading={ping.running}
          onClick={() => ping.run()}
        >
          {words.peers.ping}
        </Button>
        {services?.map((service) => (
          <Button
            key={service}
            size="xs"
            variant="light"
            leftSection={<ExternalLink size={14} aria-hidden />}
            onClick={() => opening.run(service)}
          >
            {words.peers.openService(words.peers.services[service])}
          </Button>
        ))}
      </div>
      <p className={classes.news} role="status">
        {answer !== null && words.peers.answersIn(roundTripWords(answer, language))}
      </p>
      {looking.running && <p className={`dimmed ${classes.news}`}>{words.peers.looking}</p>}
      {services?.length === 0 && <p className={`dimmed ${classes.news}`}>{words.peers.nothingAnswers}</p>}
      <RefusalAlert error={ping.error} onRetry={() => ping.run()} />
      <RefusalAlert error={looking.error} onRetry={() => looking.run()} />
      <RefusalAlert error={opening.error} />
    </>
  );
}
