/**
 * Values over time as lines on a canvas, by uPlot, which is loaded with this page only. The pointer's time
 * is shared by all charts. What is drawn stands in a sentence and in a table too, for those who do not see it.
 */
import { Group, Table, Text, Title, useComputedColorScheme } from '@mantine/core';
import { useId } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { RelaySample } from '../../api/shapes.ts';
import { Panel } from '../../components/panel.tsx';
import classes from './relay.module.css';
import { type ChartOf, columnsOf, sentenceOf } from './relay-charts.ts';

const HEIGHT = 168;
const AXIS_WIDTH = 70;
const SHARED = 'causeway-relay';
/** So that lines differ by more than their colour. */
const DASHES: readonly (readonly number[])[] = [[], [6, 4], [2, 3], [10, 3, 2, 3], [1, 4]];
const TABLE_ROWS = 12;
const CLOCK = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const SHORT_CLOCK = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hour12: false });

export interface LineChartProps {
  readonly chart: ChartOf;
  /** Oldest first; at least two. */
  readonly moments: readonly RelaySample[];
}

export function LineChart({ chart, moments }: LineChartProps) {
  const id = useId();
  const [pointed, setPointed] = useState<number | null>(null);
  const shown = pointed === null ? undefined : moments[pointed];
  const at = shown ?? moments.at(-1);
  const sentence = sentenceOf(chart, moments);
  return (
    <Panel component="section" aria-labelledby={id} className={classes.chart}>
      <Group justify="space-between" gap="xs" align="baseline" wrap="nowrap">
        <Title order={2} id={id}>
          {chart.title}
        </Title>
        <Text size="xs" c="dimmed" className={classes.clock}>
          {shown === undefined ? 'now' : CLOCK.format(new Date(shown.at))}
        </Text>
      </Group>
      <ul className={classes.legend}>
        {chart.lines.map(({ name, of }, index) => (
          <li key={name}>
            <svg width="22" height="4" className={classes.swatch} data-line={index % DASHES.length} aria-hidden>
              <line x1="0" y1="2" x2="22" y2="2" strokeDasharray={DASHES[index % DASHES.length]?.join(' ')} />
            </svg>
            {name} <strong>{at === undefined ? '' : chart.words(of(at))}</strong>
          </li>
        ))}
      </ul>
      <Canvas chart={chart} moments={moments} label={`${chart.title} over time. ${sentence}`} onPoint={setPointed} />
      <Text size="sm" c="dimmed">
        {sentence}
      </Text>
      <LastValues chart={chart} moments={moments} />
    </Panel>
  );
}

interface CanvasProps extends LineChartProps {
  readonly label: string;
  /** The number of the moment under the pointer, in any of the charts. */
  onPoint(index: number | null): void;
}

function Canvas({ chart, moments, label, onPoint }: CanvasProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const { title } = chart;
  const latest = useRef({ chart, moments, onPoint });
  useEffect(() => {
    latest.current = { chart, moments, onPoint };
    plot.current?.setData(dataOf(chart, moments));
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: another chart is another plot; its values come by setData.
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const { chart: first, moments: now } = latest.current;
    const options = optionsOf(first, element, (index) => latest.current.onPoint(index));
    const made = new uPlot(options, dataOf(first, now), element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [title, chart.lines.length]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read anew from the page, which has the scheme's by then.
  useEffect(() => {
    const frame = requestAnimationFrame(() => plot.current?.redraw(false, true));
    return () => cancelAnimationFrame(frame);
  }, [scheme]);

  return <div ref={place} className={classes.canvas} role="img" aria-label={label} />;
}

function dataOf(chart: ChartOf, moments: readonly RelaySample[]): uPlot.AlignedData {
  const [seconds, ...values] = columnsOf(chart, moments);
  return [seconds, ...values];
}

function optionsOf(chart: ChartOf, element: HTMLElement, onPoint: (index: number | null) => void): uPlot.Options {
  const lineColour = (index: number) => () => {
    const swatch = element.parentElement?.querySelector(`[data-line="${index % DASHES.length}"]`);
    return swatch === null || swatch === undefined ? '#888' : getComputedStyle(swatch).color;
  };
  const styles = getComputedStyle(element);
  const axis = {
    stroke: () => styles.color,
    grid: { stroke: () => styles.borderTopColor, width: 1 },
    ticks: { show: false },
    font: `12px ${styles.fontFamily}`,
  };
  return {
    width: Math.max(element.clientWidth, 100),
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: SHARED }, drag: { x: false, y: false }, points: { size: 7 } },
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(most * 1.1, chart.least)] } },
    axes: [
      {
        ...axis,
        size: 30,
        space: 60,
        values: (_plot, splits) => splits.map((time) => SHORT_CLOCK.format(time * 1000)),
      },
      {
        ...axis,
        size: AXIS_WIDTH,
        space: 40,
        values: (_plot, splits) => splits.map((value) => chart.words(value)),
      },
    ],
    series: [
      {},
      ...chart.lines.map(({ name }, index) => ({
        label: name,
        stroke: lineColour(index),
        width: 2,
        dash: [...(DASHES[index % DASHES.length] ?? [])],
        points: { show: false },
      })),
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
}

function LastValues({ chart: { title, lines, words }, moments }: LineChartProps) {
  const last = moments.slice(-TABLE_ROWS).reverse();
  return (
    <details className={classes.details}>
      <summary>Last values as a table</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1). */}
      <section className={classes.values} tabIndex={0} aria-label={`${title}, last values`}>
        <Table verticalSpacing={4} fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Time</Table.Th>
              {lines.map(({ name }) => (
                <Table.Th key={name}>{name}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {last.map((moment) => (
              <Table.Tr key={moment.at}>
                <Table.Td>{CLOCK.format(new Date(moment.at))}</Table.Td>
                {lines.map(({ name, of }) => (
                  <Table.Td key={name}>{words(of(moment))}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </details>
  );
}
