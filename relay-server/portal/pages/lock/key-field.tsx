/** Asks for a lock key: its file, or its text. What is given stays in this page, and only as long as it is open. */
import { FileInput, PasswordInput, Stack } from '@mantine/core';
import { useState } from 'react';

const KEY_FILE_MOST_BYTES = 4_096;

export interface KeyFieldProps {
  readonly value: string;
  onChange(text: string): void;
}

export function KeyField({ value, onChange }: KeyFieldProps) {
  const [opened, setOpened] = useState(false);
  const open = async (file: File | null) => {
    setOpened(file !== null);
    // What is longer is no key, and is not read.
    onChange(file === null || file.size > KEY_FILE_MOST_BYTES ? '' : await file.text());
  };
  return (
    <Stack gap="xs">
      <FileInput
        label="Your lock key"
        description="The file that was saved when the lock was set up. It is read here and sent to nobody."
        placeholder="Choose the file"
        accept=".causeway-lock,text/plain"
        onChange={(file) => void open(file)}
        clearable
        clearButtonProps={{ 'aria-label': 'Take the file away' }}
      />
      {!opened && (
        <PasswordInput
          label="or its text"
          placeholder="cwl1_…"
          value={value}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': 'Show the key' }}
        />
      )}
    </Stack>
  );
}
