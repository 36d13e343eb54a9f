/** How many computers are in no group, which is easily forgotten: nobody reaches them. */
import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { CircleDashed } from 'lucide-react';
import { useRights } from '../../api/rights.ts';
import { LinkAnchor } from '../../components/links.tsx';
import { Panel } from '../../components/panel.tsx';
import { countInWords } from '../../policy/machine-words.ts';
import { ungroupedCountQuery } from './ungrouped.ts';

export function UngroupedNotice({ subscription }: { readonly subscription: string }) {
  const { data: count = 0 } = useQuery(ungroupedCountQuery(subscription));
  const rights = useRights();
  if (count === 0) return null;
  return (
    <Panel py="sm">
      <Group justify="space-between" gap="sm">
        <Group gap="sm" wrap="nowrap">
          <CircleDashed size={18} color="var(--causeway-warn)" aria-hidden />
          <Text>
            <strong>{countInWords(count, 'computer')}</strong> in no group: nobody reaches {count === 1 ? 'it' : 'them'}
            .
          </Text>
        </Group>
        <Group gap="md">
          <LinkAnchor to="/s/$subscription/computers" params={{ subscription }} search={{ group: 'none' }}>
            Show {count === 1 ? 'it' : 'them'}
          </LinkAnchor>
          {rights.change && (
            <LinkAnchor to="/s/$subscription/groups" params={{ subscription }} search={{ view: 'arrange' }}>
              Put {count === 1 ? 'it' : 'them'} into a group
            </LinkAnchor>
          )}
        </Group>
      </Group>
    </Panel>
  );
}
