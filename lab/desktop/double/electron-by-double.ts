/**
 * Loaded before a program (`node --import`): who imports `electron` gets the double (fake-electron.ts), so
 * that the built main process of the application runs in plain Node.
 */
import { registerHooks } from 'node:module';

const DOUBLE = new URL('./fake-electron.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: DOUBLE, shortCircuit: true } : next(specifier, context),
});
