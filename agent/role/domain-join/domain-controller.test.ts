/** The answers are those of Samba 4.17 in the lab, shortened. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findController, readClockOffset, readLookup } from './domain-controller.ts';
import type { RunTool } from './domain-tools.ts';

const LOOKUP = `Information for Domain Controller: 10.9.9.1

Response Type: LOGON_SAM_LOGON_RESPONSE_EX
Forest: corp.example
Domain: corp.example
Domain Controller: DC1.corp.example
Pre-Win2k Domain: CORP
Pre-Win2k Hostname: DC1
Server Site Name: Default-First-Site-Name
`;
const infoWith = (offset: number) => `LDAP server: 10.9.9.1\nKDC server: 10.9.9.1\nServer time offset: ${offset}\n`;

let stateDirectory: string;
beforeEach(() => {
  stateDirectory = mkdtempSync(join(tmpdir(), 'causeway-domain-'));
});
afterEach(() => rmSync(stateDirectory, { recursive: true }));

function find(
  wanted: { controllerFqdn?: string; siteName?: string },
  answers: { lookup?: string; info?: string; services?: readonly string[] },
) {
  const asked: string[] = [];
  const run: RunTool = async (_tool, [, what = '', ...rest]) => {
    asked.push([what, ...rest.slice(0, rest.indexOf('--configfile'))].join(' '));
    const { lookup = LOOKUP, info = infoWith(0) } = answers;
    return { code: 0, stdout: what === 'lookup' ? lookup : info, stderr: '' };
  };
  const services = async (name: string) => {
    asked.push(name);
    return answers.services ?? [];
  };
  const settings = { fqdn: 'corp.example', controllerFqdn: wanted.controllerFqdn, siteName: wanted.siteName };
  return { asked, found: findController(settings, { run, stateDirectory, services }) };
}

describe('the domain controller', () => {
  it('is the one that DNS leads to, if nobody is named', async () => {
    const { asked, found } = find({}, {});
    await expect(found).resolves.toEqual({ name: 'dc1.corp.example', workgroup: 'CORP' });
    expect(asked).toEqual(['lookup', 'info -S dc1.corp.example']);
  });

  it('is the one that is named', async () => {
    const { asked, found } = find({ controllerFqdn: 'dc2.corp.example', siteName: 'Main' }, {});
    await expect(found).resolves.toMatchObject({ name: 'dc2.corp.example' });
    expect(asked).toEqual(['lookup -S dc2.corp.example', 'info -S dc2.corp.example']);
  });

  it('is the first of the site', async () => {
    const { asked, found } = find({ siteName: 'Main' }, { services: ['dc3.corp.example', 'dc4.corp.example'] });
    await expect(found).resolves.toMatchObject({ name: 'dc3.corp.example' });
    expect(asked[0]).toBe('_ldap._tcp.Main._sites.dc._msdcs.corp.example');
  });

  it.each([
    [{ siteName: 'Nowhere' }, {}, /DNS has no record _ldap._tcp.Nowhere/],
    [{}, { lookup: '' }, /DNS names none that answers/],
    [{ controllerFqdn: 'dc9.corp.example' }, { lookup: '' }, /dc9.corp.example does not answer/],
    [{}, { lookup: LOOKUP.replaceAll('corp.example', 'other.example') }, /is one of the domain other.example/],
    [{}, { info: '' }, /does not answer by LDAP/],
  ])('is not found, and the error says why: %j %j', async (wanted, answers, why) => {
    await expect(find(wanted, answers).found).rejects.toMatchObject({
      code: 'DOMAIN_CONTROLLER_NOT_FOUND',
      message: why,
    });
  });

  it('must have nearly the same time', async () => {
    await expect(find({}, { info: infoWith(-300) }).found).resolves.toBeDefined();
    await expect(find({}, { info: infoWith(-1_200) }).found).rejects.toMatchObject({
      code: 'DOMAIN_CLOCK_SKEWED',
      message: /20 minutes \(it is fast\)/,
    });
    await expect(find({}, { info: infoWith(301) }).found).rejects.toMatchObject({
      message: /5 minutes \(it is slow\)/,
    });
  });
});

it('reads nothing out of other texts', () => {
  expect(readLookup("Didn't find the cldap server!")).toBeNull();
  expect(readClockOffset('Server time: Sat, 28 Nov 2026 22:38:29 UTC')).toBeNull();
});
