import { describe, expect, test } from 'vitest';
import type { ServerMessage } from '#protocol/control-messages.ts';
import { ServerFrames } from './server-frames.ts';

const news = (policyVersion: number): ServerMessage => ({ type: 'event', event: 'policy-changed', policyVersion });

describe('frames of control messages', () => {
  test('are the text behind a header of RFC 6455, whatever its length', () => {
    const frames = new ServerFrames();
    const short = Buffer.from(frames.of(news(7)));
    expect([short[0], short[1]]).toEqual([0x81, short.length - 2]);
    expect(JSON.parse(short.toString('utf8', 2))).toEqual(news(7));
    const reason = 'Zürich — '.repeat(100);
    const long: ServerMessage = { type: 'event', event: 'revoked', peers: [], reason };
    const frame = Buffer.from(frames.of(long));
    expect([frame[0], frame[1], frame.readUInt16BE(2)]).toEqual([0x81, 126, frame.length - 4]);
    expect(JSON.parse(frame.toString('utf8', 4))).toEqual(long);
  });

  test('are made once for one message, and anew for the next, even an equal one', () => {
    const frames = new ServerFrames();
    const message = news(7);
    const frame = frames.of(message);
    expect(frames.of(message)).toBe(frame);
    expect(frames.of(news(8))).not.toEqual(frame);
    expect(frames.of(news(7))).not.toBe(frame);
  });
});
