/** The main process's end of the IPC: takes calls of the window's own page, and of nobody else. */
import type { IpcMain, IpcMainInvokeEvent, WebContents } from 'electron';
import { CausewayError } from '#protocol/errors.ts';
import { CALL_CHANNEL, EVENT_CHANNEL } from '../ipc/bridge.ts';
import type { CallAnswer, DesktopEvent } from '../ipc/schema.ts';
import { CallGate } from './call-gate.ts';
import { answerCall, type CallHandlers } from './calls.ts';
import { isOfPage } from './page-address.ts';

export interface IpcOptions {
  readonly ipcMain: Pick<IpcMain, 'handle'>;
  readonly handlers: CallHandlers;
  /** The window's page as it is now. */
  readonly page: () => WebContents | undefined;
  readonly onBug: (name: string, error: unknown) => void;
}

export function serveCalls({ ipcMain, handlers, page, onBug }: IpcOptions): void {
  const gate = new CallGate();
  ipcMain.handle(CALL_CHANNEL, async (event, name: unknown, args: unknown): Promise<CallAnswer> => {
    if (!isOwnPage(event, page())) return { ok: false, error: new CausewayError('ORIGIN_REFUSED').toWire() };
    const end = gate.enter(name);
    if (end === undefined) return { ok: false, error: new CausewayError('RATE_LIMITED', { seconds: 1 }).toWire() };
    try {
      return await answerCall(handlers, name, args, onBug);
    } finally {
      end();
    }
  });
}

export function sendEvent(page: WebContents | undefined, event: DesktopEvent): void {
  if (page !== undefined && !page.isDestroyed()) page.send(EVENT_CHANNEL, event);
}

/** The main frame of our window, showing our page: not a frame in it, not another address. */
function isOwnPage({ sender, senderFrame }: IpcMainInvokeEvent, page: WebContents | undefined): boolean {
  return (
    page !== undefined &&
    sender === page &&
    // Null: the frame has gone since, and nobody waits for the answer.
    senderFrame !== null &&
    senderFrame === page.mainFrame &&
    isOfPage(senderFrame.url)
  );
}
