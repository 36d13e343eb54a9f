/** Asks for one group or role out of hundreds: a field that searches, then the verb. */
import { Modal, Select, Stack, Text } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { FormButtons } from '../components/form-buttons.tsx';

/** More are found by typing. */
const SHOWN = 100;

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface ChooseDialogProps {
  readonly opened: boolean;
  readonly title: string;
  /** What one is to choose: "Group". */
  readonly label: string;
  /** What follows from it, for somebody who does it the first time. */
  readonly children?: ReactNode;
  readonly choices: readonly (Choice | { readonly group: string; readonly items: readonly Choice[] })[];
  /** What to do when there is nothing to choose. */
  readonly nothing: string;
  /** The verb: "Move". */
  readonly confirmLabel: string;
  onChoose(value: string): void;
  onClose(): void;
}

export function ChooseDialog(props: ChooseDialogProps) {
  const { opened, title, onClose } = props;
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      {/* Made anew each time it opens, with nothing chosen. */}
      <ChooseForm {...props} />
    </Modal>
  );
}

function ChooseForm({ label, children, choices, nothing, confirmLabel, onChoose, onClose }: ChooseDialogProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [missing, setMissing] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (chosen === null) return setMissing(true);
    onClose();
    onChoose(chosen);
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {children !== undefined && <Text c="dimmed">{children}</Text>}
        <Select
          label={label}
          placeholder="Type to search"
          data={choices.map((choice) => ('items' in choice ? { ...choice, items: [...choice.items] } : choice))}
          value={chosen}
          onChange={(value) => {
            setChosen(value);
            setMissing(false);
          }}
          searchable
          limit={SHOWN}
          error={missing ? 'Choose one first.' : undefined}
          nothingFoundMessage={choices.length === 0 ? nothing : 'Nothing has this name.'}
          data-autofocus
        />
        <FormButtons onCancel={onClose}>{confirmLabel}</FormButtons>
      </Stack>
    </form>
  );
}
