import { describe, expect, it } from 'vitest';
import { Secret } from '../../secret.ts';
import type { RunTool } from './domain-tools.ts';
import { joinWindows } from './windows-join.ts';

const PASSWORD = 'only-on-standard-input';
const SETTINGS = {
  fqdn: 'corp.example',
  controllerFqdn: undefined,
  accountName: 'CORP\\joiner',
  password: new Secret(PASSWORD),
  ou: 'OU=Nope,DC=corp,DC=example',
  siteName: undefined,
  administrators: ['ops', 'nobody'],
  leaveOnGoodbye: true,
};

/** A PowerShell that prints these lines, one a script. */
function powershell(...outputs: string[]) {
  const calls: { args: readonly string[]; input: string | undefined }[] = [];
  const run: RunTool = async (_tool, args, options) => {
    calls.push({ args, input: options?.input });
    return { code: 0, stdout: `#< CLIXML\r\n${outputs.shift() ?? ''}\r\n`, stderr: 'no such cmdlet\r\n' };
  };
  const join = () =>
    joinWindows(SETTINGS, { name: 'web-1', addresses: [] }, { stateDirectory: '/nowhere', log: () => undefined, run });
  return { calls, join };
}

describe('on Windows', () => {
  it('hands the password over by standard input alone', async () => {
    const { calls, join } = powershell('CAUSEWAY: joined');
    const membership = await join();
    expect(membership).toMatchObject({ account: 'WEB-1', isNew: true, administrators: [] });
    expect(calls).toHaveLength(1);
    expect(calls[0]?.input).toBe(`${PASSWORD}\n`);
    const script = Buffer.from(calls[0]?.args.at(-1) ?? '', 'base64').toString('utf16le');
    expect(script).toContain('Add-Computer');
    expect(JSON.stringify(calls[0]?.args) + script).not.toContain(PASSWORD);
  });

  it.each([
    ['refused 1326', 'DOMAIN_PASSWORD_WRONG'],
    ['refused 1355', 'DOMAIN_CONTROLLER_NOT_FOUND'],
    ['refused 1398', 'DOMAIN_CLOCK_SKEWED'],
    ['refused 2', 'DOMAIN_OU_MISSING'],
    ['refused 5', 'DOMAIN_JOIN_NOT_ALLOWED'],
    ['refused 1331', 'DOMAIN_ACCOUNT_UNUSABLE'],
    ['failed Die Domäne ist nicht bereit.', 'DOMAIN_JOIN_FAILED'],
  ])('takes `%s` for %s', async (line, code) => {
    await expect(powershell(`CAUSEWAY: ${line}`).join()).rejects.toMatchObject({ code });
  });

  it('takes a script that says nothing for a failure, with what PowerShell complained of', async () => {
    await expect(powershell('').join()).rejects.toMatchObject({
      code: 'DOMAIN_JOIN_FAILED',
      message: /no such cmdlet/,
    });
  });

  it('sets the administrators once it is a member, and names the one that is unknown', async () => {
    const { join } = powershell('CAUSEWAY: member', 'CAUSEWAY: unknown corp.example\\nobody');
    await expect(join()).rejects.toMatchObject({ code: 'DOMAIN_ADMINISTRATOR_UNKNOWN' });
    const membership = await powershell('CAUSEWAY: member', 'CAUSEWAY: set').join();
    expect(membership).toMatchObject({ isNew: false, administrators: ['ops', 'nobody'] });
  });
});
