/**
 * Takes secrets out of text that people pass on. Nothing of ours writes them there; this is for the day on
 * which something does, or on which the operating system's words hold somebody else's.
 */

/** Each with what stands in its place. Machine ids (32 hex digits) and addresses are no secrets, and stay. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\bcw[tslrk]1?_[\w-]+(?:(?:\.[\w-]+){4})?/g, '[token removed]'],
  [/\beyJ[\w-]*\.[\w-]+(?:\.[\w-]*)?/g, '[signed statement removed]'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[key removed]'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 [removed]'],
  // Somebody's name and password in an address.
  [/(\/\/)[^\s/@]+:[^\s/@]*@/g, '$1[removed]@'],
  // A key of 32 bytes has 43 characters in base64url; no word of ours has.
  [/[\w+-]{43,}=?/g, '[key removed]'],
];

export function redacted(text: string): string {
  return SECRETS.reduce((left, [pattern, place]) => left.replace(pattern, place), text);
}

/** The same for every text inside a value. */
export function redactedDeep<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value), (_, inner: unknown) =>
    typeof inner === 'string' ? redacted(inner) : inner,
  ) as Value;
}
