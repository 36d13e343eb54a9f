/**
 * Brings this computer to the version that its relay server has: downloads the package that fits how the agent
 * was installed, checks it against the signed release, and installs it. Whether the new version connects, and
 * what is done if it does not, is the package's matter (build/linux/switch-version.sh).
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CausewayError } from '#protocol/errors.ts';
import { isLater, isOffered, type Release } from '#protocol/release.ts';
import { getPinned } from '../connection/pinned-get.ts';
import type { PinnedServer } from '../connection/pinned-socket.ts';
import { AGENT_VERSION } from '../control/software.ts';
import { fetchRelease, releaseKey } from './released.ts';

const ROOT = '/opt/causeway';

export interface Update {
  readonly machine: string;
  readonly target: PinnedServer;
  /** Only when the release is offered to this machine by now; else whenever there is one. */
  readonly ifOffered: boolean;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * @returns the version that runs now
 * @throws CausewayError UPDATE_…, RELEASE_FORGED, SERVER_…
 */
export async function installUpdate({ machine, target, ifOffered, say, signal }: Update): Promise<string> {
  const kind = installedBy();
  const key = await releaseKey();
  if (key === undefined) throw notHere('it was built without a key for releases');
  const release = await fetchRelease(target, key, signal);
  const wanted = release !== undefined && isLater(release.version, AGENT_VERSION);
  if (!wanted || (ifOffered && !isOffered(release, machine))) throw new CausewayError('UPDATE_NONE');
  const file = release.files.find(
    (each) => each.os === 'linux' && each.architecture === process.arch && each.kind === kind,
  );
  if (file === undefined) throw notHere(`version ${release.version} has no ${kind} for Linux on ${process.arch}`);
  const directory = await mkdtemp(join(ROOT, '.update-'));
  try {
    say(`Downloading ${file.file} of version ${release.version} from ${target.server} …`);
    const path = join(directory, file.file);
    await download(target, file, path, signal);
    say('Installing it. If it does not connect within a minute, this version comes back.');
    await install(kind, path, directory, release.version);
    return release.version;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

type Kind = 'deb' | 'archive';

function installedBy(): Kind {
  if (process.platform !== 'linux' || !existsSync(join(ROOT, 'current'))) {
    throw notHere('it is not installed in /opt/causeway');
  }
  if (process.getuid?.() !== 0) {
    throw new CausewayError('PRIVILEGE_MISSING', { action: 'install software', otherwise: 'run this as root (sudo)' });
  }
  return existsSync(join(ROOT, 'by-dpkg')) ? 'deb' : 'archive';
}

async function download(
  target: PinnedServer,
  { file, bytes, sha256 }: Release['files'][number],
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const answer = await getPinned(target, `/downloads/${file}`, signal);
  if (answer === undefined) throw new CausewayError('UPDATE_DAMAGED', { file });
  const hash = createHash('sha256');
  let received = 0;
  const measured = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      hash.update(chunk);
      // More than was released is never written.
      done(received > bytes ? new CausewayError('UPDATE_DAMAGED', { file }) : null, chunk);
    },
  });
  await pipeline(answer, measured, createWriteStream(path, { mode: 0o600 }), { signal });
  if (received !== bytes || hash.digest('hex') !== sha256) throw new CausewayError('UPDATE_DAMAGED', { file });
}

async function install(kind: Kind, path: string, directory: string, version: string): Promise<void> {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const commands =
    kind === 'deb'
      ? [['dpkg', '--install', path]]
      : [
          ['tar', '-xzf', path, '-C', directory, '--no-same-owner'],
          ['sh', join(directory, 'causeway/share/install.sh')],
        ];
  for (const [program = '', ...words] of commands) {
    const child = spawn(program, words, { stdio: 'inherit', env: environment });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new CausewayError('UPDATE_FAILED', { version, cause: `${program} ended with ${code}` });
  }
}

function notHere(issue: string): CausewayError {
  return new CausewayError('UPDATE_NOT_HERE', { issue });
}
