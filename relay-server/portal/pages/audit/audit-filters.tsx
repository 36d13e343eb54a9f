/** What to look for in the audit, and the files that hold what is found. */
import { Button, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { Download, Search, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import classes from './audit.module.css';
import { type AuditSearch, auditParameters, isFiltered } from './audit-search.ts';
import { AUDIT_SUBJECTS } from './audit-words.ts';

const TYPING_MS = 250;

export interface AuditFiltersProps {
  readonly value: AuditSearch;
  /** Undefined takes a filter away. */
  onChange(change: { readonly [Name in keyof AuditSearch]?: AuditSearch[Name] | undefined }): void;
}

export function AuditFilters({ value, onChange }: AuditFiltersProps) {
  const [typed, setTyped] = useState(value.search ?? '');
  const search = useDebouncedCallback(
    (text: string) => onChange({ search: text === '' ? undefined : text }),
    TYPING_MS,
  );
  // Somebody went back, or took the filters away.
  useEffect(() => setTyped(value.search ?? ''), [value.search]);
  const data = AUDIT_SUBJECTS.map(([word, label]) => ({ value: word, label }));
  if (value.action !== undefined && !data.some((subject) => subject.value === value.action)) {
    data.push({ value: value.action, label: value.action });
  }
  return (
    <div className={classes.filters}>
      <SegmentedControl
        aria-label="Whose audit"
        data={[
          { value: 'subscription', label: 'This subscription' },
          { value: 'server', label: 'Whole server' },
        ]}
        value={value.of ?? 'subscription'}
        onChange={(of) => onChange({ of: of === 'server' ? of : undefined })}
      />
      <TextInput
        className={classes.search}
        aria-label="Search by who did it or to what"
        placeholder="Who, or to what"
        leftSection={<Search size={16} aria-hidden />}
        maxLength={80}
        value={typed}
        onChange={({ currentTarget }) => {
          setTyped(currentTarget.value);
          search(currentTarget.value);
        }}
      />
      <Select
        className={classes.kind}
        aria-label="Kind of change"
        placeholder="Every kind"
        data={data}
        value={value.action ?? null}
        onChange={(action) => onChange({ action: action ?? undefined })}
        clearable
        clearButtonProps={{ 'aria-label': 'Every kind' }}
      />
      <div className={classes.days}>
        <TextInput
          type="date"
          aria-label="From"
          leftSection="from"
          leftSectionWidth={46}
          value={value.from ?? ''}
          onChange={({ currentTarget }) => onChange({ from: currentTarget.value || undefined })}
        />
        <TextInput
          type="date"
          aria-label="Until"
          leftSection="until"
          leftSectionWidth={46}
          value={value.until ?? ''}
          onChange={({ currentTarget }) => onChange({ until: currentTarget.value || undefined })}
        />
      </div>
      {isFiltered(value) && (
        <Button
          variant="subtle"
          leftSection={<X size={16} aria-hidden />}
          onClick={() => onChange({ action: undefined, search: undefined, from: undefined, until: undefined })}
        >
          Clear
        </Button>
      )}
    </div>
  );
}

export interface AuditExportsProps {
  readonly subscription: string;
  readonly value: AuditSearch;
}

/** Plain links: the browser saves what the server sends, however much it is. */
export function AuditExports({ subscription, value }: AuditExportsProps) {
  const href = (format: string) =>
    `/api/v1/audit?${new URLSearchParams({ ...auditParameters(value, subscription), format })}`;
  return (
    <>
      {['csv', 'json'].map((format) => (
        <Button
          key={format}
          component="a"
          href={href(format)}
          download={`causeway-audit.${format}`}
          variant="default"
          leftSection={<Download size={16} aria-hidden />}
          aria-label={`Export as ${format.toUpperCase()}`}
        >
          {format.toUpperCase()}
        </Button>
      ))}
    </>
  );
}
