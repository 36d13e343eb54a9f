import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import koffi from 'koffi';
import { describe, expect, test } from 'vitest';
import { adapterGuid, guidBytes } from './adapter-guid.ts';
import { describeWindowsError } from './windows-errors.ts';
import { besideProgram, whyNoStandIns } from './windows-test-network.ts';

const skip = whyNoStandIns();
const layout = () => execFileSync(besideProgram('layout.exe'), { encoding: 'utf8' }).trim().split(/\r?\n/);
const KEY = 'Software\\Causeway test';

test('a name has always the same GUID, of version 5, and another name another', () => {
  expect(adapterGuid('Causeway')).toBe(adapterGuid('Causeway'));
  expect(adapterGuid('Causeway')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(adapterGuid('Causeway 2')).not.toBe(adapterGuid('Causeway'));
});

test('a GUID lies in memory as guiddef.h has it', () => {
  expect(Buffer.from(guidBytes('00112233-4455-6677-8899-aabbccddeeff')).toString('hex')).toBe(
    '33221100554477668899aabbccddeeff',
  );
});

test('errors of Windows have names, and those that we do not know their number', () => {
  expect([describeWindowsError(5), describeWindowsError(4711)]).toEqual([
    'ERROR_ACCESS_DENIED: access is denied',
    'error 4711 of Windows',
  ]);
});

describe.skipIf(skip !== undefined)(`on Windows${skip ? ` (skipped: ${skip})` : ''}`, () => {
  test('the rows of the IP Helper API lie in memory as the header of mingw-w64 has them', async () => {
    const { forwardRow, interfaceRow, unicastAddressRow } = await import('./ip-helper-rows.ts');
    const types = {
      MIB_UNICASTIPADDRESS_ROW: unicastAddressRow,
      MIB_IPFORWARD_ROW2: forwardRow,
      MIB_IPINTERFACE_ROW: interfaceRow,
    };
    const lines = layout().filter((line) => !line.startsWith('method '));
    expect(lines.length).toBeGreaterThan(20);
    for (const line of lines) {
      const [path = '', number] = line.split(' ');
      const [row, field] = path.split('.') as [keyof typeof types, string | undefined];
      const ours = field === undefined ? koffi.sizeof(types[row]) : koffi.offsetof(types[row], field);
      expect(`${path} ${ours}`).toBe(`${path} ${number}`);
    }
  });

  test('the methods of the Network List Manager are where the header of mingw-w64 has them', async () => {
    const { METHODS } = await import('./network-category.ts');
    const lines = layout().filter((line) => line.startsWith('method '));
    expect(lines).toEqual(Object.entries(METHODS).map(([name, at]) => `method ${name} ${at}`));
  });

  test('addresses and routes are set, listed and taken away', async () => {
    const ipHelper = await import('./ip-helper.ts');
    const { luidOfAdapter, openWintun } = await import('./wintun-adapter.ts');
    using adapter = openWintun({ name: 'cwnat1' });
    const luid = luidOfAdapter(adapter);
    expect(ipHelper.configureInterface(luid, 'IPv4', 1_400)).toBe(true);
    for (const [address, route, length, target] of [
      ['10.98.0.1', '10.98.0.0/16', 32, '10.98.7.7'],
      ['fd98::1', 'fd98:7::/48', 128, 'fd98:7::7'],
    ] as const) {
      const addresses = () => ipHelper.listAddresses().filter((entry) => entry.luid === luid);
      const routes = () => ipHelper.listRoutes().filter((entry) => entry.luid === luid);
      ipHelper.addAddress(luid, address, length);
      ipHelper.addAddress(luid, address, length);
      ipHelper.addRoute(luid, route);
      ipHelper.addRoute(luid, route);
      expect(addresses()).toContainEqual({ luid, address });
      expect(routes()).toContainEqual(expect.objectContaining({ destination: route }));
      expect(ipHelper.bestInterface(target)).toBe(luid);
      ipHelper.removeRoute(luid, route);
      ipHelper.removeRoute(luid, route);
      ipHelper.removeAddress(luid, address);
      ipHelper.removeAddress(luid, address);
      expect(addresses()).not.toContainEqual({ luid, address });
      expect(routes()).not.toContainEqual(expect.objectContaining({ destination: route }));
    }
    expect(ipHelper.aliasOf(luid)).toBe('cwnat1');
  });

  test('values of the registry come back as they were written, and are gone when they are deleted', async () => {
    const { deleteKey, deleteValue, readString, subkeys, writeNumber, writeString, writeStrings } = await import(
      './registry.ts'
    );
    expect(readString(KEY, 'text')).toBeUndefined();
    writeString(KEY, 'text', 'grüße €');
    writeStrings(`${KEY}\\below`, 'list', ['.a', '.b']);
    writeNumber(`${KEY}\\beside`, 'number', 0xffffffff);
    expect(readString(KEY, 'text')).toBe('grüße €');
    expect(subkeys(KEY).sort()).toEqual(['below', 'beside']);
    expect(() => readString(`${KEY}\\beside`, 'number')).toThrow(expect.objectContaining({ code: 'REGISTRY_REFUSED' }));
    deleteValue(KEY, 'text');
    deleteValue(KEY, 'text');
    expect(readString(KEY, 'text')).toBeUndefined();
    deleteKey(KEY);
    deleteKey(KEY);
    expect(subkeys(KEY)).toEqual([]);
  });

  test('what is sealed does not show, comes back, and is refused when it was changed', async () => {
    const { seal, unseal } = await import('./data-protection.ts');
    const secret = Buffer.from('a private key of 32 bytes or more');
    const sealed = seal(secret);
    expect(Buffer.from(sealed).includes(secret)).toBe(false);
    expect(Buffer.from(unseal(sealed)).equals(secret)).toBe(true);
    const changed = new Uint8Array(sealed);
    changed[changed.length - 1] = (changed[changed.length - 1] as number) ^ 1;
    expect(() => unseal(changed)).toThrow(/CryptUnprotectData/);
  });

  test('a sentence goes into the log of events, whose source then has a text for it', async () => {
    const { openEventLog } = await import('./event-log.ts');
    const { deleteKey, readString } = await import('./registry.ts');
    const key = 'SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\Causeway test';
    expect(openEventLog('Causeway test')('warning', 'Grüße')).toBe(true);
    expect(readString(key, 'EventMessageFile')).toMatch(/EventCreate/);
    deleteKey(key);
  });

  test('directories and pipes take access lists, and others than they are refused', async () => {
    const { ACCESS, protectDirectory, protectPipe } = await import('./access-list.ts');
    const directory = mkdtempSync(join(tmpdir(), 'causeway-'));
    writeFileSync(join(directory, 'file'), '');
    protectDirectory(directory, ACCESS.ownersDirectory);
    rmSync(directory, { recursive: true });
    expect(() => protectDirectory(directory, ACCESS.ownersDirectory)).toThrow(
      expect.objectContaining({ code: 'ACCESS_LIST_REFUSED' }),
    );
    const path = '\\\\.\\pipe\\causeway-test-list';
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(path, resolve));
    protectPipe(path, ACCESS.usersPipe);
    await new Promise((resolve) => server.close(resolve));
    expect(() => protectPipe(path, ACCESS.usersPipe)).toThrow(expect.objectContaining({ code: 'ACCESS_LIST_REFUSED' }));
  });
});
