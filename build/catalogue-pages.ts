/**
 * docs/errors.md and docs/limits.md, printed from the catalogues in protocol/. Pure.
 */
import type { CatalogueEntry } from '#protocol/errors.ts';
import type { Limit } from '#protocol/limits.ts';

const NOTE = '<!-- Written by `npm run docs`. Change the catalogue, not this page. -->';

export function errorsPage(errors: Readonly<Record<string, CatalogueEntry>>): string {
  const rows = Object.entries(errors).map(([code, { what, remedy, http }]) =>
    row(`\`${code}\``, what, remedy, `${http}`),
  );
  return [
    '# Errors',
    NOTE,
    'Everything that Causeway refuses, it refuses with one of these: a code that does not change between versions, what is wrong, and what to do. The same code appears in the output of the commands, in answers of the REST API (with the HTTP status in the last column), in control messages and in logs. Words in braces are filled in. The catalogue is `protocol/errors.ts`.',
    [row('code', 'what is wrong', 'what to do', 'HTTP'), row('---', '---', '---', '---'), ...rows].join('\n'),
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}

export function limitsPage(limits: Readonly<Record<string, Limit>>): string {
  const rows = Object.entries(limits).map(([name, { value, unit, why }]) =>
    row(`\`${name}\``, quantity(value), unit, why),
  );
  return [
    '# Limits',
    NOTE,
    'Every number that bounds something, and where it comes from. Code takes it from `protocol/limits.ts` and from nowhere else.',
    [row('limit', 'value', 'unit', 'why'), row('---', '---:', '---', '---'), ...rows].join('\n'),
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}

function row(...cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** 1048576 as 1,048,576. */
function quantity(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
