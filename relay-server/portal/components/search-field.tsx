/** A field that narrows what is listed below it while one types. */
import { CloseButton, TextInput, type TextInputProps } from '@mantine/core';
import { Search } from 'lucide-react';

export interface SearchFieldProps extends Omit<TextInputProps, 'value' | 'onChange' | 'label'> {
  /** What is searched: "Search groups". */
  readonly label: string;
  readonly value: string;
  onChange(value: string): void;
}

export function SearchField({ label, value, onChange, ...props }: SearchFieldProps) {
  return (
    <TextInput
      aria-label={label}
      placeholder={label}
      type="search"
      autoComplete="off"
      maxLength={63}
      leftSection={<Search size={16} aria-hidden />}
      rightSection={
        value === '' ? undefined : <CloseButton size="sm" aria-label="Clear" onClick={() => onChange('')} />
      }
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
      {...props}
    />
  );
}
