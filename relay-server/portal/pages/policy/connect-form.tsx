/**
 * Connects by choosing from two lists: the way by keyboard, by voice and on a phone. What can not be
 * connected can not be chosen, and says why.
 */
import { Button, Select, type SelectProps, Text } from '@mantine/core';
import { Cable } from 'lucide-react';
import { type FormEvent, type Ref, useMemo, useRef, useState } from 'react';
import { compareValues } from '../../components/compare-values.ts';
import { Panel } from '../../components/panel.tsx';
import classes from './connect-form.module.css';
import type { PolicyChanges } from './policy-changes.ts';
import {
  type ConnectedPairs,
  connectedPairs,
  type End,
  groupEnd,
  roleEnd,
  whyImpossible,
} from './possible-connection.ts';
import type { WholePolicy } from './shown-part.ts';

/** More are not read; writing narrows them. */
const OPTIONS = 60;

export interface ConnectFormProps {
  readonly policy: WholePolicy;
  readonly changes: PolicyChanges;
}

export function ConnectForm({ policy, changes }: ConnectFormProps) {
  const [chosen, setChosen] = useState<{ a: string | null; b: string | null }>({ a: null, b: null });
  const second = useRef<HTMLInputElement>(null);
  const { ends, connected } = useMemo(() => {
    const all = [...policy.roles.map(roleEnd), ...policy.groups.map(groupEnd)];
    all.sort((one, two) => compareValues(one.name, two.name));
    return { ends: new Map(all.map((end) => [String(end.id), end])), connected: connectedPairs(policy.connections) };
  }, [policy]);
  const a = ends.get(chosen.a ?? '');
  const b = ends.get(chosen.b ?? '');
  const impossible = a === undefined || b === undefined ? null : whyImpossible(a, b, connected);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (a === undefined || b === undefined) return;
    // The next one is often of the same role: that stays, and the focus goes to what it is connected to.
    const goOn = () => {
      setChosen({ a: a.id, b: null });
      second.current?.focus();
    };
    if (impossible === null) changes.connect(a, b, goOn);
    else if (impossible.instead === 'interconnect') changes.interconnect(a, true);
  };
  return (
    <Panel p="md" mb="md">
      <form onSubmit={submit} className={classes.form} aria-label="Connect a role or group to another">
        <EndSelect
          label="Connect"
          ends={ends}
          other={b}
          connected={connected}
          value={a === undefined ? null : chosen.a}
          onChange={(id) => setChosen({ ...chosen, a: id })}
        />
        <EndSelect
          ref={second}
          label="to"
          ends={ends}
          other={a}
          connected={connected}
          value={b === undefined ? null : chosen.b}
          onChange={(id) => setChosen({ ...chosen, b: id })}
        />
        <Button
          type="submit"
          leftSection={<Cable size={16} aria-hidden />}
          disabled={a === undefined || b === undefined || (impossible !== null && impossible.instead === null)}
        >
          {impossible?.instead === 'interconnect' ? 'Interconnect…' : 'Connect…'}
        </Button>
      </form>
      {impossible !== null && (
        <Text size="sm" c="dimmed" mt="xs" role="status">
          {impossible.instead === null ? impossible.reason : `The members of ${a?.name} will reach each other.`}
        </Text>
      )}
    </Panel>
  );
}

interface EndSelectProps {
  readonly ref?: Ref<HTMLInputElement>;
  readonly label: string;
  readonly ends: ReadonlyMap<string, End>;
  readonly other: End | undefined;
  readonly connected: ConnectedPairs;
  readonly value: string | null;
  onChange(id: string | null): void;
}

function EndSelect({ ref, label, ends, other, connected, value, onChange }: EndSelectProps) {
  const data = useMemo(() => {
    const option = (end: End) => {
      const impossible = other === undefined ? null : whyImpossible(other, end, connected);
      return {
        value: end.id,
        label: `${end.name} (${end.kind})`,
        disabled: impossible !== null && impossible.instead === null,
      };
    };
    const of = (kind: End['kind']) => [...ends.values()].filter((end) => end.kind === kind).map(option);
    return [
      { group: 'Roles', items: of('role') },
      { group: 'Groups', items: of('group') },
    ].filter(({ items }) => items.length > 0);
  }, [ends, other, connected]);

  const renderOption: SelectProps['renderOption'] = ({ option }) => {
    const end = ends.get(option.value);
    const impossible = end === undefined || other === undefined ? null : whyImpossible(other, end, connected);
    return (
      <div className={classes.option}>
        <span>{end?.name}</span>
        {impossible !== null && (
          <span className={classes.reason}>
            {impossible.instead === null ? impossible.reason : 'Lets its members reach each other.'}
          </span>
        )}
      </div>
    );
  };
  return (
    <Select
      ref={ref}
      label={label}
      placeholder="Role or group"
      data={data}
      value={value}
      onChange={onChange}
      renderOption={renderOption}
      searchable
      openOnFocus={false}
      clearable
      clearButtonProps={{ 'aria-label': `Clear ${label}` }}
      limit={OPTIONS}
      comboboxProps={{ withinPortal: false }}
      withScrollArea={false}
      nothingFoundMessage="No role or group has that in its name."
      classNames={{ options: classes.choices, option: classes.choice }}
    />
  );
}
