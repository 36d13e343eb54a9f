/** What loading koffi takes: its entry files, and the native module of this platform. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface ModuleFile {
  /** Below `node_modules`. */
  readonly path: string;
  /** Absolute path of the file as it is installed here. */
  readonly from: string;
}

/** Of `import`, and of `require` in what runtime/launch.ts runs. */
const ENTRIES = ['index', 'src/koffi/index', 'src/koffi/src/static'].flatMap((name) => [`${name}.js`, `${name}.cjs`]);

/** @throws Error when koffi has no native module for this platform */
export function koffiFiles(): ModuleFile[] {
  const require = createRequire(import.meta.url);
  const home = dirname(require.resolve('koffi'));
  const platform = `@koromix/koffi-${process.platform}-${process.arch}`;
  const native = dirname(createRequire(join(home, 'index.cjs')).resolve(platform));
  const build = `${process.platform}_${process.arch}/koffi.node`;
  return [
    ...['package.json', ...ENTRIES].map((path) => ({ path: `koffi/${path}`, from: join(home, path) })),
    ...['package.json', 'index.js', build].map((path) => {
      return { path: `${platform}/${path}`, from: join(native, path) };
    }),
  ];
}
