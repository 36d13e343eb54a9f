/**
 * The disk image for macOS, as far as Linux can tell: built with the Node and koffi that a Mac would run, handed
 * out by a relay server with a token in it, and read back by programs that are not ours. Nothing of it is run but
 * its scripts, which build/macos/macos.test.ts does.
 */
import assert from 'node:assert/strict';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AGENT_ALONE, buildDmg } from '#build/installers/dmg/dmg.ts';
import { modesOf, readImage } from '#build/installers/dmg/image-reader.ts';
import { macFiles } from '#build/installers/dmg/mac-files.ts';
import { machO } from '#build/installers/dmg/mach-o.ts';
import { type MacProcessor, macRuntime } from '#build/mac-runtime.ts';
import { tokenOfFile } from '#protocol/activation-file.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import type { Host } from '../hosts/host.ts';
import type { Scenario } from './story.ts';

/** The other differs by two files; both are had by hand (npm run package:dmg -- --arch=x64). */
const PROCESSOR: MacProcessor = process.env.LAB_LONG === '1' ? 'x64' : 'arm64';
const FILE = `causeway-agent-macos-${PROCESSOR}.dmg`;
/** From the request to the first byte; several times what was measured on a busy computer. */
const FIRST_BYTE_MAX_MS = 2_000;
const DOWNLOADS = 5;
/** As documentation, install page and installation script say. */
const SYSTEM = '13.5';

export const dmg: Scenario = {
  name: 'dmg',
  shows: 'the disk image for macOS has an agent that its Mac can run, and a token once it is downloaded by a link',
  needs: ['xorriso', 'dmg2img', '7z'],
  builds: true,
  prepare: () => {
    const runtime = macRuntime(PROCESSOR);
    return typeof runtime === 'string' ? runtime : null;
  },
  lab: STANDARD_LAB,
  async tell(story) {
    const own = (name: string) => join(story.lab.directory, name);
    const pc02 = story.lab.host('pc02');
    const agent = await macFiles(PROCESSOR);
    await story.step('the image is built twice: the same bytes', async () => {
      await mkdir(own('downloads'));
      await buildDmg({ agent, file: own('one.dmg'), level: 1 });
      await buildDmg({ agent, file: own(`downloads/${FILE}`), level: 1 });
      const [one, other] = await Promise.all([readFile(own('one.dmg')), readFile(own(`downloads/${FILE}`))]);
      assert(one.equals(other));
      await rm(own('one.dmg'));
      story.figures.imageMb = Math.round(one.length / 1e6);
      return `${FILE}, ${story.figures.imageMb} MB`;
    });
    const { administrator } = await story.startCauseway(undefined, ['--downloads', own('downloads')]);
    const { url } = (await administrator.attempt('POST', '/install-links', {})).body as { url: string };
    const [page = '', token = ''] = url.split('#');
    await story.step('a link hands it out with the token in it, from the first millisecond on', async () => {
      const times: number[] = [];
      for (let round = 0; round < DOWNLOADS; round++) times.push(await download(pc02, page, token, own('mine.dmg')));
      // The server hashes a file once, when it is new.
      story.figures.firstByteMs = Math.round(Math.min(...times) * 10) / 10;
      assert(
        story.figures.firstByteMs < FIRST_BYTE_MAX_MS,
        `the first byte came after ${story.figures.firstByteMs} ms`,
      );
      const [mine, plain] = await Promise.all([readFile(own('mine.dmg')), readFile(own(`downloads/${FILE}`))]);
      assert.equal(mine.length, plain.length);
      return `first byte after ${times.map((ms) => ms.toFixed(1)).join(', ')} ms`;
    });
    await story.step('read back, every file of the agent is in its place, and what is run can be run', async () => {
      const { directory, raw } = await readImage(own('mine.dmg'));
      for (const { path, content, mode } of agent) {
        assert((await readFile(join(directory, AGENT_ALONE, path))).equals(content), path);
        const modes = modesOf(raw, path.split('/').at(-1) ?? '');
        assert(modes.includes(mode), `${path} has ${modes.map((found) => found.toString(8))}`);
      }
      assert.equal(tokenOfFile(await readFile(join(directory, 'Activation.causeway'), 'utf8')), token);
      assert.deepEqual(modesOf(raw, 'install.sh'), [0o755, 0o755]);
      return `${agent.length} files, and the token beside them`;
    });
    await story.step('its Node and koffi are for that processor, and signed', async () => {
      const said: string[] = [];
      for (const { path, content } of agent.filter(({ path }) => /(?:^bin\/node|\.node)$/.test(path))) {
        const program = machO(content);
        assert.equal(program?.processor, PROCESSOR, path);
        assert.equal(program.kind, path === 'bin/node' ? 'program' : 'library', path);
        if (PROCESSOR === 'arm64' || path === 'bin/node') assert(program.signed, `${path} is not signed`);
        if (path === 'bin/node') assert.equal(program.system, SYSTEM);
        said.push(`${path.split('/').at(-1)}: macOS ${program.system}`);
      }
      assert.equal(said.length, 2);
      return said.join(', ');
    });
  },
};

/** @returns milliseconds from the connection to the first byte */
async function download(host: Host, page: string, token: string, file: string): Promise<number> {
  const times = '%{time_pretransfer} %{time_starttransfer}';
  const fetch = 'curl -fsSk -o "$1" -w "$3" --data-urlencode token@- "$2"';
  const said = await host.must(['sh', '-c', fetch, 'sh', file, `${page}/download/${FILE}`, times], { input: token });
  const [before = Number.NaN, first = Number.NaN] = said.split(' ').map(Number);
  return 1000 * (first - before);
}
