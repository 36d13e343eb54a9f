import { describe, expect, it } from 'vitest';
import { knowsRealm, krb5Conf, smbConf, withWinbind } from './samba-texts.ts';

const FACTS = { fqdn: 'corp.example', workgroup: 'CORP', computer: 'WEB-1', controller: undefined };

describe('smb.conf', () => {
  it('names the realm, the computer and a range of ids for the domain', () => {
    const text = smbConf(FACTS);
    for (const line of ['realm = CORP.EXAMPLE', 'workgroup = CORP', 'netbios name = WEB-1', 'security = ads']) {
      expect(text).toContain(`\t${line}\n`);
    }
    expect(text).toContain('idmap config CORP : backend = rid\n');
    expect(text).not.toContain('password server');
  });

  it('asks the controller of the settings first, and others when that is gone', () => {
    expect(smbConf({ ...FACTS, controller: 'dc1.corp.example' })).toContain('password server = dc1.corp.example *\n');
  });
});

describe('krb5.conf', () => {
  it('has a realm of its own only where a controller was named', () => {
    expect(krb5Conf(FACTS)).not.toContain('[realms]');
    expect(krb5Conf({ ...FACTS, controller: 'dc1.corp.example' })).toContain('kdc = dc1.corp.example\n');
  });

  it('is known again, also as somebody else wrote it', () => {
    expect(knowsRealm(krb5Conf(FACTS), 'corp.example')).toBe(true);
    expect(knowsRealm('[libdefaults]\n default_realm=CORP.EXAMPLE\n', 'corp.example')).toBe(true);
    expect(knowsRealm('[libdefaults]\n default_realm = OTHER.EXAMPLE\n', 'corp.example')).toBe(false);
    expect(knowsRealm('', 'corp.example')).toBe(false);
  });
});

describe('nsswitch.conf', () => {
  it.each([
    [
      'passwd:         files systemd\ngroup:          files systemd # ours\nhosts: files dns\n',
      'passwd:         files systemd winbind\ngroup:          files systemd winbind # ours\nhosts: files dns\n',
    ],
    ['passwd: files winbind\ngroup: files winbind\n', 'passwd: files winbind\ngroup: files winbind\n'],
    ['hosts: files dns\n', 'group: files winbind\npasswd: files winbind\nhosts: files dns\n'],
  ])('looks users up at winbind last', (before, after) => {
    expect(withWinbind(before)).toBe(after);
  });
});
