/** The window's store, for its pages. */
import { createContext, use, useSyncExternalStore } from 'react';
import type { WindowStore, WindowView } from './window-store.ts';

export const StoreContext = createContext<WindowStore | null>(null);

export function useStore(): WindowStore {
  const store = use(StoreContext);
  if (store === null) throw new Error('a page outside of the window');
  return store;
}

export function useView(): WindowView {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, store.view);
}
