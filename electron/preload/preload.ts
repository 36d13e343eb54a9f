/**
 * The preload script: puts {@link Bridge} in the window's page, and nothing else. Runs in a sandbox with a
 * context of its own.
 */
import { contextBridge, ipcRenderer } from 'electron';
import { type Bridge, CALL_CHANNEL, EVENT_CHANNEL } from '../ipc/bridge.ts';

const bridge: Bridge = {
  call: (name, args) => ipcRenderer.invoke(CALL_CHANNEL, name, args),
  listen(listener) {
    const pass = (_event: unknown, event: unknown) => listener(event);
    ipcRenderer.on(EVENT_CHANNEL, pass);
    return () => ipcRenderer.removeListener(EVENT_CHANNEL, pass);
  },
};
contextBridge.exposeInMainWorld('causeway', bridge);
