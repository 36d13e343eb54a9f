/** The outline of a small graph, as the path of an SVG. Pure. */

/** One point of the drawing stands for so many samples: finer is not seen. */
const POINTS = 30;

/** @param rates oldest first, not negative; the newest stands at the right edge @param samples that fill the width */
export function sparkline(rates: readonly number[], samples: number, width: number, height: number): string {
  const top = Math.max(...rates, 0);
  if (top === 0) return '';
  const each = samples / POINTS;
  const heights: number[] = [];
  for (let point = 0; point < POINTS; point++) {
    const end = rates.length - Math.round((POINTS - 1 - point) * each);
    const part = rates.slice(Math.max(0, end - Math.round(each)), Math.max(0, end));
    heights.push(part.length === 0 ? 0 : Math.max(...part) / top);
  }
  const step = width / (POINTS - 1);
  const line = heights.map((part, index) => `${round(index * step)} ${round(height - part * height)}`);
  return `M0 ${height}L${line.join('L')}L${width} ${height}Z`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
