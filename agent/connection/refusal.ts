/**
 * Why a server did not open a connection that it was asked for: the catalogue error in its answer's body.
 */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { type CausewayError, fromWire } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { wireError } from '#protocol/wire-error.ts';
import { unreachable } from './pinned-socket.ts';

const refusalBody = z.object({ error: wireError });

/** Never rejects: an answer that can not be read is a server that can not be used. */
export async function refusalOf(response: IncomingMessage, server: string): Promise<CausewayError> {
  try {
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) {
      text += chunk;
      if (text.length > LIMITS.CONTROL_MESSAGE_MAX_BYTES.value) break;
    }
    return fromWire(refusalBody.parse(JSON.parse(text)).error);
  } catch {
    return unreachable(server, new Error(`it answered with HTTP status ${response.statusCode}`));
  }
}
