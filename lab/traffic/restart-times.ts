/** Where the time of an agent's restart went, read from its log. Pure. */

export interface RestartTimes {
  /** Milliseconds from when the one before was asked to stop until … */
  readonly ready: number;
  readonly controlOnline: number;
  readonly relayOnline: number;
}

/** @param log lines of JSON, as the agent writes them, of both. @throws Error when there was no restart that ended well */
export function restartTimes(log: string): RestartTimes {
  const entries = log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { time: number; msg: string });
  const stopped = entries.findLastIndex(({ msg }) => msg === 'stopping');
  const since = (message: string): number => {
    const entry = entries.slice(stopped + 1).find(({ msg }) => msg === message);
    const from = entries[stopped];
    if (entry === undefined || from === undefined) throw new Error(`after it was stopped, no agent said “${message}”`);
    return entry.time - from.time;
  };
  return {
    ready: since('agent is ready'),
    controlOnline: since('control online'),
    relayOnline: since('relay online'),
  };
}
