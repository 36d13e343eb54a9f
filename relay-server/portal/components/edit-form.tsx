/**
 * A form for texts of one thing: its name, its description. Sends only what was changed, and only if nobody
 * else has changed the same meanwhile; if somebody has, shows both and keeps what was typed.
 */
import { Stack, Textarea, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { EditButtons } from './edit-buttons.tsx';
import { EditConflict } from './edit-conflict.tsx';
import { differencesOf, editsOf, type FieldValues } from './merge-edits.ts';
import { RefusalAlert } from './refusal-alert.tsx';
import { type Seen, saveEdit } from './save-edit.ts';

export interface EditField {
  /** As the API names it. */
  readonly key: string;
  readonly label: string;
  readonly hint?: string;
  readonly maxLength: number;
  readonly required?: boolean;
  readonly multiline?: boolean;
}

export interface EditFormProps {
  /** "group", "computer". */
  readonly what: string;
  readonly fields: readonly EditField[];
  /** Where the thing is patched. */
  readonly address: string;
  /** The thing as it is when the form is opened. */
  readonly opening: Seen;
  /** Whether something is typed that is not saved. */
  onDirty(dirty: boolean): void;
  onSaved(): void;
  onCancel(): void;
}

export function EditForm({ what, fields, address, opening, onDirty, onSaved, onCancel }: EditFormProps) {
  const [base, setBase] = useState(opening);
  const [typed, setTyped] = useState(base.values);
  /** What is there now, if it is no longer what the person began with. */
  const [now, setNow] = useState<Seen>();
  const mine = trimmed(typed);
  const dirty = Object.keys(editsOf(base.values, mine)).length > 0;
  useEffect(() => onDirty(dirty), [dirty, onDirty]);

  const save = useMutation({
    mutationFn: () => saveEdit({ address, base: base.values, mine, seen: now ?? base }),
    onSuccess: (outcome) => {
      if (outcome.is === 'conflict') setNow(outcome.now);
      else if (outcome.is === 'saved') onSaved();
      else onCancel();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // Enter in a field is no answer to the question of whose text shall stay.
    if (now === undefined) save.mutate();
  };
  const takeTheirs = (theirs: Seen) => {
    const disputed = differencesOf(base.values, mine, theirs.values).map(({ field }) => field);
    const kept = Object.entries(mine).map(([field, text]) => [
      field,
      disputed.includes(field) ? (theirs.values[field] ?? '') : text,
    ]);
    const merged: FieldValues = Object.fromEntries(kept);
    setBase(theirs);
    setTyped(merged);
    setNow(undefined);
    if (Object.keys(editsOf(theirs.values, merged)).length === 0) onCancel();
  };

  return (
    <form onSubmit={submit}>
      <Stack>
        {now !== undefined && (
          <EditConflict
            what={what}
            differences={differencesOf(base.values, mine, now.values)}
            labelOf={(key) => fields.find((field) => field.key === key)?.label ?? key}
            saving={save.isPending}
            onSaveMine={() => save.mutate()}
            onUseTheirs={() => takeTheirs(now)}
          />
        )}
        {fields.map(({ key, label, hint, maxLength, required = false, multiline = false }, index) => {
          const field = {
            label,
            description: hint,
            maxLength,
            required,
            value: typed[key] ?? '',
            onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) =>
              setTyped((before) => ({ ...before, [key]: value })),
            'data-autofocus': index === 0 || undefined,
          };
          return multiline ? (
            <Textarea key={key} autosize minRows={2} maxRows={8} {...field} />
          ) : (
            <TextInput key={key} autoComplete="off" {...field} />
          );
        })}
        <RefusalAlert error={save.error} />
        <EditButtons label="Save" saving={save.isPending} inConflict={now !== undefined} onCancel={onCancel} />
      </Stack>
    </form>
  );
}

function trimmed(values: FieldValues): FieldValues {
  return Object.fromEntries(Object.entries(values).map(([field, text]) => [field, text.trim()]));
}
