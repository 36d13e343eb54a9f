/**
 * The subscription lock as an administrator meets it, and as somebody does who has taken the server: set up in
 * the portal, by a real browser; real agents; then the server's database and keys in an attacker's hands.
 */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { run } from '#build/command.ts';
import { ROOT } from '#build/portal-config.ts';
import type { Check } from '#protocol/local-api.ts';
import { openBrowser } from '../browser/browser.ts';
import { SCREENS } from '../browser/portal-pages.ts';
import { Visit } from '../browser/visit.ts';
import { type AgentOnHost, Causeway, RELAY_DATA, until } from '../causeway.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import type { Scenario, Story } from './story.ts';

const PASSWORD = 'tidewater lantern 42';
const AT = '/subscriptions/contoso';
const PICTURES = join(ROOT, 'dist/pictures/lock');
/** Whoever has the server's disk can do this, and then run the server with all its keys. */
const TAKE_THE_LOCK_AWAY = `
  const { DatabaseSync } = require('node:sqlite');
  const database = new DatabaseSync('${RELAY_DATA}/causeway.sqlite');
  database.exec('delete from lock_steps; delete from lock_certificates');
  database.close();
`;

export const lock: Scenario = {
  name: 'lock',
  shows:
    'a subscription locked in the portal lets nobody in, with the server’s database and keys in an attacker’s hands',
  needs: ['chromium'],
  builds: true,
  lab: STANDARD_LAB,
  tell,
};

