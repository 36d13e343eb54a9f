/** Makes an install link at a click, and shows what to do with it right here. */
import { Alert, Button, Code, Group, Stack, Tabs, Text } from '@mantine/core';
import { Container, Laptop, Terminal, TriangleAlert } from 'lucide-react';
import type { CreatedInstallLink, InstallPage } from '../../api/shapes.ts';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { CommandBlock } from './command-block.tsx';
import { COMPUTERS, INSTANCES, tokenOf, useEarlierLink, useInstallPage, useLinkForGuide } from './link-for-guide.ts';

export interface InstallCommandsProps {
  readonly subscription: string;
  /** Name of the role whose instances are to come; undefined for computers. */
  readonly role?: string;
  readonly makeLabel: string;
}

export function InstallCommands({ subscription, role, makeLabel }: InstallCommandsProps) {
  const { link, make } = useLinkForGuide(subscription, role);
  const earlier = useEarlierLink(subscription, role);
  const page = useInstallPage(link, subscription);
  if (link === undefined) {
    return (
      <Stack align="flex-start">
        {earlier !== undefined && role === undefined && (
          <Text size="sm" c="dimmed">
            A link was made <RelativeTime time={earlier.createdAt} />, and still works. Its token is shown only once: if
            you do not have it any more, make another one.
          </Text>
        )}
        <RefusalAlert error={make.error} />
        <Button
          size="md"
          variant={role === undefined ? 'filled' : 'light'}
          leftSection={<Terminal size={18} aria-hidden />}
          loading={make.isPending}
          onClick={() => make.mutate()}
        >
          {makeLabel}
        </Button>
      </Stack>
    );
  }
  return (
    <Stack>
      <RefusalAlert error={page.error} onRetry={() => void page.refetch()} />
      {page.data !== undefined && <Ways link={link} page={page.data} role={role} />}
      <RefusalAlert error={make.error} />
      <Group gap="xs" justify="space-between">
        <Text size="sm" c="dimmed">
          {validity(role)} Keep it to yourself: whoever has the token can join.
        </Text>
        <Button variant="subtle" size="compact-sm" loading={make.isPending} onClick={() => make.mutate()}>
          Make another one
        </Button>
      </Group>
    </Stack>
  );
}

interface WaysProps {
  readonly link: CreatedInstallLink;
  readonly page: InstallPage;
  readonly role: string | undefined;
}

function Ways({ link, page, role }: WaysProps) {
  const withToken = (command: string) => command.replaceAll('{token}', tokenOf(link));
  const { linux, container } = page.commands;
  const linuxOffered = page.downloads.some(({ os }) => os === 'linux');
  return (
    <Tabs defaultValue={role !== undefined && container !== null ? 'container' : 'linux'} keepMounted={false}>
      <Tabs.List mb="md">
        {role !== undefined && container !== null && (
          <Tabs.Tab value="container" leftSection={<Container size={16} aria-hidden />}>
            Container
          </Tabs.Tab>
        )}
        <Tabs.Tab value="linux" leftSection={<Terminal size={16} aria-hidden />}>
          Linux
        </Tabs.Tab>
        {role === undefined && (
          <Tabs.Tab value="other" leftSection={<Laptop size={16} aria-hidden />}>
            Windows, Mac, or somebody else’s
          </Tabs.Tab>
        )}
      </Tabs.List>
      <Tabs.Panel value="linux">
        <Stack gap="sm">
          <Text>Paste this into a terminal {role === undefined ? 'of the computer' : 'of each instance'}:</Text>
          <CommandBlock command={withToken(linux)} what="Linux command" />
          {!linuxOffered && (
            <Alert color="yellow" icon={<TriangleAlert size={18} aria-hidden />} title="There is no package yet.">
              <Text c="var(--mantine-color-text)">
                This server has no Linux package of the agent to hand out, so the command would fail. Put the packages
                into the folder that <Code>causeway-relay serve --downloads</Code> names.
              </Text>
            </Alert>
          )}
        </Stack>
      </Tabs.Panel>
      {container !== null && (
        <Tabs.Panel value="container">
          <Stack gap="sm">
            <Text>Run this beside your service; each instance joins by itself:</Text>
            <CommandBlock command={withToken(container)} what="container command" />
          </Stack>
        </Tabs.Panel>
      )}
      <Tabs.Panel value="other">
        <Stack gap="sm">
          <Text>Open this page on the computer, or send it to whoever sets it up. It recognises the system:</Text>
          <CommandBlock command={link.url} what="install link" />
        </Stack>
      </Tabs.Panel>
    </Tabs>
  );
}

function validity(role: string | undefined): string {
  if (role === undefined) return `Good for ${COMPUTERS.uses} computers, for ${COMPUTERS.days} days.`;
  return `Good for any number of instances, for ${INSTANCES.days} days.`;
}
