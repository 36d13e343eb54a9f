/**
 * A file system of a few megabytes for tests of full and read-only disks: a tmpfs, which only root may
 * mount.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BALLAST = 'ballast';

export class SmallDisk implements Disposable {
  readonly path: string;

  /** @throws when this user may not mount: see {@link smallDiskMissing}. */
  constructor(megabytes: number) {
    this.path = mkdtempSync(join(tmpdir(), 'causeway-disk-'));
    try {
      mount(['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', this.path]);
    } catch (error) {
      rmdirSync(this.path);
      throw error;
    }
  }

  /** Leaves so much room. */
  fill(leaveBytes: number): void {
    const { bavail, bsize } = statfsSync(this.path);
    writeFileSync(join(this.path, BALLAST), Buffer.alloc(Math.max(0, bavail * bsize - leaveBytes)));
  }

  empty(): void {
    rmSync(join(this.path, BALLAST), { force: true });
  }

  makeReadOnly(): void {
    mount(['-o', 'remount,ro', this.path]);
  }

  [Symbol.dispose](): void {
    execFileSync('umount', [this.path], { stdio: 'pipe' });
    rmdirSync(this.path);
  }
}

/** Why no small disk can be made here; undefined if it can. */
export function smallDiskMissing(): string | undefined {
  try {
    new SmallDisk(1)[Symbol.dispose]();
    return undefined;
  } catch {
    return 'this user may not mount a tmpfs';
  }
}

function mount(args: string[]): void {
  execFileSync('mount', args, { stdio: 'pipe' });
}
