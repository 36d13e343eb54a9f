/**
 * Puts our lines into resolv.conf and gives the original back byte for byte, through crashes at any
 * moment and other programs that rewrite the file meanwhile.
 *
 * The original (bytes, mode, owner) is saved durably in the state directory before the file is touched,
 * together with what we are about to write. So a file with our content is always known as ours, and never
 * saved as somebody's original. When the content is neither, another program wrote it: that is the
 * original from then on, less what it may have copied of our lines.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readIfThere, writeDurably } from '#runtime/durable-file.ts';
import { addOurs, type Ours, takeOutOurs } from './resolv-conf.ts';
import {
  type Content,
  type FileState,
  readSystemFile,
  removeHalfWritten,
  writeSystemFile,
} from './resolv-conf-file.ts';

const SAVED_FILE = 'resolv-conf.json';
const PRIVATE = 0o600;
const DEFAULT_MODE = 0o644;

const base64 = z.base64().transform((text): Buffer => Buffer.from(text, 'base64'));
const savedSchema = z.object({
  version: z.literal(1),
  target: z.string(),
  ours: z.object({ server: z.string(), suffix: z.string() }),
  /** Null when there was no file. */
  original: z.object({ bytes: base64, mode: z.int(), uid: z.int(), gid: z.int() }).nullable(),
  /** All that the file may hold if it was us who wrote it last. */
  written: z.array(base64),
});
type Saved = z.output<typeof savedSchema>;

export interface ResolvConfOptions {
  /** The file as programs open it, normally /etc/resolv.conf. */
  readonly path: string;
  readonly stateDirectory: string;
  readonly ours: Ours;
  /** See addOurs. */
  readonly hostDomain: string | null;
}

export interface AppliedResolvConf {
  /** Sentences that people should read. */
  readonly warnings: readonly string[];
  /** The text without ours. */
  readonly original: string;
}

/**
 * Makes the file ours, again if need be. Does nothing to a file that is what it should be.
 * @throws CausewayError DIRECTORY_READ_ONLY, DISK_FULL, STATE_CORRUPT; the file is whole then.
 */
export async function applyToResolvConf(options: ResolvConfOptions): Promise<AppliedResolvConf> {
  const { path, stateDirectory, ours, hostDomain } = options;
  let saved = await loadSaved(stateDirectory);
  const current = await readSystemFile(path);
  if (saved && saved.target !== current.target) {
    await restoreResolvConf(options);
    saved = null;
  }
  const original = originalOf(current, saved);
  const originalText = original?.bytes.toString('latin1') ?? '';
  const { text, warnings } = addOurs(originalText, ours, hostDomain);
  const bytes = Buffer.from(text, 'latin1');
  if (saved && current.content?.bytes.equals(bytes)) return { warnings, original: originalText };

  const wasOurs = current.content && saved?.written.some((written) => current.content?.bytes.equals(written));
  const written = wasOurs && current.content ? [current.content.bytes, bytes] : [bytes];
  await save(stateDirectory, { version: 1, target: current.target, ours, original, written });
  try {
    await writeSystemFile({ target: current.target, content: { ...(original ?? newFile()), bytes } });
  } catch (error) {
    if (!wasOurs) await forget(stateDirectory);
    throw error;
  }
  return { warnings, original: originalText };
}

/**
 * Gives the original back, or takes our lines out of what another program wrote; a file without them is
 * left alone, and so is everything when nothing was saved. Idempotent.
 * @returns whether the file was changed.
 * @throws CausewayError DIRECTORY_READ_ONLY, DISK_FULL; can be repeated then.
 */
export async function restoreResolvConf({
  path,
  stateDirectory,
}: Pick<ResolvConfOptions, 'path' | 'stateDirectory'>): Promise<boolean> {
  const saved = await loadSaved(stateDirectory);
  const current = await readSystemFile(saved?.target ?? path);
  const original = originalOf(current, saved);
  const isChanged = !sameContent(current.content, original);
  if (isChanged) await writeSystemFile({ target: current.target, content: original });
  else if (saved) await removeHalfWritten(current.target);
  await forget(stateDirectory);
  return isChanged;
}

/** Whether the file holds what we wrote last. */
export async function isApplied({
  path,
  stateDirectory,
}: Pick<ResolvConfOptions, 'path' | 'stateDirectory'>): Promise<boolean> {
  const saved = await loadSaved(stateDirectory);
  const { target, content } = await readSystemFile(path);
  const latest = saved?.written.at(-1);
  return target === saved?.target && latest !== undefined && content?.bytes.equals(latest) === true;
}

/** What the file would be without us. */
function originalOf({ content }: FileState, saved: Saved | null): Content | null {
  if (content === null) return null;
  const { bytes } = content;
  if (saved?.written.some((written) => bytes.equals(written) || isHalfRestored(bytes, saved.original, written))) {
    return saved.original;
  }
  return { ...content, bytes: Buffer.from(takeOutOurs(bytes.toString('latin1'), saved?.ours), 'latin1') };
}

/** A crash while the original was put back in place, before the longer text was cut off. */
function isHalfRestored(bytes: Buffer, original: Content | null, written: Buffer): boolean {
  return original !== null && bytes.equals(Buffer.concat([original.bytes, written.subarray(original.bytes.length)]));
}

function sameContent(a: Content | null, b: Content | null): boolean {
  return a === null || b === null ? a === b : a.bytes.equals(b.bytes) && a.mode === b.mode;
}

function newFile(): Omit<Content, 'bytes'> {
  return { mode: DEFAULT_MODE, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}

/**
 * A damaged record is as good as none: our lines are known by their marks, and taking them out gives the
 * original's bytes as well; only its mode and owner are then those of the present file.
 */
async function loadSaved(stateDirectory: string): Promise<Saved | null> {
  const text = await readIfThere(join(stateDirectory, SAVED_FILE));
  if (text === undefined) return null;
  try {
    return savedSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

async function save(stateDirectory: string, saved: Saved): Promise<void> {
  const encoded = {
    ...saved,
    original: saved.original && { ...saved.original, bytes: saved.original.bytes.toString('base64') },
    written: saved.written.map((bytes) => bytes.toString('base64')),
  };
  await writeDurably(join(stateDirectory, SAVED_FILE), `${JSON.stringify(encoded)}\n`, PRIVATE);
}

async function forget(stateDirectory: string): Promise<void> {
  await rm(join(stateDirectory, SAVED_FILE), { force: true });
}
