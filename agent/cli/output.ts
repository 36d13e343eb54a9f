/**
 * What the `causeway` command prints for people. Pure: values in, lines out; colour only if asked.
 */
import type { CausewayError } from '#protocol/errors.ts';
import type { Check, LocalResult } from '#protocol/local-api.ts';
import { fingerprintOf } from '#protocol/lock/fingerprint.ts';
import { type AgentStatus, firstBroken, PART_ORDER, type Part } from '#protocol/status.ts';
import { durationText } from '../duration.ts';

export interface Style {
  good(text: string): string;
  bad(text: string): string;
  faint(text: string): string;
}

export const PLAIN: Style = { good: (text) => text, bad: (text) => text, faint: (text) => text };
export const COLOURED: Style = {
  good: (text) => `\u001b[32m${text}\u001b[39m`,
  bad: (text) => `\u001b[31m${text}\u001b[39m`,
  faint: (text) => `\u001b[2m${text}\u001b[22m`,
};

const SUMMARIES: Record<AgentStatus['summary'], string> = {
  'not-activated': 'Not activated. Run `causeway up --token TOKEN`.',
  off: 'Disconnected by its owner. Run `causeway up` to connect.',
  connecting: 'Connecting …',
  connected: 'Connected.',
  degraded: 'Not fully connected: see what failed below. The agent keeps trying.',
};

const PART_TITLES: Record<(typeof PART_ORDER)[number], string> = {
  activation: 'Activation',
  control: 'Control plane',
  relay: 'Relay',
  adapter: 'Adapter',
  names: 'Names',
};

const PART_STATES: Record<Part['state'], string> = { off: 'off', pending: 'trying', ok: 'ok', failed: 'failed' };

export function statusLines(status: AgentStatus, style: Style): string[] {
  const { machine } = status;
  const lines = [summaryOf(status, style)];
  if (machine !== null) {
    lines.push('', `${machine.fullName}   ${machine.ipv4}   ${machine.ipv6}`);
    lines.push(membershipOf(machine));
    if (machine.key !== undefined) lines.push(style.faint(`Key ${fingerprintOf(machine.key)}`));
  }
  lines.push('');
  for (const name of PART_ORDER) lines.push(...partLines(PART_TITLES[name], status.parts[name], status, style));
  if (status.notice) lines.push('', status.notice.message, style.faint(`  ${status.notice.remedy}`));
  const peers = status.peers.filter((peer) => peer.state !== 'idle');
  if (peers.length > 0) lines.push('', 'Peers');
  const width = Math.max(20, ...peers.map((peer) => peer.name.length));
  for (const peer of peers) {
    const roundTrip = peer.roundTripMs === null ? '' : `   ${peer.roundTripMs.toFixed(1)} ms`;
    lines.push(
      `  ${peer.name.padEnd(width)} ${peer.state.padEnd(12)} ${age(peer, status.at)}${roundTrip}   ` +
        `${bytesText(peer.receivedBytes)} in, ${bytesText(peer.sentBytes)} out`,
    );
  }
  return lines;
}

/** The state in one line, with the first part that failed: what explains the later ones. */
export function stateLine(status: AgentStatus, style: Style): string {
  const failed = firstBroken(status.parts);
  const error = failed && status.parts[failed].error;
  if (!failed || !error || status.wanted === 'down') return summaryOf(status, style);
  return `${style.bad(`${PART_TITLES[failed]} failed:`)} ${error.message} [${error.code}]`;
}

/** @param wished the name given with the token; a machine that is activated already keeps its own */
export function nameLines({ machine }: AgentStatus, wished: string | undefined): string[] {
  if (machine === null || wished === undefined || machine.name === wished.toLowerCase()) return [];
  return [
    '',
    `Its name is ${machine.name}, not ${wished}: that name was taken, or it was activated before. An administrator can rename it.`,
  ];
}

export function resolvedLines(found: LocalResult<'resolve'>): string[] {
  return [
    found.fullName,
    `  IPv4     ${found.ipv4}`,
    `  IPv6     ${found.ipv6}`,
    `  granted  until ${new Date(found.grantExpiresAt).toISOString()}, and renewed before that while in use`,
  ];
}

export function peerLines(peers: LocalResult<'peers'>['peers'], style: Style): string[] {
  if (peers.length === 0) return ['No machine is reachable yet: nothing is connected to this one’s group or role.'];
  const rows = peers.map((peer) => {
    const online = peer.online ? style.good('online ') : style.faint('offline');
    return [peer.name, online, peer.ipv4, peer.ipv6, peer.memberOf, peer.session?.state ?? 'idle'];
  });
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

export function checkLines(check: Check, style: Style): string[] {
  const mark = check.ok ? style.good('ok    ') : style.bad('FAILED');
  return [
    `${mark}  ${check.name.padEnd(14)}  ${check.detail}`,
    ...(check.remedy === null ? [] : [`${' '.repeat(24)}→ ${check.remedy}`]),
  ];
}

export function savedLines(file: string): string[] {
  return [
    '',
    `Saved to ${file}. It holds no keys and no tokens; it does name this computer, its addresses and its peers.`,
  ];
}

export function errorLines(error: Pick<CausewayError, 'code' | 'message' | 'remedy'>, style: Style): string[] {
  return [`${style.bad(`error ${error.code}:`)} ${error.message}`, `→ ${error.remedy}`];
}

function membershipOf({ memberOf, memberKind }: NonNullable<AgentStatus['machine']>): string {
  if (memberOf === null) return 'In no group yet: an administrator has to put it in one before it reaches anybody.';
  return memberKind === 'role' ? `An instance of the role ${memberOf}.` : `In the group ${memberOf}.`;
}

function summaryOf({ summary, parts }: AgentStatus, style: Style): string {
  if (summary === 'connected') return style.good(SUMMARIES.connected);
  if (summary === 'not-activated' && parts.activation.state === 'failed')
    return 'Not activated: see what failed below.';
  return SUMMARIES[summary];
}

function partLines(title: string, part: Part, status: AgentStatus, style: Style): string[] {
  const colour = part.state === 'ok' ? style.good : part.state === 'failed' ? style.bad : style.faint;
  const roundTrip =
    title === PART_TITLES.relay && status.relayRoundTripMs !== null && part.state === 'ok'
      ? `, ${status.relayRoundTripMs.toFixed(1)} ms`
      : '';
  const lines = [
    `  ${title.padEnd(14)} ${colour(PART_STATES[part.state].padEnd(7))} ${age(part, status.at).padEnd(26)} ${part.detail}${roundTrip}`.trimEnd(),
  ];
  if (part.error !== null) {
    lines.push(
      `${' '.repeat(17)}${part.error.message} [${part.error.code}]`,
      `${' '.repeat(17)}→ ${part.error.remedy}`,
    );
  }
  return lines;
}

function age({ state, provenAt }: { state: string; provenAt: number | null }, now: number): string {
  if (provenAt === null) return state === 'ok' ? 'not confirmed yet' : state === 'off' ? '' : 'never proven';
  const when = now - provenAt < 1_000 ? 'just now' : `${durationText(now - provenAt)} ago`;
  return state === 'failed' ? `last proven ${when}` : `proven ${when}`;
}

function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power]}`;
}
