import { describe, expect, test } from 'vitest';
import { inEnclosure, whyNoEnclosure } from './enclosure.fixture.ts';

const reason = whyNoEnclosure();
const OURS = 'nameserver 127.67.87.53';

describe.skipIf(reason !== null)(
  `with the C library and real mounts${reason ? ` (skipped: ${reason})` : ''}`,
  { timeout: 60_000 },
  () => {
    test('our names come from us, by bare name too, and all others from where they always came', async () => {
      const seen = await inEnclosure('resolver.fixture.ts', 'glibc');
      expect(seen).toMatchObject({
        before: { bare: 'none', outside: '198.51.100.80', here: 'ENOTFOUND' },
        during: {
          mode: 'resolv.conf',
          bare: '100.64.0.7',
          full: '100.64.0.7',
          reverse: 'sql01.contoso.causeway.internal',
          denied: 'none',
          outside: '198.51.100.80',
          here: '100.64.0.7',
          proof: 'none',
          proofOfOther: 'NAMES_NOT_RESOLVED',
        },
        // Our server is gone, its line is still there: the next server is asked at once.
        dead: { outside: '198.51.100.80', bare: 'none', proof: 'NAMES_NOT_RESOLVED' },
        isRestored: true,
        after: '198.51.100.80',
      });
      const { asked } = (seen as { during: { asked: string[] } }).during;
      expect(asked).toContain('www.example.com');
      expect(asked.filter((name) => name.endsWith('causeway.internal'))).toEqual([]);
    });

    test('after kills while set up, on a bind mount, the original bytes come back', async () => {
      expect(await inEnclosure('resolver.fixture.ts', 'crash')).toMatchObject({
        marks: 2,
        undone: true,
        isRestored: true,
        sameInode: true,
        again: expect.stringMatching(/^# by hand/),
      });
    });

    test('a DHCP client that rewrites the file, in place or by replacing it, is followed', async () => {
      const each = [`${OURS},nameserver 127.0.0.3`, `${OURS},nameserver 127.0.0.4`, 'nameserver 127.0.0.4\n', ','];
      expect(await inEnclosure('resolver.fixture.ts', 'foreignRewrite')).toEqual([...each, ...each]);
    });

    test('read-only and full file systems are refused with the file whole; a writable mount is enough', async () => {
      expect(await inEnclosure('resolver.fixture.ts', 'mounts')).toEqual({
        readOnly: { code: 'DIRECTORY_READ_ONLY', whole: true, left: expect.not.stringContaining('json') },
        full: { code: 'DISK_FULL', whole: true, left: expect.not.stringMatching(/json|new/) },
        fullInPlace: { code: 'DISK_FULL', whole: true, left: '' },
        fullState: { code: 'DISK_FULL', whole: true },
        writableMount: { code: 'none', isApplied: true, restored: true },
      });
    });
  },
);
