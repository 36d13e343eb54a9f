/**
 * Compiles the stand-ins for Windows libraries that Wine lacks (native/windows/stand-in/) by Debian's
 * mingw-w64, from our own sources:
 *
 *     wintun.dll              0.14, joined to a TUN device of Linux
 *     wintun-old-driver.dll   the same, with a driver that says it is 0.10
 *     wintun-old.dll          the interface of 0.10
 *     iphlpapi.dll            what Wine's lacks; the rest is passed on to Wine's own, which is put beside it
 *     layout.exe              prints how mingw-w64's header lays out the rows that ip-helper-rows.ts describes
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const SOURCES = join(ROOT, 'native/windows/stand-in');
const COMPILER = 'x86_64-w64-mingw32-gcc';
const FLAGS = ['-O2', '-Wall', '-Wextra', '-Werror', '-s'];
/** Where Debian, and others, keep the libraries of 64-bit Windows that Wine brings. */
const WINE_LIBRARIES = [
  '/usr/lib/x86_64-linux-gnu/wine/x86_64-windows',
  '/usr/lib/wine/x86_64-windows',
  '/opt/wine-stable/lib/wine/x86_64-windows',
];
/** Wine takes a file with this mark, at this place, for its own library of that name, and looks for it at home. */
const BUILTIN_MARK = { at: 64, text: 'Wine builtin DLL' };
const WINE_COPY = 'iphlpapi-wine';
const OWN_FUNCTIONS = [
  'InitializeUnicastIpAddressEntry',
  'CreateUnicastIpAddressEntry',
  'DeleteUnicastIpAddressEntry',
  'InitializeIpForwardEntry',
  'CreateIpForwardEntry2',
  'DeleteIpForwardEntry2',
  'InitializeIpInterfaceEntry',
  'GetIpInterfaceEntry',
  'SetIpInterfaceEntry',
  'GetIpForwardTable2',
  'GetUnicastIpAddressTable',
  'GetBestInterfaceEx',
];

/** Of Wine's library, what ours calls itself; what it has as well, under another name. */
const CALLED = [
  'ConvertInterfaceLuidToAlias',
  'ConvertInterfaceLuidToIndex',
  'ConvertInterfaceIndexToLuid',
  'FreeMibTable',
  'WineGetIpForwardTable2 == GetIpForwardTable2',
  'WineGetUnicastIpAddressTable == GetUnicastIpAddressTable',
];

/**
 * What is there already of the same sources is left as it is.
 * @param directory is filled
 * @throws Error when something is missing or does not compile
 */
export function buildStandIns(directory: string): void {
  const note = join(directory, 'sources.sha256');
  const sources = hashOfSources();
  if (existsSync(note) && readFileSync(note, 'utf8') === sources) return;
  mkdirSync(directory, { recursive: true });
  const library = (name: string, source: string, ...more: string[]) =>
    compile(['-shared', ...more, '-o', join(directory, name), source, '-liphlpapi', '-lws2_32']);
  library('wintun.dll', 'wintun.c');
  library('wintun-old-driver.dll', 'wintun.c', '-DDRIVER_VERSION=0x000a');
  library('wintun-old.dll', 'wintun-0.10.c');
  compile(['-o', join(directory, 'layout.exe'), 'layout.c']);
  buildIpHelper(directory);
  writeFileSync(note, sources);
}

function hashOfSources(): string {
  const hash = createHash('sha256').update(readFileSync(import.meta.filename));
  for (const name of readdirSync(SOURCES).sort()) hash.update(readFileSync(join(SOURCES, name)));
  return hash.digest('hex');
}

function buildIpHelper(directory: string): void {
  const wine = WINE_LIBRARIES.map((path) => join(path, 'iphlpapi.dll')).find((path) => existsSync(path));
  if (wine === undefined) throw new Error('Wine has no iphlpapi.dll in any of the places where it is known to be');
  const bytes = readFileSync(wine);
  const mark = bytes.subarray(BUILTIN_MARK.at, BUILTIN_MARK.at + BUILTIN_MARK.text.length);
  if (mark.toString('latin1') === BUILTIN_MARK.text) mark.fill(0);
  writeFileSync(join(directory, `${WINE_COPY}.dll`), bytes);
  const passedOn = namesIn(wine).filter((name) => !OWN_FUNCTIONS.includes(name));
  const staged = (name: string) => join(directory, name);
  const lines = [
    'LIBRARY iphlpapi.dll',
    'EXPORTS',
    ...OWN_FUNCTIONS,
    ...passedOn.map((name) => `${name} = ${WINE_COPY}.${name}`),
  ];
  writeFileSync(staged('iphlpapi.def'), `${lines.join('\n')}\n`);
  writeFileSync(staged('wine.def'), [`LIBRARY ${WINE_COPY}.dll`, 'EXPORTS', ...CALLED, ''].join('\n'));
  run('x86_64-w64-mingw32-dlltool', ['-d', staged('wine.def'), '-l', staged('libwine.a')]);
  compile(['-shared', '-o', staged('iphlpapi.dll'), 'ip-helper.c', staged('iphlpapi.def'), staged('libwine.a')]);
  for (const name of ['iphlpapi.def', 'wine.def', 'libwine.a']) rmSync(staged(name));
}

/** What a library exports by name. */
function namesIn(path: string): string[] {
  const text = run('x86_64-w64-mingw32-objdump', ['-p', path]);
  const table = text.slice(text.indexOf('[Ordinal/Name Pointer] Table'));
  return [...table.matchAll(/^\s*\[\s*\d+\] (?:\+base\[\s*\d+\]\s+\w+ )?(\w+)$/gm)].map(([, name]) => name as string);
}

function compile(args: readonly string[]): void {
  run(COMPILER, [...FLAGS, ...args]);
}

function run(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { cwd: SOURCES, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
