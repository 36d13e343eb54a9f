/** Tells somebody that what they edit was changed by somebody else, shows both, and lets them choose. */
import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { GitMerge } from 'lucide-react';
import { useEffect, useRef } from 'react';
import classes from './edit-conflict.module.css';
import type { FieldDifference } from './merge-edits.ts';

export interface EditConflictProps {
  /** "group", "computer". */
  readonly what: string;
  readonly differences: readonly FieldDifference[];
  /** What a field is called on the form. */
  readonly labelOf: (field: string) => string;
  readonly saving: boolean;
  onSaveMine(): void;
  onUseTheirs(): void;
}

export function EditConflict({ what, differences, labelOf, saving, onSaveMine, onUseTheirs }: EditConflictProps) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // A message that comes up above the button that was pressed is easily missed.
    title.current?.focus();
    title.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <section className={classes.conflict} aria-label="Changed meanwhile">
      <Stack gap="sm">
        <Title order={3} ref={title} tabIndex={-1} className={classes.title}>
          <GitMerge size={18} aria-hidden />
          Somebody else changed this {what} meanwhile
        </Title>
        <Text size="sm">Nothing is lost: what you typed is still in the form. Choose what shall be saved.</Text>
        {differences.map(({ field, mine, theirs, contested }) => (
          <div key={field}>
            <Text fw={600} size="sm">
              {labelOf(field)}
            </Text>
            {contested ? (
              <dl className={classes.versions}>
                <Version term="Yours" text={mine} />
                <Version term="There now" text={theirs} />
              </dl>
            ) : (
              <>
                <dl className={classes.versions}>
                  <Version term="There now" text={theirs} />
                </dl>
                <Text size="xs" c="dimmed" mt={4}>
                  You did not change this one. It stays as it is there now, whatever you choose.
                </Text>
              </>
            )}
          </div>
        ))}
        <Group gap="sm">
          <Button size="xs" loading={saving} onClick={onSaveMine}>
            Save mine anyway
          </Button>
          <Button size="xs" variant="default" disabled={saving} onClick={onUseTheirs}>
            Use theirs
          </Button>
        </Group>
      </Stack>
    </section>
  );
}

function Version({ term, text }: { readonly term: string; readonly text: string }) {
  return (
    <div className={classes.version}>
      <dt>{term}</dt>
      <dd>
        {text === '' ? (
          <Text span c="dimmed">
            empty
          </Text>
        ) : (
          text
        )}
      </dd>
    </div>
  );
}
