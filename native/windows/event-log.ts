/**
 * Sentences in Windows' own log of events (Application), where administrators of computers look first.
 */
import koffi from 'koffi';
import { writeNumber, writeString } from './registry.ts';

/** winnt.h */
const TYPES = { information: 0x4, warning: 0x2, error: 0x1 } as const;
const SOURCES = 'SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application';
/** Its messages 1 to 1000 are "%1": what it is given, and nothing else. Part of every Windows since 2003. */
const MESSAGES = 'C:\\Windows\\System32\\EventCreate.exe';
const MESSAGE_ID = 1;

export type EventKind = keyof typeof TYPES;

/** @returns writes one sentence, and says whether the system has taken it */
export function openEventLog(source: string): (kind: EventKind, sentence: string) => boolean {
  writeString(`${SOURCES}\\${source}`, 'EventMessageFile', MESSAGES);
  writeNumber(`${SOURCES}\\${source}`, 'TypesSupported', TYPES.information | TYPES.warning | TYPES.error);
  const library = koffi.load('advapi32.dll');
  const register = library.func(
    'uintptr_t __stdcall RegisterEventSourceW(const char16_t *server, const char16_t *source)',
  );
  const report = library.func(
    'int __stdcall ReportEventW(uintptr_t log, uint16_t type, uint16_t category, uint32_t id, void *user, uint16_t count, uint32_t bytes, const char16_t **strings, void *data)',
  );
  const log = register(null, source);
  return (kind, sentence) => report(log, TYPES[kind], 0, MESSAGE_ID, null, 1, 0, [sentence], null) !== 0;
}
