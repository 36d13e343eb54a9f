/**
 * What went wrong with a connection, in words for the errors that people meet.
 */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name could not be looked up',
  ETIMEDOUT: 'no answer',
  ENETUNREACH: 'the network is unreachable',
  EHOSTUNREACH: 'the host is unreachable',
  EPROTO: 'what answers there does not speak TLS',
};

export function connectionCause(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (error instanceof AggregateError && error.errors.length > 0) return connectionCause(error.errors[0]);
  if (code.startsWith('ERR_SSL_')) return WORDS.EPROTO ?? code;
  return WORDS[code] ?? (error instanceof Error ? error.message || code : String(error));
}
