/**
 * The text of resolv.conf with and without our lines: pure, on text in Latin-1 so that every byte stays
 * itself. Knows no files.
 *
 * Nothing that was there is changed; two marked blocks are put around it:
 *
 *     …comments that the original begins with: openresolv knows its own file by its first line…
 *     # causeway: begin (…)
 *     nameserver 127.67.87.53               first, so that it is asked first
 *     # causeway: end
 *     …the rest of the original…
 *     # causeway: begin (…)
 *     search corp.example our.suffix        last, because the last search or domain line counts
 *     # causeway: end
 *
 * The C library asks only the first three name servers (resolv.conf(5), MAXNS; musl has the same): with
 * three there already, the third is asked no more while ours is first. Ours three times is therefore ours
 * alone, and the original's lines need not be touched for it either.
 */

/**
 * Where our name server goes: `first`, with the others after it; `only`, so that no other is asked; `nowhere`,
 * when another program asks us for our domains and only the search list is missing.
 */
export type Place = 'first' | 'only' | 'nowhere';

export interface Ours {
  /** Address of our name server. */
  readonly server: string;
  /** Our search suffix. */
  readonly suffix: string;
  /** `first` if not given. */
  readonly place?: Place;
}

const BEGIN = '# causeway: begin';
const END = '# causeway: end';
const EXPLANATION = '(while this computer is in a Causeway network; take out with `causeway down`)';
/** Says that the line break before the block is ours, too. */
const UNFINISHED = 'after an unfinished line';
const BODY = `.*\\n(?:(?:nameserver|search) .*\\n){0,3}${END}`;
const BLOCK = new RegExp(`^${BEGIN}${BODY}\\n?`, 'gm');
/** Only at the end of the text: with a line added after it, the line break has become somebody else's. */
const LAST_BLOCK_OF_UNFINISHED = new RegExp(`\\n${BEGIN} ${UNFINISHED}${BODY}\\n$`);
const STRAY_MARK = /^# causeway: (?:begin|end).*\n?/gm;

/** Comments and nothing else, in whole lines. */
const HEADER = /^(?:[#;][^\n]*\n)*/;

/** What the C library uses when the file names no server (resolv.conf(5)). */
const DEFAULT_SERVER = '127.0.0.1';
const SERVERS_MAX = 3;

/** Whether any line of ours is in it. */
export function isMarked(text: string): boolean {
  return text.includes(BEGIN) || text.includes(END);
}

/**
 * Puts our lines in.
 * @param original without lines of ours; empty for a missing file.
 * @param hostDomain the domain of the computer's own name, which is the search list when the file gives
 * none (resolv.conf(5)); null without one.
 * @returns the text and what people should know, in sentences.
 */
export function addOurs(
  original: string,
  { server, suffix, place = 'first' }: Ours,
  hostDomain: string | null,
): { text: string; warnings: string[] } {
  const servers = valuesOf(original, 'nameserver');
  const search = searchList(original) ?? (hostDomain === null ? [] : [hostDomain]);
  const kept = servers.length === 0 ? [`nameserver ${DEFAULT_SERVER}`] : [];
  const lines = {
    first: [`nameserver ${server}`, ...kept],
    only: Array(SERVERS_MAX).fill(`nameserver ${server}`),
    nowhere: [],
  };
  const isUnfinished = original !== '' && !original.endsWith('\n');
  const top = place === 'nowhere' ? '' : [`${BEGIN} ${EXPLANATION}`, ...lines[place], END, ''].join('\n');
  const [header = ''] = HEADER.exec(original) ?? [];
  const rest = original.slice(header.length);
  const note = isUnfinished ? `${UNFINISHED} ${EXPLANATION}` : EXPLANATION;
  const bottom = [`${BEGIN} ${note}`, `search ${[...search, suffix].join(' ')}`, END, ''].join('\n');
  return {
    text: `${header}${top}${rest}${isUnfinished ? '\n' : ''}${bottom}`,
    warnings: place === 'first' ? warningsOf(servers) : [],
  };
}

/**
 * Takes our lines out, also where another program has copied them or a person has edited around them.
 * The exact inverse of {@link addOurs} on what that returned.
 * @param ours what to take out besides the marked blocks, if it is known.
 */
export function takeOutOurs(text: string, ours: Ours | undefined): string {
  const rest = text.replace(LAST_BLOCK_OF_UNFINISHED, '').replace(BLOCK, '').replace(STRAY_MARK, '');
  if (!ours || (!rest.includes(ours.server) && !rest.includes(ours.suffix))) return rest;
  const { server, suffix } = ours;
  return rest
    .replace(/^nameserver[ \t]+(\S+).*\n?/gm, (line, address: string) => (address === server ? '' : line))
    .replace(/^search([ \t].*)$/gm, (line, list: string) => {
      const domains = words(list);
      return domains.includes(suffix) ? ['search', ...domains.filter((domain) => domain !== suffix)].join(' ') : line;
    })
    .replace(/^search\n/gm, '');
}

/** Every server the text names, in order. */
export function nameServers(text: string): string[] {
  return valuesOf(text, 'nameserver');
}

/** Whether programs ask the servers in turns, with every question another one first. */
export function isRotating(text: string): boolean {
  return lines(text, 'options').flatMap(words).includes('rotate');
}

/** The servers that programs ask when the text is all there is: the C library's default when it names none. */
export function askedServers(text: string): string[] {
  const servers = nameServers(text).slice(0, SERVERS_MAX);
  return servers.length === 0 ? [DEFAULT_SERVER] : servers;
}

function warningsOf(servers: readonly string[]): string[] {
  if (servers.length < SERVERS_MAX) return [];
  const pushedOut = servers.slice(SERVERS_MAX - 1).join(', ');
  return [`The C library asks three name servers at most; with ours first, ${pushedOut} is not asked.`];
}

function valuesOf(text: string, keyword: string): string[] {
  return lines(text, keyword).flatMap((line) => words(line).slice(0, 1));
}

/** The last `search` or `domain` line counts. */
function searchList(text: string): string[] | null {
  const last = /^(search|domain)[ \t]([^\n]*)$/gm;
  let list: string[] | null = null;
  for (const [, keyword, rest = ''] of text.matchAll(last)) {
    list = keyword === 'search' ? words(rest) : words(rest).slice(0, 1);
  }
  return list;
}

function lines(text: string, keyword: string): string[] {
  return [...text.matchAll(new RegExp(`^${keyword}[ \\t]([^\\n]*)$`, 'gm'))].map(([, rest = '']) => rest);
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
