/** The scripts as text: there is no Windows here. */
import { describe, expect, it } from 'vitest';
import { Secret } from '../../secret.ts';
import { administratorsScript, joinScript, leaveScript, quoted } from './windows-scripts.ts';

const SETTINGS = {
  fqdn: 'corp.example',
  controllerFqdn: 'dc1.corp.example',
  accountName: 'CORP\\joiner',
  password: new Secret('never-in-a-script'),
  ou: 'OU=Web,OU=Roles,DC=corp,DC=example',
  siteName: 'Main-Office',
  administrators: ['ops'],
  leaveOnGoodbye: true,
};

describe('the script that joins', () => {
  it('reads the password from standard input, and holds none', () => {
    for (const script of [joinScript(SETTINGS), leaveScript(SETTINGS)]) {
      expect(script).toContain('ConvertTo-SecureString ([Console]::In.ReadLine())');
      expect(script).not.toContain('never-in-a-script');
    }
  });

  it('gives Add-Computer the domain, the server, the unit and, by the registry, the site', () => {
    const script = joinScript(SETTINGS);
    expect(script).toContain("DomainName = 'corp.example'; Credential = $credential; Force = $true");
    expect(script).toContain("$join.Server = 'dc1.corp.example'");
    expect(script).toContain("$join.OUPath = 'OU=Web,OU=Roles,DC=corp,DC=example'");
    expect(script).toContain("-Name SiteName -Type String -Value 'Main-Office'");
    expect(script).toContain('Add-Computer @join');
  });

  it('leaves out what is not set', () => {
    const script = joinScript({ ...SETTINGS, controllerFqdn: undefined, ou: undefined, siteName: undefined });
    expect(script).not.toMatch(/Server =|OUPath|SiteName/);
  });

  it('does nothing on a machine that is a member already', () => {
    const script = joinScript(SETTINGS);
    expect(script.indexOf("Done 'member'")).toBeLessThan(script.indexOf('Add-Computer'));
    expect(script).toContain("$system.Domain -eq 'corp.example'");
  });
});

it('quotes every value, with the curly quotes that PowerShell takes for straight ones', () => {
  expect(quoted("O'Brien")).toBe("'O''Brien'");
  expect(quoted('a’; Remove-Item C:\\')).toBe("'a’’; Remove-Item C:\\'");
  const script = administratorsScript(["ops'; Restart-Computer; '"], 'corp.example');
  expect(script).toContain("@('corp.example\\ops''; Restart-Computer; ''')");
});

it('sets administrators by the number of their group, which has another name in other languages', () => {
  const script = administratorsScript(['ops', 'OTHER\\eve'], 'corp.example');
  expect(script).toContain("@('corp.example\\ops', 'OTHER\\eve')");
  expect(script).toContain("Add-LocalGroupMember -SID 'S-1-5-32-544'");
});

it('has as many brackets opened as closed', () => {
  for (const script of [joinScript(SETTINGS), leaveScript(SETTINGS), administratorsScript(['ops'], 'corp.example')]) {
    const bare = script.replace(/'[^']*'|"[^"]*"/g, '');
    for (const [open, close] of ['{}', '()', '[]'].map((pair) => pair.split(''))) {
      expect(bare.split(open ?? '').length).toBe(bare.split(close ?? '').length);
    }
  }
});
