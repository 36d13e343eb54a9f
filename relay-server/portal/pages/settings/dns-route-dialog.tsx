/** Sets up an on-premises DNS suffix, or changes one: the domain, who answers for it, and who asks. */
import { Modal, Radio, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { DnsRoute } from '../../api/shapes.ts';
import { FormButtons } from '../../components/form-buttons.tsx';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { useProposal } from '../../policy/proposal.tsx';
import { changeOfRoute } from './dns-routes.ts';
import { DnsServersField } from './dns-servers-field.tsx';
import { asSuffix, isHopeless, suffixProblem } from './dns-suffix.ts';

const ASKERS = {
  'role-instances': {
    name: 'Role instances',
    which:
      'Those whose role is connected to the group of a server. Computers of an office mostly know its names already.',
  },
  all: { name: 'All machines', which: 'Computers too: everybody whom the policy lets reach a server.' },
} as const;
type Askers = keyof typeof ASKERS;

export interface DnsRouteDialogProps {
  readonly subscription: string;
  /** Undefined: a new one. */
  readonly route: DnsRoute | undefined;
  /** Suffixes that there are already. */
  readonly others: readonly string[];
  readonly opened: boolean;
  onClose(): void;
}

export function DnsRouteDialog(props: DnsRouteDialogProps) {
  const { route, opened, onClose } = props;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={route === undefined ? 'New on-premises DNS suffix' : `Edit ${route.suffix}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <RouteForm {...props} />
    </Modal>
  );
}

function RouteForm({ subscription, route, others, onClose }: DnsRouteDialogProps) {
  const propose = useProposal();
  const [typed, setTyped] = useState<string>(route?.suffix ?? '');
  const [servers, setServers] = useState<readonly string[]>(route?.servers ?? []);
  const [machines, setMachines] = useState<Askers>(route?.machines ?? 'role-instances');
  const [tried, setTried] = useState(false);
  const suffix = asSuffix(typed);
  const problem = suffixProblem(suffix, others);
  const nobody = servers.length === 0 ? 'Choose at least one computer.' : undefined;

  const prepare = useMutation({
    mutationFn: () =>
      changeOfRoute(subscription, route, { suffix, servers: [...servers] as DnsRoute['servers'], machines }),
    onSuccess: (change) => {
      onClose();
      propose({
        subscription,
        title: route === undefined ? `Set up ${suffix}?` : `Change ${route.suffix}?`,
        confirmLabel: route === undefined ? 'Set up' : 'Change',
        changes: [change],
        done: `Names under ${suffix} are asked of ${servers.join(', ')}.`,
      });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (problem === undefined && nobody === undefined) prepare.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          label="Domain"
          description="Whatever ends with it is asked of your DNS servers, also names for addresses: 10.in-addr.arpa."
          placeholder="corp.example"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          error={tried || isHopeless(suffix, others) ? problem : undefined}
          data-autofocus
        />
        <DnsServersField
          subscription={subscription}
          servers={servers}
          error={tried ? nobody : undefined}
          onChange={setServers}
        />
        <Radio.Group label="Who asks them" value={machines} onChange={(value) => setMachines(value as Askers)}>
          <Stack gap="xs" mt={4}>
            {Object.entries(ASKERS).map(([value, { name, which }]) => (
              <Radio key={value} value={value} label={name} description={which} />
            ))}
          </Stack>
        </Radio.Group>
        <RefusalAlert error={prepare.error} />
        <FormButtons busy={prepare.isPending} onCancel={onClose}>
          {route === undefined ? 'Set up…' : 'Change…'}
        </FormButtons>
      </Stack>
    </form>
  );
}
