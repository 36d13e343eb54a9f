/** Which machines came by a token: as they were then, also those that were removed since. */
import { Drawer, Loader, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Token } from '../../api/shapes.ts';
import { LinkAnchor } from '../../components/links.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { tokenUsesQuery } from './install-queries.ts';
import { usesWords } from './token-state.ts';

export interface TokenUsesDrawerProps {
  readonly subscription: string;
  readonly token: Token;
  /** What it is called on the page. */
  readonly name: string;
  readonly opened: boolean;
  onClose(): void;
}

export function TokenUsesDrawer({ subscription, token, name, opened, onClose }: TokenUsesDrawerProps) {
  const { data, error, refetch } = useQuery({ ...tokenUsesQuery(subscription, token.id), enabled: opened });
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="lg"
      title={`Who used “${name}”`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack>
        <Text c="dimmed">Used {usesWords(token)} times. Computers keep the name here that they came with.</Text>
        <RefusalAlert error={error} onRetry={() => void refetch()} />
        {data === undefined && error === null && <Loader size="sm" aria-label="Loading" />}
        {data?.length === 0 && <Text>Nobody yet. Whoever installs the agent with it appears here by itself.</Text>}
        {data !== undefined && data.length > 0 && (
          <Table verticalSpacing={8}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Machine</Table.Th>
                <Table.Th>When</Table.Th>
                <Table.Th>From</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.map(({ machine, name: called, at, address }) => (
                <Table.Tr key={machine}>
                  <Table.Td>
                    <LinkAnchor
                      to="/s/$subscription/computers/$computer"
                      params={{ subscription, computer: machine }}
                      underline="always"
                    >
                      {called}
                    </LinkAnchor>
                  </Table.Td>
                  <Table.Td>
                    <RelativeTime time={at} />
                  </Table.Td>
                  <Table.Td className="mono">{address}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        {data !== undefined && token.used > data.length && data.length > 0 && (
          <Text size="sm" c="dimmed">
            The latest {data.length.toLocaleString('en')} are shown.
          </Text>
        )}
      </Stack>
    </Drawer>
  );
}
