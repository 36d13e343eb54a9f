/**
 * The relay dies in the middle of a download and comes back: the application notices a pause, no more.
 */
import assert from 'node:assert/strict';
import { STANDARD_LAB } from '../hosts/description.ts';
import type { Program } from '../hosts/host.ts';
import { offerServices, startDownload, waitForPage } from '../traffic/probes.ts';
import type { Scenario } from './story.ts';

const BYTES = 1_000_000_000;
const DOWNLOAD_TIMEOUT_MS = 180_000;

export const relayCrash: Scenario = {
  name: 'relay-crash',
  shows: 'kill -9 of the relay during a 1 GB download; the same TCP connection finishes',
  needs: [],
  lab: STANDARD_LAB,
  async tell(story) {
    const { lab } = story;
    const [sql01, web1] = [lab.host('sql01'), lab.host('web-1')];
    const { causeway, administrator } = await story.startCauseway();
    let services: Program | null = null;
    let download: Program | null = null;

    await story.step('web-1 reaches sql01', async () => {
      const databases = await administrator.group('databases');
      const web = await administrator.role('web');
      await administrator.connect(web, databases);
      await causeway.activate(sql01, await administrator.token(databases));
      await causeway.activate(web1, await administrator.token(web));
      services = await offerServices(sql01);
      await waitForPage(web1, 'sql01');
      return 'it fetches a page by name';
    });
    await story.step('a download of 1 GB begins', async () => {
      download = startDownload(web1, `http://sql01/bytes/${BYTES}`);
      const at = await reached(download, 0.2 * BYTES);
      return `${megabytes(at)} MB have arrived`;
    });
    await story.step('the relay is killed (kill -9) and started again', async () => {
      const running = present(download);
      await causeway.killRelay();
      const before = progressOf(running);
      assert(before < BYTES, 'the download was over before the relay was killed');
      const killed = performance.now();
      await causeway.restartRelay();
      const restarted = performance.now();
      await reached(running, before + 16_000_000);
      story.figures.resumedAfterRestartMs = Math.round(performance.now() - restarted);
      const pause = Math.round(performance.now() - killed);
      return `at ${megabytes(before)} MB; the bytes flow again ${pause} ms after the kill`;
    });
    await story.step('the same TCP connection finishes, content equal', async () => {
      const [line] = await present(download).prints(
        /^.*"event":"(complete|cut-short|failed)".*$/m,
        DOWNLOAD_TIMEOUT_MS,
      );
      const got = JSON.parse(line) as { event: string; bytes: number; sha256: string; seconds: number };
      assert.equal(got.event, 'complete', line);
      assert.equal(got.bytes, BYTES);
      const [sentLine] = await present(services).prints(new RegExp(`^.*"sent","bytes":${BYTES}.*$`, 'm'));
      const sent = JSON.parse(sentLine) as { sha256: string };
      assert.equal(got.sha256, sent.sha256);
      return `${BYTES} bytes in ${got.seconds.toFixed(1)} s, SHA-256 ${got.sha256.slice(0, 16)}… at both ends; the program never connected twice`;
    });
  },
};

/** Waits until so many bytes have arrived. @returns how many have */
async function reached(download: Program, bytes: number): Promise<number> {
  const deadline = Date.now() + DOWNLOAD_TIMEOUT_MS;
  for (;;) {
    const arrived = progressOf(download);
    if (arrived >= bytes || /"complete"/.test(download.output)) return arrived;
    if (!download.running || Date.now() > deadline) throw new Error(`the download stands still\n${download.tail(3)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function progressOf(download: Program): number {
  const reports = [...download.output.matchAll(/"event":"(?:progress|complete)","bytes":(\d+)/g)];
  return Number(reports.at(-1)?.[1] ?? 0);
}

function present<Value>(value: Value | null): Value {
  assert(value !== null, 'an earlier step did not start it');
  return value;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
