/** Where one can go: the places of a subscription, those of the server, and one's own account. */
import {
  Activity,
  Cable,
  CircleUser,
  Download,
  History,
  KeyRound,
  Laptop,
  type LucideIcon,
  Route,
  Server,
  Users,
  Workflow,
} from 'lucide-react';
import { LinkNav } from '../components/links.tsx';
import { ColorSchemeSwitch } from './color-scheme-switch.tsx';
import { useCurrentSubscription } from './last-subscription.ts';
import classes from './shell.module.css';
import { SubscriptionSwitcher } from './subscription-switcher.tsx';
import { Wordmark } from './wordmark.tsx';

const SUBSCRIPTION_PLACES = [
  ['/s/$subscription/computers', 'Computers', Laptop],
  ['/s/$subscription/groups', 'Groups', Workflow],
  ['/s/$subscription/roles', 'Roles', Server],
  ['/s/$subscription/policy', 'Policy', Cable],
  ['/s/$subscription/reach', 'Can A reach B?', Route],
  ['/s/$subscription/install', 'Install', Download],
  ['/s/$subscription/audit', 'Audit', History],
] as const;

const SERVER_PLACES = [
  ['/people', 'People', Users],
  ['/api-keys', 'API keys', KeyRound],
  ['/relay', 'Relay', Activity],
] as const;

export function Navigation({ withWordmark = true }: { readonly withWordmark?: boolean }) {
  const subscription = useCurrentSubscription();
  return (
    <nav className={classes.navigation} aria-label="Portal">
      {withWordmark && (
        <div>
          <Wordmark />
        </div>
      )}
      <SubscriptionSwitcher current={subscription} />
      <div className={classes.places}>
        {subscription !== undefined && (
          <ul className={classes.list} aria-label={`Subscription ${subscription}`}>
            {SUBSCRIPTION_PLACES.map(([to, label, icon]) => (
              <li key={to}>
                <LinkNav to={to} params={{ subscription }} className={classes.place} {...look(label, icon)} />
              </li>
            ))}
          </ul>
        )}
        <p className={classes.heading} id="server-places">
          This server
        </p>
        <ul className={classes.list} aria-labelledby="server-places">
          {SERVER_PLACES.map(([to, label, icon]) => (
            <li key={to}>
              <LinkNav to={to} className={classes.place} {...look(label, icon)} />
            </li>
          ))}
        </ul>
      </div>
      <div className={classes.foot}>
        <LinkNav to="/account" className={classes.place} {...look('Account', CircleUser)} />
        <ColorSchemeSwitch />
      </div>
    </nav>
  );
}

/** `data-active` is what Mantine's own styles go by; `aria-current` comes from the router. */
function look(label: string, Icon: LucideIcon) {
  return {
    label,
    leftSection: <Icon size={18} strokeWidth={1.75} aria-hidden />,
    activeProps: { 'data-active': true },
  };
}
