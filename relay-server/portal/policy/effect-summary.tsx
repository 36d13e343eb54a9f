/** Who gains and who loses access by a change, in a sentence and by name. */
import { List, Stack, Text, Title } from '@mantine/core';
import { TrendingDown, TrendingUp } from 'lucide-react';
import type { Effect } from '../api/shapes.ts';
import classes from './effect-summary.module.css';

const STEPS_SHOWN = 8;

export function EffectSummary({ effect }: { readonly effect: Effect }) {
  const { steps, gain, lose, sentence, undoable, whyNot } = effect;
  return (
    <Stack gap="md">
      {steps.length > 0 && (
        <List size="sm" spacing={2}>
          {steps.slice(0, STEPS_SHOWN).map((step) => (
            <List.Item key={step}>{step}</List.Item>
          ))}
          {steps.length > STEPS_SHOWN && <List.Item>and {steps.length - STEPS_SHOWN} more changes.</List.Item>}
        </List>
      )}
      <Text fw={600}>{sentence}</Text>
      {gain.machines > 0 && <Affected title="Gain access" tone="good" affected={gain} />}
      {lose.machines > 0 && <Affected title="Lose access" tone="bad" affected={lose} />}
      <Text size="sm" c="dimmed">
        {undoable ? 'You can undo this afterwards.' : `This can not be undone${whyNot === null ? '.' : `: ${whyNot}`}`}
      </Text>
    </Stack>
  );
}

interface AffectedProps {
  readonly title: string;
  readonly tone: 'good' | 'bad';
  readonly affected: Effect['gain'];
}

function Affected({ title, tone, affected }: AffectedProps) {
  const Icon = tone === 'good' ? TrendingUp : TrendingDown;
  const more = affected.machines - affected.sample.length;
  return (
    <section className={classes.affected} data-tone={tone}>
      <Title order={3} className={classes.title}>
        <Icon size={16} aria-hidden />
        {title}
      </Title>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1). */}
      <ul className={classes.list} tabIndex={0} aria-label={title}>
        {affected.sample.map(({ id, name, peers, peerNames }) => (
          <li key={id}>
            <strong>{name}</strong> {tone === 'good' ? 'to' : 'from'} {peersInWords(peerNames, peers)}
          </li>
        ))}
        {more > 0 && <li>and {more.toLocaleString('en')} more</li>}
      </ul>
    </section>
  );
}

function peersInWords(names: readonly string[], all: number): string {
  const more = all - names.length;
  return more > 0 ? `${names.join(', ')} and ${more.toLocaleString('en')} more` : names.join(', ');
}
