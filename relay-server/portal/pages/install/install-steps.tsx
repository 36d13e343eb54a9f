/** How to install the agent, by system: the visitor's first, the others a click away. */
import { ActionIcon, Alert, Divider, Stack, Tabs, Text, Tooltip } from '@mantine/core';
import { Container, Eye, EyeOff, Laptop, Monitor, Smartphone, Terminal } from 'lucide-react';
import { useState } from 'react';
import type { InstallPage } from '../../api/shapes.ts';
import { CopyBlock } from '../../components/copy-block.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { maskedToken, withToken } from './commands.ts';
import { Downloads } from './downloads.tsx';
import classes from './install-steps.module.css';
import { browserFacts, systemOf } from './visitor-system.ts';

export interface InstallStepsProps {
  readonly page: InstallPage;
  readonly token: string;
  readonly link: string;
}

const SYSTEMS = [
  ['linux', 'Linux', Terminal],
  ['container', 'Container', Container],
  ['windows', 'Windows', Monitor],
  ['macos', 'macOS', Laptop],
] as const;
type System = (typeof SYSTEMS)[number][0];

export function InstallSteps({ page, token, link }: InstallStepsProps) {
  const [visitor] = useState(() => systemOf(browserFacts()));
  const [chosen, setChosen] = useState<System>(visitor === 'windows' || visitor === 'macos' ? visitor : 'linux');
  const { commands, downloads } = page;
  const offered = SYSTEMS.filter(([system]) => system !== 'container' || commands.container !== null);
  return (
    <Stack gap="lg">
      {visitor === 'phone' && <OnAPhone link={link} token={token} />}
      <Tabs value={chosen} onChange={(next) => setChosen(SYSTEMS.find(([system]) => system === next)?.[0] ?? 'linux')}>
        <Tabs.List mb="lg" aria-label="Operating system">
          {offered.map(([system, name, Icon]) => (
            <Tabs.Tab key={system} value={system} className={classes.tab} leftSection={<Icon size={16} aria-hidden />}>
              {name}
              {system === visitor && <span className={classes.yours}>yours</span>}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="linux">
          <Linux command={withToken(commands.linux, token)} downloads={downloads} link={link} token={token} />
        </Tabs.Panel>
        {commands.container !== null && (
          <Tabs.Panel value="container">
            <Stack>
              <CopyBlock
                label="Run the agent in a container"
                text={withToken(commands.container, token)}
                what="command"
                wanted
              />
              <Text c="dimmed" size="sm">
                It lets the whole host join, through a container that may set up network adapters. What the container
                knows of itself is kept in a volume, so it stays the same computer when it is made anew.
              </Text>
            </Stack>
          </Tabs.Panel>
        )}
        <Tabs.Panel value="windows">
          <Downloads os="windows" name="Windows" downloads={downloads} link={link} token={token} />
        </Tabs.Panel>
        <Tabs.Panel value="macos">
          <Downloads os="macos" name="macOS" downloads={downloads} link={link} token={token} />
        </Tabs.Panel>
      </Tabs>
      <Divider />
      <Token token={token} />
    </Stack>
  );
}

interface LinuxProps extends Pick<InstallStepsProps, 'link' | 'token'> {
  readonly command: string;
  readonly downloads: InstallPage['downloads'];
}

function Linux({ command, downloads, link, token }: LinuxProps) {
  if (!downloads.some(({ os, kind }) => os === 'linux' && kind === 'archive')) {
    return (
      <Alert color="red" title="This server has no package for Linux yet.">
        <Text c="var(--mantine-color-text)">
          Tell the person who sent you the link: the administrator has to put one into the downloads of the server. This
          page then offers it by itself.
        </Text>
      </Alert>
    );
  }
  return (
    <Stack>
      <ol className={classes.steps}>
        <li>Open a terminal on the computer that is to join.</li>
        <li>Paste this line, press Enter, and give your password if you are asked for it.</li>
      </ol>
      <CopyBlock label="Install and connect" text={command} what="command" wanted />
      <Text>
        After half a minute it says that Causeway is installed. Then <code>causeway status</code> shows how it is, and{' '}
        <code>causeway peers</code> whom this computer may reach.
      </Text>
      <Downloads os="linux" name="Linux" downloads={downloads} link={link} token={token} />
    </Stack>
  );
}

function OnAPhone({ link, token }: { readonly link: string; readonly token: string }) {
  return (
    <div className={classes.phone}>
      <Smartphone size={20} aria-hidden />
      <Stack gap="xs" align="flex-start">
        <Text fw={600}>Open this link on the computer that is to join.</Text>
        <Text size="sm">A phone or tablet can not join itself. Copy the link and send it to yourself.</Text>
        <CopyButton text={`${window.location.origin}/install/${link}#${token}`} what="install link" label="Copy link" />
      </Stack>
    </div>
  );
}

function Token({ token }: { readonly token: string }) {
  const [shown, setShown] = useState(false);
  return (
    <Stack gap={6}>
      <CopyBlock
        label="Activation token"
        text={token}
        shown={shown ? token : maskedToken(token)}
        what="activation token"
        actions={
          <Tooltip label={shown ? 'Hide the token' : 'Show the token'}>
            <ActionIcon
              aria-label={shown ? 'Hide the token' : 'Show the token'}
              aria-pressed={shown}
              onClick={() => setShown(!shown)}
            >
              {shown ? <EyeOff size={16} aria-hidden /> : <Eye size={16} aria-hidden />}
            </ActionIcon>
          </Tooltip>
        }
      />
      <Text c="dimmed" size="sm">
        The commands and files on this page have it in already. Whoever has it can let a computer into this network:
        give it to nobody else.
      </Text>
    </Stack>
  );
}
