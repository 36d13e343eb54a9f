/** A refusal of the server as the pages meet it: what is wrong, what to do, and a code to look up. */

export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** Of the catalogue in docs/errors.md. */
  readonly code: string;
  readonly remedy: string;
  readonly details: Readonly<Record<string, string | number>>;
  /** 0 when no answer came. */
  readonly status: number;

  constructor(
    status: number,
    error: { code: string; message: string; remedy: string; details?: Record<string, string | number> | undefined },
    options?: ErrorOptions,
  ) {
    super(error.message, options);
    this.status = status;
    this.code = error.code;
    this.remedy = error.remedy;
    this.details = error.details ?? {};
  }
}

/** @param body what the server answered, if it was JSON */
export function refusalOf(status: number, body: unknown): Refusal {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  if (isWireError(error)) return new Refusal(status, error);
  return new Refusal(status, {
    code: 'INTERNAL',
    message: `The server answered ${status}, without a reason.`,
    remedy: 'Try again; if it stays so, look into the log of the server, or of the proxy in front of it.',
  });
}

export function unreachable(cause: unknown): Refusal {
  return new Refusal(
    0,
    {
      code: 'SERVER_UNREACHABLE',
      message: 'The relay server does not answer.',
      remedy: 'Check that this device is online; if it is, the server may be restarting: try again in a moment.',
    },
    { cause },
  );
}

function isWireError(error: unknown): error is { code: string; message: string; remedy: string } {
  if (typeof error !== 'object' || error === null) return false;
  return ['code', 'message', 'remedy'].every((key) => typeof Reflect.get(error, key) === 'string');
}
