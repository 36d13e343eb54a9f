/** What a computer is: where it belongs, how it is reached, what runs on it. */
import { useQuery } from '@tanstack/react-query';
import { subscriptionQuery } from '../../api/queries.ts';
import type { Machine } from '../../api/shapes.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import classes from './computer.module.css';
import { ActivationBadge, RelayBadge } from './computer-state.tsx';
import { Fact, Facts } from './facts.tsx';
import { MemberLink } from './member-link.tsx';

/** DNS_ROOT of protocol/names.ts. */
const DNS_ROOT = 'causeway.internal';

export interface ComputerFactsProps {
  readonly subscription: string;
  readonly machine: Machine;
}

export function ComputerFacts({ subscription, machine }: ComputerFactsProps) {
  // The address may hold the subscription's id in place of its name.
  const { data } = useQuery(subscriptionQuery(subscription));
  const { name, ipv4, ipv6, os, agentVersion, activatedAt, lastSeenAt, online, kind } = machine;
  return (
    <Panel>
      <Facts>
        <Fact name="Relay">
          <RelayBadge online={online} relay={machine.relay} />
        </Fact>
        <Fact name="Activation">
          <ActivationBadge disabled={machine.disabled} />
        </Fact>
        <Fact name={kind === 'role-instance' ? 'Role' : 'Group'}>
          <MemberLink subscription={subscription} machine={machine} />
        </Fact>
        <Fact name="Last seen">{online ? 'now' : <RelativeTime time={lastSeenAt} />}</Fact>
        <Fact name="Name for programs" wide>
          <Copyable text={`${name}.${data?.name ?? subscription}.${DNS_ROOT}`} what="name for programs" />
        </Fact>
        <Fact name="IPv4 address">
          <Copyable text={ipv4} what="IPv4 address" />
        </Fact>
        <Fact name="IPv6 address" wide>
          <Copyable text={ipv6} what="IPv6 address" />
        </Fact>
        <Fact name="Operating system" wide>
          {os}
        </Fact>
        <Fact name="Agent">{agentVersion}</Fact>
        <Fact name="Activated">
          <RelativeTime time={activatedAt} />
        </Fact>
      </Facts>
    </Panel>
  );
}

function Copyable({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <span className={classes.copyable}>
      <span className={classes.copied}>{text}</span>
      <CopyButton text={text} what={what} />
    </span>
  );
}
