/** One entry of the audit in full: who, from where, and each field before and after. */
import { Drawer, Stack, Table, Text, Title } from '@mantine/core';
import type { AuditEntry } from '../../api/shapes.ts';
import classes from './audit.module.css';
import { type Difference, differencesOf, timeWords } from './audit-difference.ts';
import { auditWords } from './audit-words.ts';

const ACTORS: Readonly<Record<AuditEntry['by']['kind'], string>> = {
  person: 'person',
  'api-key': 'API key',
  machine: 'machine',
  server: 'the server itself',
  nobody: 'nobody who is known',
};

export interface AuditEntryDrawerProps {
  readonly entry: AuditEntry;
  readonly opened: boolean;
  onClose(): void;
}

export function AuditEntryDrawer({ entry, opened, onClose }: AuditEntryDrawerProps) {
  const { at, by, action, subscription, target } = entry;
  const { what, whom } = auditWords(entry);
  const facts: [string, string][] = [
    ['When', timeWords(at)],
    ['Who', by.name === '' ? ACTORS[by.kind] : `${by.name} (${ACTORS[by.kind]})`],
    ...(by.address === '' ? [] : [['From', by.address] satisfies [string, string]]),
    ...(target === null
      ? []
      : [['To what', `${target.name} (${target.kind.replaceAll('-', ' ')})`] satisfies [string, string]]),
    ['Where', subscription === null ? 'this server' : `subscription ${subscription.name}`],
    ['Action', action],
  ];
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="lg"
      title={
        <>
          {what} {whom}
        </>
      }
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="lg">
        <dl className={classes.facts}>
          {facts.map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name} is`}>{value}</dd>])}
        </dl>
        <Differences entry={entry} />
      </Stack>
    </Drawer>
  );
}

function Differences({ entry }: { readonly entry: AuditEntry }) {
  const differences = differencesOf(entry);
  if (differences.length === 0) return <Text c="dimmed">Nothing else is written down of it.</Text>;
  const [wasThere, isThere] = [entry.before !== null, entry.after !== null];
  return (
    <section>
      <Title order={2} mb="xs">
        {wasThere && isThere ? 'What changed' : wasThere ? 'What it was' : 'What it is'}
      </Title>
      <Table layout="fixed" verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Field</Table.Th>
            {wasThere && <Table.Th>Before</Table.Th>}
            {isThere && <Table.Th>After</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {differences.map((difference) => (
            <Row key={difference.field} difference={difference} wasThere={wasThere} isThere={isThere} />
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

interface RowProps {
  readonly difference: Difference;
  readonly wasThere: boolean;
  readonly isThere: boolean;
}

function Row({ difference: { field, before, after }, wasThere, isThere }: RowProps) {
  const both = wasThere && isThere;
  return (
    <Table.Tr>
      <Table.Td>{field}</Table.Td>
      {wasThere && (
        <Table.Td className={both && before !== undefined ? classes.before : undefined}>{before ?? '–'}</Table.Td>
      )}
      {isThere && (
        <Table.Td className={both && after !== undefined ? classes.after : undefined}>{after ?? '–'}</Table.Td>
      )}
    </Table.Tr>
  );
}
