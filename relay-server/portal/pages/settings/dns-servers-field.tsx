/** Chooses the DNS servers of a suffix, in the order in which they are asked, out of the machines of the network. */
import { ActionIcon, Input, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useId, useRef } from 'react';
import { MachinePicker, pickedMachineQuery } from '../../components/machine-picker.tsx';
import { notifyRefusal } from '../../components/notify.tsx';
import { SERVERS_MAX } from './dns-suffix.ts';
import classes from './settings.module.css';

export interface DnsServersFieldProps {
  readonly subscription: string;
  /** By name, the first is asked first. */
  readonly servers: readonly string[];
  readonly error: string | undefined;
  onChange(servers: readonly string[]): void;
}

export function DnsServersField({ subscription, servers, error, onChange }: DnsServersFieldProps) {
  const queryClient = useQueryClient();
  const id = useId();
  const list = useRef<HTMLFieldSetElement>(null);
  const add = async (machine: string | undefined) => {
    if (machine === undefined) return;
    try {
      const { name } = await queryClient.ensureQueryData(pickedMachineQuery(subscription, machine));
      if (!servers.includes(name)) onChange([...servers, name]);
    } catch (refusal) {
      notifyRefusal(refusal);
    }
  };
  const remove = (name: string) => {
    onChange(servers.filter((server) => server !== name));
    // The button that was pressed is gone.
    list.current?.focus();
  };
  return (
    <fieldset className={classes.servers} ref={list} tabIndex={-1} aria-describedby={`${id}-hint ${id}-error`}>
      <legend className={classes.legend}>DNS servers</legend>
      <Text size="xs" c="dimmed" id={`${id}-hint`}>
        Computers with the agent that answer for the domain, such as its domain controllers. The first is asked first.
      </Text>
      {servers.length > 0 && (
        <ol className={classes.chosen}>
          {servers.map((server) => (
            <li key={server}>
              <span>{server}</span>
              <ActionIcon size="sm" aria-label={`Take out ${server}`} onClick={() => remove(server)}>
                <X size={14} aria-hidden />
              </ActionIcon>
            </li>
          ))}
        </ol>
      )}
      {servers.length < SERVERS_MAX && (
        <MachinePicker
          // Empty again after each that was taken.
          key={servers.length}
          subscription={subscription}
          label={servers.length === 0 ? 'Computer' : 'One more, in case it does not answer'}
          value={undefined}
          onChange={(machine) => void add(machine)}
        />
      )}
      <div id={`${id}-error`} role="status">
        {error !== undefined && <Input.Error>{error}</Input.Error>}
      </div>
    </fieldset>
  );
}
