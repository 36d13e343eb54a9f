/**
 * dependency-cruiser over this tree, with the rules of layer-rules.ts. It parses TypeScript by
 * the compiler's JavaScript API, which TypeScript 7 does not have; so its imports of `typescript`, and
 * only its own, are led to TypeScript 6, installed beside it as `typescript-6`.
 */
import { registerHooks } from 'node:module';
import type { ICruiseOptions, ICruiseResult } from 'dependency-cruiser';
import { CRUISE_OPTIONS, LAYER_RULES } from './layer-rules.ts';

/** Everything that is cruised, from the root of the tree. */
export const FOLDERS = [
  'protocol',
  'runtime',
  'native',
  'agent',
  'relay-server',
  'electron',
  'renderer',
  'lab',
  'bench',
  'build',
] as const;
export type Folder = (typeof FOLDERS)[number];

/**
 * @param root folder that holds {@link FOLDERS}, or some of them, and a package.json.
 * @throws Error when a file can not be parsed, or the parser for TypeScript is missing.
 */
export async function cruiseTree(root: string, folders: readonly string[] = FOLDERS): Promise<ICruiseResult> {
  registerHooks({
    resolve(specifier, context, next) {
      const asks = context.parentURL?.includes('/node_modules/dependency-cruiser/') ?? false;
      return next(asks ? specifier.replace(/^typescript(?=\/|$)/, 'typescript-6') : specifier, context);
    },
  });
  const { allExtensions, cruise } = await import('dependency-cruiser');
  if (!allExtensions.some(({ extension, available }) => extension === '.ts' && available)) {
    throw new Error('dependency-cruiser finds no parser for TypeScript: is typescript-6 installed?');
  }
  const options: ICruiseOptions = {
    ...CRUISE_OPTIONS,
    baseDir: root,
    validate: true,
    ruleSet: { forbidden: [...LAYER_RULES] },
  };
  const { output } = await cruise([...folders], options);
  if (typeof output === 'string') throw new Error(output);
  return output;
}
