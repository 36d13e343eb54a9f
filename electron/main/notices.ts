/** When the person has to be told something that they did not ask for. Pure. */
import type { DesktopState, Language } from '../ipc/schema.ts';
import { TRAY_WORDS } from '../words/tray-words.ts';

export interface Notice {
  readonly title: string;
  readonly body: string;
}

/** @returns undefined for the changes that the icon tells well enough */
export function noticeOf(before: DesktopState, after: DesktopState, language: Language): Notice | undefined {
  if (before.agent !== 'here' || after.agent !== 'here') return undefined;
  const { activationLost, disabled, enabled } = TRAY_WORDS[language].notices;
  const [was, is] = [refusalOf(before), refusalOf(after)];
  if (is === 'MACHINE_DISABLED' && was !== is) return disabled;
  if (was === 'MACHINE_DISABLED' && after.status.summary === 'connected') return enabled;
  const activated = ({ status }: typeof before) => status.parts.activation.state === 'ok';
  // Who leaves the subscription by their own will knows.
  if (activated(before) && after.status.parts.activation.state === 'failed') return activationLost;
  return undefined;
}

function refusalOf({ status }: Extract<DesktopState, { agent: 'here' }>): string | undefined {
  return status.parts.control.error?.code ?? status.parts.activation.error?.code;
}
