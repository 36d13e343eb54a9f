/** Makes an install link at a click, and shows what to do with it right here. */
import { Alert, Button, Code, Group, Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Container, Laptop, Terminal, TriangleAlert } from 'lucide-react';
import type { CreatedInstallLink, InstallPage } from '../../api/shapes.ts';
import { CopyBlock } from '../../components/copy-block.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { partsOfLink, withToken } from '../install/commands.ts';
import { installPageQuery } from '../install/install-queries.ts';
import { COMPUTERS, INSTANCES, useEarlierLink, useLinkForGuide } from './link-for-guide.ts';

export interface InstallCommandsProps {
  readonly subscription: string;
  /** Name of the role whose instances are to come; undefined for computers. */
  readonly role?: string;
  readonly makeLabel: string;
}

export function InstallCommands({ subscription, role, makeLabel }: InstallCommandsProps) {
  const { link, make } = useLinkForGuide(subscription, role);
  const earlier = useEarlierLink(subscription, role);
  const page = useQuery({ ...installPageQuery(link?.id ?? ''), enabled: link !== undefined });
  if (link === undefined) {
    return (
      <Stack align="flex-start">
        {role === undefined && (
          <Text>
            Take a computer that your cloud is to reach: a database server, say, or the laptop in front of you.
          </Text>
        )}
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
  const { token } = partsOfLink(link.url);
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
            Windows or Mac
          </Tabs.Tab>
        )}
      </Tabs.List>
      <Tabs.Panel value="linux">
        <Stack gap="sm">
          <CopyBlock
            label={`Paste this into a terminal ${role === undefined ? 'of the computer' : 'of each instance'}:`}
            text={withToken(linux, token)}
            what="command"
            wanted
          />
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
          <CopyBlock
            label="Run this beside your service; each instance joins by itself:"
            text={withToken(container, token)}
            what="command"
            wanted
          />
        </Tabs.Panel>
      )}
      <Tabs.Panel value="other">
        <CopyBlock
          label="Open this page on the computer, or send it to whoever sets it up:"
          text={link.url}
          what="link"
          wanted
        />
      </Tabs.Panel>
    </Tabs>
  );
}

function validity(role: string | undefined): string {
  if (role === undefined) return `Good for ${COMPUTERS.uses} computers, for ${COMPUTERS.days} days.`;
  return `Good for any number of instances, for ${INSTANCES.days} days.`;
}
