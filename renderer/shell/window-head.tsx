/** Head of the window: which computer this is, or the page's title with a way back; and the menu. */
import { ActionIcon, Menu } from '@mantine/core';
import { ArrowLeft, EllipsisVertical, Info, Settings, Stethoscope } from 'lucide-react';
import type { RefObject } from 'react';
import type { DesktopState } from '#electron/ipc/schema.ts';
import { useStore } from '../store/use-window.ts';
import type { PageName } from '../store/window-store.ts';
import { useWords } from '../words/use-words.ts';
import type { Words } from '../words/words.ts';
import { CopyButton } from './copy-button.tsx';
import { Logo } from './logo.tsx';
import classes from './window-head.module.css';

export interface WindowHeadProps {
  readonly page: PageName;
  readonly state: DesktopState;
  readonly title: RefObject<HTMLHeadingElement | null>;
}

export function WindowHead({ page, state, title }: WindowHeadProps) {
  const { words } = useWords();
  const { go } = useStore();
  const machine = state.agent === 'here' ? state.status.machine : null;
  return (
    <header className={classes.head}>
      {page === 'status' ? (
        <>
          <Logo />
          <div className={classes.names}>
            <h1 className={classes.title} ref={title} tabIndex={-1}>
              {machine?.name ?? 'Causeway'}
            </h1>
            {machine !== null && <span className={`mono ${classes.address}`}>{machine.ipv4}</span>}
          </div>
          {machine !== null && <CopyButton text={machine.ipv4} what={words.thisAddress} />}
        </>
      ) : (
        <>
          <ActionIcon aria-label={words.actions.back} size="lg" onClick={() => go('status')}>
            <ArrowLeft size={18} aria-hidden />
          </ActionIcon>
          <h1 className={classes.title} ref={title} tabIndex={-1}>
            {titleOf(page, words)}
          </h1>
        </>
      )}
      <div className={classes.menu}>
        <Menu>
          <Menu.Target>
            <ActionIcon aria-label={words.menu} size="lg">
              <EllipsisVertical size={18} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<Stethoscope size={16} aria-hidden />} onClick={() => go('diagnostics')}>
              {words.diagnostics.title}
            </Menu.Item>
            <Menu.Item leftSection={<Settings size={16} aria-hidden />} onClick={() => go('preferences')}>
              {words.preferences.title}
            </Menu.Item>
            <Menu.Item leftSection={<Info size={16} aria-hidden />} onClick={() => go('about')}>
              {words.about.title}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
    </header>
  );
}

function titleOf(page: Exclude<PageName, 'status'>, words: Words): string {
  return {
    activate: words.activate.title,
    diagnostics: words.diagnostics.title,
    preferences: words.preferences.title,
    about: words.about.title,
  }[page];
}
