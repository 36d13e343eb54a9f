/** Where one can go: the places of a subscription, those of the server, and one's own account. */

import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import {
  Activity,
  Cable,
  Download,
  History,
  KeyRound,
  Laptop,
  Lock,
  type LucideIcon,
  Rocket,
  Route,
  Server,
  Settings,
  Users,
  Workflow,
} from 'lucide-react';
import { subscriptionsQuery } from '../api/queries.ts';
import { useRights } from '../api/rights.ts';
import { LinkAnchor, LinkNav } from '../components/links.tsx';
import { ColorSchemeSwitch } from './color-scheme-switch.tsx';
import { wantsGuide } from './guide-progress.ts';
import { useCurrentSubscription } from './last-subscription.ts';
import { PersonMenu } from './person-menu.tsx';
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
  ['/s/$subscription/lock', 'Lock', Lock],
  ['/s/$subscription/audit', 'Audit', History],
  ['/s/$subscription/settings', 'Settings', Settings],
] as const;

/** The first two are for owners. */
const SERVER_PLACES = [
  ['/people', 'People', Users, true],
  ['/api-keys', 'API keys', KeyRound, true],
  ['/relay', 'Relay', Activity, false],
] as const;

export function Navigation({ withWordmark = true }: { readonly withWordmark?: boolean }) {
  const subscription = useCurrentSubscription();
  const { data: subscriptions = [] } = useQuery(subscriptionsQuery);
  const { own } = useRights();
  const current = subscriptions.find(({ id, name }) => id === subscription || name === subscription);
  const { pathname } = useLocation();
  // It does not jump away in the moment when its last step is done.
  const guided = current !== undefined && (wantsGuide(current) || pathname.endsWith('/start'));
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
            {guided && (
              <li>
                <LinkNav
                  to="/s/$subscription/start"
                  params={{ subscription }}
                  className={classes.place}
                  {...look('Get started', Rocket)}
                />
              </li>
            )}
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
          {SERVER_PLACES.filter(([, , , forOwners]) => own || !forOwners).map(([to, label, icon]) => (
            <li key={to}>
              <LinkNav to={to} className={classes.place} {...look(label, icon)} />
            </li>
          ))}
        </ul>
      </div>
      {subscription !== undefined && current !== undefined && !guided && (
        <LinkAnchor to="/s/$subscription/start" params={{ subscription }} className={classes.small}>
          <Rocket size={14} aria-hidden />
          Get started
        </LinkAnchor>
      )}
      <div className={classes.foot}>
        <PersonMenu />
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
