/** The steps of a role's number of instances, drawn. What it shows is said in words beside it. */
import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { type CountPoint, stepsOf } from './count-words.ts';

const HEIGHT = 180;
const STEPPED = UPlot.paths.stepped?.({ align: 1 });

export function InstanceCurve({ points }: { readonly points: readonly CountPoint[] }) {
  const { ref: frame, width } = useElementSize<HTMLDivElement>();
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');

  // biome-ignore lint/correctness/useExhaustiveDependencies: the canvas knows no variables of CSS, so it is drawn anew in the other colours.
  useEffect(() => {
    if (place.current === null || width === 0) return undefined;
    const plot = new UPlot(optionsFor(place.current, width), stepsOf(points, Date.now()), place.current);
    return () => plot.destroy();
  }, [points, width, scheme]);
  return (
    <div ref={frame}>
      <div ref={place} />
    </div>
  );
}

function optionsFor(place: HTMLElement, width: number): UPlot.Options {
  const style = getComputedStyle(place);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const line = color('--mantine-primary-color-filled');
  const axis = {
    stroke: color('--mantine-color-dimmed'),
    grid: { stroke: color('--causeway-line'), width: 1 },
    ticks: { show: false },
    font: `12px ${style.fontFamily}`,
  };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, __, most) => [0, Math.max(1, most) * 1.1] } },
    axes: [
      { ...axis, grid: { show: false }, space: 90, size: 42 },
      { ...axis, size: 40, space: 26, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] },
    ],
    series: [
      {},
      {
        stroke: line,
        width: 2,
        fill: `color-mix(in srgb, ${line} 14%, transparent)`,
        points: { show: false },
        ...(STEPPED === undefined ? {} : { paths: STEPPED }),
      },
    ],
  };
}
