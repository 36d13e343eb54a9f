/**
 * An outlet in memory that takes as many bytes as a test allows it: the core's transport on a fake clock.
 */
import { decodeFrame, type Frame, type UnknownFrame } from '#protocol/frames.ts';
import type { Outlet } from './connection.ts';

export class RecordingOutlet implements Outlet {
  /** Everything sent, raw, oldest first. */
  readonly sent: Uint8Array[] = [];
  pings = 0;
  closedWith: number | undefined;
  terminated = false;
  /** What it still takes before it says that it is full. */
  room: number;

  constructor(room = Number.POSITIVE_INFINITY) {
    this.room = room;
  }

  get frames(): (Frame | UnknownFrame)[] {
    return this.sent.map((bytes) => decodeFrame(bytes));
  }

  send(frame: Uint8Array): boolean {
    this.sent.push(frame);
    this.room -= frame.length;
    return this.room > 0;
  }

  ping(): void {
    this.pings++;
  }

  close(status: number): void {
    this.closedWith ??= status;
  }

  terminate(): void {
    this.terminated = true;
  }
}
