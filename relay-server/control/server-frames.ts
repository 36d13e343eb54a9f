/**
 * Control messages as the WebSocket frames in which they leave. What is told to thousands, one right after the
 * other, is one object, and becomes text and frame once for all of them.
 */
import type { ServerMessage } from '#protocol/control-messages.ts';
import { roomyBytes, serverTextFrame } from '#protocol/websocket.ts';

export class ServerFrames {
  #last: { readonly message: ServerMessage; readonly frame: Uint8Array } | undefined;

  /** @returns bytes that may be on their way to others too: never to be written to */
  of(message: ServerMessage): Uint8Array {
    if (this.#last?.message !== message) this.#last = { message, frame: frameOf(JSON.stringify(message)) };
    return this.#last.frame;
  }
}

function frameOf(text: string): Uint8Array {
  const bytes = roomyBytes(Buffer.byteLength(text));
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).write(text);
  return serverTextFrame(bytes);
}
