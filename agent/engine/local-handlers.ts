/**
 * What the methods of the local API do: each is one of the engine's. Used by the daemon, and by the desktop
 * application where it hosts the engine itself.
 */
import type { LocalHandlers } from '../local-api/conversation.ts';
import type { Engine } from './engine.ts';

/** @param ready calls wait for it: the socket is there before the engine is */
export function handlersOf(ready: Promise<Engine>): LocalHandlers {
  return {
    status: async () => (await ready).provenStatus(),
    watch: async (wish, { progress, taken, signal }) => {
      await (await ready).watch({ progress, alive: () => progress('alive'), taken, signal }, wish);
      return {};
    },
    up: async (params) => (await ready).up(params),
    down: async (params) => (await ready).down(params),
    refresh: async ({ timeoutMs }) => (await ready).refresh(timeoutMs),
    peers: async () => (await ready).peers(),
    ping: async ({ target, timeoutMs }) => (await ready).ping(target, timeoutMs),
    resolve: async ({ target }) => (await ready).resolve(target),
    diagnose: async (_, { progress }) => ({ checks: await (await ready).diagnose(progress) }),
    bundle: async (_, { progress }) => (await ready).bundle(progress),
  };
}
