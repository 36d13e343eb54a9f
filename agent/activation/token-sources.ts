/**
 * Where an activation token may lie before anybody has typed one: the first place in this order that holds
 * something counts, and the others are not looked at. So a fleet's policy holds whatever an installer
 * brought along, and a token that is mistyped there is told, not passed over.
 */

/** First to last. Behind them comes the person, who is asked by the window or types `causeway up`. */
const TOKEN_SOURCES = ['policy', 'command line', 'embedded', 'file name'] as const;

export interface TokenSource {
  readonly kind: (typeof TOKEN_SOURCES)[number];
  /** For the log. */
  readonly where: string;
  /** @returns the token as it stands there, unchecked; undefined if there is none */
  read(): Promise<string | undefined>;
  /** Takes it away after the activation. A policy stays: it is not ours. */
  wipe(): Promise<void>;
}

export interface FoundToken {
  readonly source: TokenSource;
  readonly text: string;
}

/** @param sources in any order */
export async function findToken(sources: readonly TokenSource[]): Promise<FoundToken | undefined> {
  const order = (source: TokenSource) => TOKEN_SOURCES.indexOf(source.kind);
  for (const source of sources.toSorted((a, b) => order(a) - order(b))) {
    const text = (await source.read())?.trim();
    if (text !== undefined && text !== '') return { source, text };
  }
  return undefined;
}
