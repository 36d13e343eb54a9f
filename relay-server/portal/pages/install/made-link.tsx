/** A new install link: the link itself, and the commands for those who need no page. */
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { CreatedInstallLink } from '../../api/shapes.ts';
import { CopyBlock } from '../../components/copy-block.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { ShownOnce } from '../../components/shown-once.tsx';
import { partsOfLink, withToken } from './commands.ts';
import { installPageQuery } from './install-queries.ts';

export function MadeLink({ made }: { readonly made: CreatedInstallLink }) {
  const { link, token } = partsOfLink(made.url);
  const { data, error, refetch } = useQuery(installPageQuery(link));
  return (
    <Stack>
      <ShownOnce what="Install link" text={made.url} otherwise="make a new link and remove this one" />
      <Text size="sm" c="dimmed">
        Send it to whoever sets up the computer. Its page recognises their system and leads them through the
        installation. Or give out the commands, which hold the token too:
      </Text>
      <RefusalAlert error={error} onRetry={() => void refetch()} />
      {data !== undefined && (
        <>
          <CopyBlock label="On a Linux computer" text={withToken(data.commands.linux, token)} what="Linux command" />
          {data.commands.container !== null && (
            <CopyBlock
              label="In a container"
              text={withToken(data.commands.container, token)}
              what="container command"
            />
          )}
          {made.token.role !== null && (
            <Text size="sm" c="dimmed">
              For a role, put the command into what runs when an instance starts. Every machine that runs it becomes an
              instance of {data.joins?.name ?? 'the role'} by itself.
            </Text>
          )}
        </>
      )}
    </Stack>
  );
}
