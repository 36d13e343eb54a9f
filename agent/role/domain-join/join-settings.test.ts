import { describe, expect, it } from 'vitest';
import { Secret } from '../../secret.ts';
import { computerName, ouPath, passwordLine, qualifiedAccount } from './join-settings.ts';

describe('the computer’s name in the directory', () => {
  it('is the machine’s own where it fits into 15 characters', () => {
    expect(computerName('web-1')).toBe('WEB-1');
    expect(computerName('abcdefghijklmno')).toBe('ABCDEFGHIJKLMNO');
  });

  it('is the same at every start, and another for a name that differs only at its end', () => {
    const [first, second] = ['frontend-workers-1', 'frontend-workers-2'].map(computerName);
    expect(computerName('frontend-workers-1')).toBe(first);
    expect(first).not.toBe(second);
    for (const name of [first, second]) expect(name).toMatch(/^FRONTEN-[0-9A-V]{7}$/);
  });

  it('has no two hyphens where a long name is cut at one', () => {
    expect(computerName('webapp--deployment-7')).toMatch(/^WEBAPP-[0-9A-V]{7}$/);
  });
});

describe('the organizational unit', () => {
  const path = (ou: string | undefined) => ouPath({ ou, fqdn: 'corp.example' });

  it.each([
    ['OU=Web,OU=Roles,DC=corp,DC=example', 'Roles/Web'],
    ['ou=Web Servers, dc=CORP, dc=example', 'Web Servers'],
    ['OU=Roles', 'Roles'],
    ['CN=Computers,DC=corp,DC=example', undefined],
    [undefined, undefined],
  ])('%s is %s from the top', (ou, expected) => {
    expect(path(ou)).toBe(expected);
  });

  it.each([
    ['OU=Web,DC=other,DC=example', /not in the domain corp.example/],
    ['CN=Web,OU=Roles,DC=corp,DC=example', /made of OU=/],
    ['DC=corp,DC=example', /made of OU=/],
    ['OU=A\\,B,DC=corp,DC=example', /backslashes/],
    ['OU=A/B', /slashes/],
  ])('%s is refused', (ou, issue) => {
    expect(() => path(ou)).toThrow(issue);
  });
});

it('gives a bare account the domain, and leaves what names one', () => {
  expect(['joiner', 'OTHER\\joiner', 'joiner@corp.example'].map((name) => qualifiedAccount(name, 'CORP'))).toEqual([
    'CORP\\joiner',
    'OTHER\\joiner',
    'joiner@corp.example',
  ]);
});

describe('the password', () => {
  const line = (text: string) => passwordLine({ password: new Secret(text), accountName: 'joiner' });

  it('goes as it is, spaces and all', () => expect(line(' %p=ä"$1 ')).toBe(' %p=ä"$1 \n'));

  it.each(['', 'one\ntwo', 'one\r', 'nul\0'])('is refused as %j, without being shown', (text) => {
    expect(() => line(text)).toThrow(expect.objectContaining({ code: 'DOMAIN_PASSWORD_UNUSABLE' }));
    expect(() => line(text)).not.toThrow(/one/);
  });
});
