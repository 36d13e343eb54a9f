/**
 * Lets a bundle take of Node's own modules what it uses, and not `import` them: for that Node reads all that a module
 * exports, and so loads what it would else load when it is first used, of `node:http` its fetch and WebSocket.
 */
import { isBuiltin } from 'node:module';
import type { Plugin } from 'rolldown';

const PREFIX = '\0builtin:';
/** By which bundles ask for CommonJS modules; rolldown adds the import itself. */
const KEPT = 'node:module';

export const builtinsByName: Plugin = {
  name: 'builtins-by-name',
  resolveId(source, _importer, { kind }) {
    // `require` and `import()` read nothing before it is asked for.
    if (kind !== 'import-statement' || !isBuiltin(source)) return null;
    const id = source.startsWith('node:') ? source : `node:${source}`;
    return id === KEPT ? { id, external: true } : PREFIX + id;
  },
  load(id) {
    return id.startsWith(PREFIX) ? { code: moduleOf(id.slice(PREFIX.length)), moduleSideEffects: false } : null;
  },
};

/** What nobody imports of it is left out, since taking it is marked as without effects. */
function moduleOf(id: string): string {
  const names = Object.keys(process.getBuiltinModule(id) ?? {}).filter((name) => name !== 'default');
  return [
    `const all = /*#__PURE__*/ process.getBuiltinModule('${id}');`,
    'const of = (name) => all[name];',
    'export default all;',
    ...names.map((name) => `const of_${name} = /*#__PURE__*/ of('${name}');\nexport { of_${name} as ${name} };`),
  ].join('\n');
}
