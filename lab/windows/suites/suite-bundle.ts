/**
 * Bundles the suites of protocol, runtime, native and agent for Node 22 on Windows: TypeScript without types,
 * `using` as what Node 22 knows, and `vitest` as vitest-stand-in.ts.
 */

import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';

const ROOT = resolve(import.meta.dirname, '../../..');
const HERE = import.meta.dirname;
const LIST = 'causeway:suites';

const [LINUX, MACOS, MODES, SOURCES, LOOPBACK] = [
  'is about Linux alone',
  'is about macOS alone',
  'looks at the modes of files, which Windows has not',
  'starts the sources, which Node 22 does not read',
  'binds addresses of 127.0.0.0/8, which Wine takes for every address',
];

/** Test files that are not run on Windows, each with its reason; a name that ends with `/` stands for a folder. */
export const FILES_LEFT_OUT: Readonly<Record<string, string>> = {
  'native/linux/': LINUX,
  'native/macos/': MACOS,
  'agent/os/macos/': MACOS,
  'native/open-adapter.test.ts': LINUX,
  'runtime/launch.test.ts': 'failed while Wine said that it was Windows 7, and was not tried since',
  'agent/cli/daemon.test.ts': SOURCES,
  'agent/cli/users.test.ts': LINUX,
  'agent/main.test.ts': SOURCES,
  'agent/dns/forward.test.ts': LOOPBACK,
  'agent/dns/prove-suffix.test.ts': LOOPBACK,
  'agent/dns/server.test.ts': LOOPBACK,
  'agent/os/network.test.ts': LINUX,
  'agent/os/resolv-conf-setup.test.ts': LINUX,
  'agent/os/resolver.test.ts': LINUX,
  'agent/os/systemd-resolved.test.ts': LINUX,
  'agent/role/command-process.test.ts': 'runs commands of Linux',
  'agent/role/settings/read-settings.test.ts': 'expects paths as Linux writes them',
};

/** Single tests, by a part of their names. */
const TESTS_LEFT_OUT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'agent/cli/commands.test.ts': { 'that only its owner can read': MODES },
  'agent/local-api/local-api.test.ts': {
    'only the owner may open the socket': MODES,
    'the socket of a killed one is replaced': 'a pipe leaves nothing behind',
  },
  'agent/role/domain-join/kept-files.test.ts': { 'byte for byte with its mode': MODES },
  'agent/userspace/services.test.ts': {
    'ends with the network': 'waits for ever for the end of a local connection under Wine; why is not known',
  },
  'agent/state/state.test.ts': {
    'for its owner alone': MODES,
    'readable by others': MODES,
    'another public key': 'changes keys that are sealed on Windows',
    'dies with its holder': SOURCES,
    'durable write': MODES,
  },
};

/** @returns the paths that are in the bundle */
export async function bundleSuites(file: string): Promise<string[]> {
  const all = globSync('{protocol,runtime,native,agent}/**/*.test.ts', { cwd: ROOT }).sort();
  const files = all.filter((path) => !Object.keys(FILES_LEFT_OUT).some((left) => path.startsWith(left)));
  const built = await rolldown({
    input: LIST,
    platform: 'node',
    external: ['koffi'],
    logLevel: 'silent',
    transform: { target: 'node22' },
    plugins: [suites(files), placeOfSources()],
  });
  await built.write({ file, format: 'esm', codeSplitting: false, sourcemap: false });
  await built.close();
  return files;
}

function suites(files: readonly string[]): Plugin {
  const entries = files.map((path) => `${JSON.stringify(path)}: () => import(${JSON.stringify(join(ROOT, path))})`);
  const standIn = join(HERE, 'vitest-stand-in.ts');
  return {
    name: 'suites',
    resolveId(source, importer) {
      if (source === LIST) return `\0${LIST}`;
      return source === 'vitest' && importer !== standIn ? standIn : null;
    },
    load: (id) =>
      id === `\0${LIST}`
        ? `import { runSuites } from ${JSON.stringify(join(HERE, 'program.ts'))};
         await runSuites({ files: { ${entries.join(',\n')} }, leftOut: ${JSON.stringify(TESTS_LEFT_OUT)} });`
        : null,
  };
}

/** Sources find their neighbours by where they are; in the bundle they are told where that was, as Wine sees it. */
function placeOfSources(): Plugin {
  return {
    name: 'place-of-sources',
    async load(id) {
      if (!id.startsWith(ROOT) || id.includes('node_modules') || !id.endsWith('.ts')) return null;
      const code = await readFile(id, 'utf8');
      if (!code.includes('import.meta')) return null;
      const directory = `Z:${dirname(id)}`.replaceAll('/', '\\');
      return {
        moduleType: 'ts',
        code: code
          .replaceAll('import.meta.dirname', JSON.stringify(directory))
          .replaceAll('import.meta.filename', JSON.stringify(`Z:${id}`.replaceAll('/', '\\')))
          .replaceAll('import.meta.url', JSON.stringify(`file:///Z:${id}`)),
      };
    },
  };
}
