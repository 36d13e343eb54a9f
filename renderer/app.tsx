/** The window: what is true of this computer, and what can be done about it. */
import { useEffect, useState } from 'react';
import type { DesktopState } from '#electron/ipc/schema.ts';
import { call, listen } from './desktop.ts';

export function App() {
  const [state, setState] = useState<DesktopState>({ agent: 'starting' });
  useEffect(() => {
    const stop = listen((event) => {
      if (event.type === 'state') setState(event.state);
    });
    call('state', {}).then(setState, () => undefined);
    return stop;
  }, []);
  return <main>{state.agent === 'here' ? state.status.summary : state.agent}</main>;
}