async function tell(story: Story): Promise<void> {
  const { lab } = story;
  const relay = lab.host('relay');
  mkdirSync(PICTURES, { recursive: true });
  let secret = '';
  let started: Causeway | undefined;
  await story.step('the portal is built, and the relay server starts', async () => {
    const { code, output } = await run(process.execPath, ['build/portal.ts'], { cwd: ROOT });
    assert.equal(code, 0, output);
    const first = await Causeway.firstStart(relay);
    [secret, started] = [first.secret, first.causeway];
    return 'nobody administers it yet';
  });
  const causeway = started as unknown as Causeway;
  await using browser = await openBrowser();
  await using visit = await Visit.begin(browser, `https://${relay.address}`, {
    viewport: SCREENS.wide,
    acceptDownloads: true,
  });
  const { page } = visit;
  const tokens = { office: '', web: '' };

  await story.step('web-1 reaches sql01, as policy lets it', async () => {
    const person = { name: 'ada', displayName: 'Ada', password: PASSWORD };
    await must(visit, 'POST', '/welcome', { secret, ...person, subscription: 'contoso' });
    const group = await must(visit, 'POST', `${AT}/groups`, { name: 'office' });
    const role = await must(visit, 'POST', `${AT}/roles`, { name: 'web' });
    const [a, b] = [
      { kind: 'group', id: group.id },
      { kind: 'role', id: role.id },
    ];
    await must(visit, 'POST', `${AT}/connections`, { a, b });
    tokens.office = (await must(visit, 'POST', `${AT}/tokens`, { group: group.id })).token ?? '';
    tokens.web = (await must(visit, 'POST', `${AT}/tokens`, { role: role.id })).token ?? '';
    await causeway.activate(lab.host('sql01'), tokens.office);
    const web1 = await causeway.activate(lab.host('web-1'), tokens.web);
    await reaches(web1, 'sql01');
    return 'a ping inside the tunnel comes back';
  });

  const kept = { key: '', recovery: [] as string[] };
  await story.step(
    'Ada locks the subscription: a file and two secrets are hers, and the server has neither',
    async () => {
      await visit.goTo('/s/contoso/lock');
      await page.getByRole('button', { name: 'Lock this subscription' }).click();
      await page.getByRole('button', { name: 'Make the key' }).click();
      const lockIt = page.getByRole('button', { name: /I have saved all three/ });
      await lockIt.waitFor();
      assert(await lockIt.isDisabled(), 'it can be locked before the key was saved');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Save the key’s file' }).click(),
      ]);
      kept.key = await readFile((await download.path()) ?? '', 'utf8');
      kept.recovery = (await page.getByText(/^cwr1_/).allTextContents()).map((text) => text.trim());
      await picture(visit, page, 'set-up');
      await lockIt.click();
      await page.getByRole('heading', { name: 'Nothing waits for a signature' }).waitFor();
      await picture(visit, page, 'locked');
      assert.equal(kept.recovery.length, 2);
      const database = await relay.must(['sh', '-c', `cat ${RELAY_DATA}/*.sqlite* | strings -n 20`]);
      for (const own of [...kept.recovery, /cwl1_\S+/.exec(kept.key)?.[0] ?? '?']) assert(!database.includes(own));
      return `saved as ${download.suggestedFilename()}`;
    },
  );

  await story.step('web-1 still reaches sql01, and both say that they are locked', async () => {
    for (const name of ['sql01', 'web-1']) {
      const agent = causeway.agent(name);
      await says(agent, (detail) => detail === 'in contoso, locked');
    }
    await reaches(causeway.agent('web-1'), 'sql01');
    const diagnosed = await diagnosedLock(causeway.agent('sql01'));
    assert.match(diagnosed, /locked by statement 1, signed by .*grant/);
    return diagnosed;
  });

  await story.step('web-2 comes by a plain token: it waits and says so; signed in the portal, it is in', async () => {
    const web2 = await causeway.activate(lab.host('web-2'), tokens.web);
    assert.equal(await refused(web2, 'sql01'), 'LOCK_MACHINE_UNSIGNED');
    const { parts, machine } = await web2.status();
    assert.equal(parts.activation.error?.code, 'LOCK_MACHINE_UNSIGNED');
    assert.match(await diagnosedLock(web2), /web-2 as it is now\. \[LOCK_MACHINE_UNSIGNED\]/);
    await page.getByRole('heading', { name: 'Waits for a signature' }).waitFor();
    const shown = (machine?.key ?? '').slice(0, 4);
    await page.getByRole('listitem').filter({ hasText: 'web-2' }).filter({ hasText: shown }).waitFor();
    await picture(visit, page, 'waits');
    await page.getByRole('button', { name: 'Sign', exact: true }).click();
    await giveKey(page, kept.key);
    await picture(visit, page, 'sign');
    const began = performance.now();
    await page.getByRole('dialog').getByRole('button', { name: 'Sign', exact: true }).click();
    await reaches(web2, 'sql01');
    story.figures.signedToReachedMs = Math.round(performance.now() - began);
    return `reached ${story.figures.signedToReachedMs} ms after the click`;
  });

  await story.step('laptop comes by a token that was signed before, and no hand is needed', async () => {
    await page.getByRole('button', { name: 'New signed token' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Joins' }).click();
    await page.getByRole('option', { name: 'office' }).click();
    await giveKey(page, kept.key);
    await dialog.getByRole('button', { name: 'Make and sign' }).click();
    const token = await dialog
      .getByText(/^cwt1_\S+$/)
      .first()
      .textContent();
    await picture(visit, page, 'token');
    await dialog.getByRole('button', { name: 'I have copied it' }).click();
    const laptop = await causeway.activate(lab.host('laptop'), token?.trim() ?? '');
    await reaches(causeway.agent('web-1'), 'laptop');
    const { parts } = await laptop.status();
    assert.equal(parts.activation.error, null);
    return 'web-1 reaches it at once';
  });

  await story.step('an attacker takes the server: its database, its keys, its address', async () => {
    assert.deepEqual(visit.findings(), []);
    await causeway.killRelay();
    await relay.must([process.execPath, '--eval', TAKE_THE_LOCK_AWAY]);
    await causeway.restartRelay();
    return 'it says now that there is no lock, and signs grants for everybody whom policy names';
  });

  await story.step(
    'a new machine of the attacker’s gets into nobody: sql01 refuses it, and says that the server lies',
    async () => {
      const mallory = await causeway.activate(lab.host('pc02'), tokens.web);
      const sql01 = causeway.agent('sql01');
      await says(sql01, (_, code) => code === 'LOCK_STATEMENT_REFUSED');
      assert.equal(await refused(mallory, 'sql01'), 'PEER_UNREACHABLE');
      assert.equal(await refused(sql01, 'pc02'), 'LOCK_MACHINE_UNSIGNED');
      const log = sql01.program.tail();
      assert.match(log, /no lock key has signed/);
      assert.match(await diagnosedLock(sql01), /\[LOCK_STATEMENT_REFUSED\]/);
      const { stdout } = await sql01.causeway(['status']);
      assert.match(stdout, /take the server for compromised/);
      return 'LOCK_MACHINE_UNSIGNED at sql01, nothing at all at the attacker’s machine';
    },
  );
}

async function must(visit: Visit, method: string, path: string, body: object): Promise<{ id: string; token?: string }> {
  const { status, text } = await visit.ask(method, path, body);
  assert.equal(status, 201, text);
  return JSON.parse(text) as { id: string; token?: string };
}

async function giveKey(page: Page, text: string): Promise<void> {
  const file = { name: 'ada.causeway-lock', mimeType: 'text/plain', buffer: Buffer.from(text) };
  await page.getByRole('dialog').locator('input[type=file]').setInputFiles(file);
}

async function picture(visit: Visit, page: Page, name: string): Promise<void> {
  await visit.settle();
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  assert.deepEqual([...(await visit.axe()), ...visit.takeFindings()], [], name);
}

async function reaches(agent: AgentOnHost, name: string): Promise<void> {
  await until(
    async () => (await agent.causeway(['ping', name])).code === 0,
    20_000,
    () => `${agent.host.name} does not reach ${name}\n${agent.program.tail()}`,
  );
}

/** @returns what `causeway diagnose` says of the lock */
async function diagnosedLock(agent: AgentOnHost): Promise<string> {
  const { stdout } = await agent.causeway(['diagnose', '--json'], { timeoutMs: 60_000 });
  return (JSON.parse(stdout) as Check[]).find(({ name }) => name === 'lock')?.detail ?? 'nothing';
}

/** @returns the code by which it does not reach the other. */
async function refused(agent: AgentOnHost, name: string): Promise<string> {
  const { code, stdout, stderr } = await agent.causeway(['ping', name]);
  assert.notEqual(code, 0, `${agent.host.name} reaches ${name}`);
  return /\b[A-Z]+(?:_[A-Z]+)+\b/.exec(stdout + stderr)?.[0] ?? `${stdout}${stderr}`;
}

async function says(agent: AgentOnHost, holds: (detail: string, code: string | undefined) => boolean): Promise<void> {
  let last = '';
  await until(
    async () => {
      const { detail, error } = (await agent.status()).parts.activation;
      last = `${detail} ${error?.code ?? ''}`;
      return holds(detail, error?.code);
    },
    30_000,
    () => `${agent.host.name} says: ${last}`,
  );
}
