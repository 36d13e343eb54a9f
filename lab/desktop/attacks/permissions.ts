/** What a page asks the person for. It runs in the page. */
import type { Outcome } from './attack-page.ts';

/** Asks for whatever a page has to ask the person for. */
export async function askForPermissions(): Promise<Outcome[]> {
  const { navigator, Notification } = globalThis as unknown as {
    navigator: {
      geolocation: { getCurrentPosition(yes: () => void, no: (error: { message: string }) => void): void };
      mediaDevices: Record<string, (wanted: object) => Promise<unknown>>;
      permissions: { query(what: { name: string }): Promise<{ state: string }> };
      clipboard: { readText(): Promise<string> };
      requestMIDIAccess(options: object): Promise<unknown>;
      usb?: { requestDevice(options: object): Promise<unknown> };
      bluetooth?: { requestDevice(options: object): Promise<unknown> };
    };
    Notification: { requestPermission(): Promise<string> };
  };
  const { geolocation, mediaDevices, permissions } = navigator;
  const asked: [string, () => Promise<unknown>][] = [
    [
      'where we are',
      () =>
        new Promise((resolve, reject) =>
          geolocation.getCurrentPosition(
            () => resolve('granted'),
            ({ message }) => reject(new Error(message)),
          ),
        ),
    ],
    ['camera and microphone', async () => mediaDevices.getUserMedia?.({ audio: true, video: true })],
    ['the screen', async () => mediaDevices.getDisplayMedia?.({ video: true })],
    [
      'notifications',
      async () => {
        const answer = await Notification.requestPermission();
        if (answer === 'denied') throw new Error(answer);
        return answer;
      },
    ],
    ['the clipboard', () => navigator.clipboard.readText()],
    ['MIDI', () => navigator.requestMIDIAccess({ sysex: true })],
    [
      'USB',
      async () =>
        navigator.usb === undefined
          ? Promise.reject(new Error('not there'))
          : navigator.usb.requestDevice({ filters: [] }),
    ],
    [
      'Bluetooth',
      async () =>
        navigator.bluetooth === undefined
          ? Promise.reject(new Error('not there'))
          : navigator.bluetooth.requestDevice({ acceptAllDevices: true }),
    ],
    ...['geolocation', 'notifications', 'camera', 'microphone', 'clipboard-read'].map(
      (name): [string, () => Promise<unknown>] => [
        `whether ${name} is allowed`,
        async () => {
          const { state } = await permissions.query({ name });
          if (state !== 'granted') throw new Error(state);
          return state;
        },
      ],
    ),
  ];
  const outcomes: Outcome[] = [];
  for (const [tried, ask] of asked) {
    const came = await Promise.race([
      ask().then(
        () => 'granted',
        (error: unknown) => `refused: ${String(error).slice(0, 80)}`,
      ),
      new Promise<string>((resolve) => setTimeout(() => resolve('no answer'), 3_000)),
    ]);
    outcomes.push({ tried, came });
  }
  return outcomes;
}
