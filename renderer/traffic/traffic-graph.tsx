/** The graph: received as an area, sent as a dashed line, over the last two minutes. Without figures, which stand beside. */
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { HISTORY_MS, type RateSample } from './traffic-history.ts';

const HEIGHT = 56;
/** Less than that is silence, and is not drawn as high as the graph: bytes a second. */
const LEAST_TOP = 1_000;

export interface TrafficGraphProps {
  readonly samples: readonly RateSample[];
  /** For those who do not see it. */
  readonly label: string;
}

export function TrafficGraph({ samples, label }: TrafficGraphProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const scheme = useComputedColorScheme('light');
  const first = useRef(samples);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const drawn = new UPlot(optionsFor(element), dataOf(first.current), element);
    plot.current = drawn;
    const watching = new ResizeObserver(() => {
      if (element.clientWidth > 0 && element.clientWidth !== drawn.width)
        drawn.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    watching.observe(element);
    return () => {
      watching.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read while it is drawn
  useEffect(() => {
    // The page takes the scheme on after this effect.
    const frame = requestAnimationFrame(() => plot.current?.redraw(false));
    return () => cancelAnimationFrame(frame);
  }, [scheme]);
  useEffect(() => {
    plot.current?.setData(dataOf(samples));
  }, [samples]);
  return <div ref={place} role="img" aria-label={label} style={{ height: HEIGHT }} />;
}

function dataOf(samples: readonly RateSample[]): UPlot.AlignedData {
  return [
    samples.map(({ at }) => at / 1_000),
    samples.map(({ received }) => received),
    samples.map(({ sent }) => sent),
  ];
}

function optionsFor(element: HTMLElement): UPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(`--causeway-${name}`).trim();
  const curve = { points: { show: false }, ...(UPlot.paths.spline && { paths: UPlot.paths.spline() }) };
  return {
    // Nothing while it is out of sight.
    width: Math.max(1, element.clientWidth),
    height: HEIGHT,
    padding: [4, 0, 1, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: (_plot, _least, most) => [most - HISTORY_MS / 1_000, most] },
      y: { range: (_plot, _least, most) => [0, Math.max(LEAST_TOP, most ?? 0) * 1.05] },
    },
    axes: [
      { show: false },
      {
        size: 0,
        ticks: { show: false },
        values: () => [],
        grid: { stroke: () => colour('line'), width: 1 },
        splits: (_plot, _axis, least, most) => [least, (least + most) / 2],
      },
    ],
    series: [
      {},
      { ...curve, stroke: () => colour('received'), width: 1.5, fill: () => `${colour('received')}2b` },
      { ...curve, stroke: () => colour('sent'), width: 1.5, dash: [4, 3] },
    ],
  };
}
