/**
 * Every address of the portal and the page that it shows. A page is loaded when somebody goes there.
 * What is below /s/$subscription and the pages of the server stand in the shell; signing in, the first
 * run and the public install page do not.
 */
import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { accountQuery, subscriptionsQuery } from './api/queries.ts';
import { auditSearchOf } from './pages/audit/audit-search.ts';
import { validComputerFilters, validComputerTab } from './pages/computers/computer-filters.ts';
import { machinePagesQuery } from './pages/computers/machine-queries.ts';
import { localAddress } from './shell/local-address.ts';
import { Shell } from './shell/shell.tsx';
import { SubscriptionPlace } from './shell/subscription-place.tsx';

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: Outlet });

const start = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/start/start-page.tsx'), 'StartPage'),
});
const welcome = createRoute({
  getParentRoute: () => root,
  path: '/welcome',
  component: lazyRouteComponent(() => import('./pages/welcome/welcome-page.tsx'), 'WelcomePage'),
});
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: signInSearch,
  component: lazyRouteComponent(() => import('./pages/sign-in/sign-in-page.tsx'), 'SignInPage'),
});
const publicInstall = createRoute({
  getParentRoute: () => root,
  path: '/install/$link',
  component: lazyRouteComponent(() => import('./pages/install/public-install-page.tsx'), 'PublicInstallPage'),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: Shell,
  /** Asked for while the page's code is on its way. */
  loader: ({ context: { queryClient }, cause }) => {
    if (cause === 'stay') return;
    void queryClient.prefetchQuery(accountQuery);
    void queryClient.prefetchQuery(subscriptionsQuery);
  },
});

const people = createRoute({
  getParentRoute: () => shell,
  path: '/people',
  component: lazyRouteComponent(() => import('./pages/people/people-page.tsx'), 'PeoplePage'),
});
const apiKeys = createRoute({
  getParentRoute: () => shell,
  path: '/api-keys',
  component: lazyRouteComponent(() => import('./pages/api-keys/api-keys-page.tsx'), 'ApiKeysPage'),
});
const newSubscription = createRoute({
  getParentRoute: () => shell,
  path: '/subscriptions/new',
  component: lazyRouteComponent(() => import('./pages/welcome/new-subscription-page.tsx'), 'NewSubscriptionPage'),
});
const relay = createRoute({
  getParentRoute: () => shell,
  path: '/relay',
  component: lazyRouteComponent(() => import('./pages/relay/relay-page.tsx'), 'RelayPage'),
});
const account = createRoute({
  getParentRoute: () => shell,
  path: '/account',
  component: lazyRouteComponent(() => import('./pages/account/account-page.tsx'), 'AccountPage'),
});

const subscription = createRoute({
  getParentRoute: () => shell,
  path: '/s/$subscription',
  component: SubscriptionPlace,
});

const guide = createRoute({
  getParentRoute: () => subscription,
  path: '/start',
  component: lazyRouteComponent(() => import('./pages/start/guide-page.tsx'), 'GuidePage'),
});
const computers = createRoute({
  getParentRoute: () => subscription,
  path: '/computers',
  validateSearch: validComputerFilters,
  /** As above, for the page with the most to ask for. Later changes of the filters are the page's. */
  loader: ({ context: { queryClient }, params: { subscription }, location, cause }) => {
    if (cause === 'stay') return;
    const filters = validComputerFilters(location.search);
    void queryClient.prefetchInfiniteQuery(machinePagesQuery(subscription, filters));
  },
  component: lazyRouteComponent(() => import('./pages/computers/computers-page.tsx'), 'ComputersPage'),
});
const computer = createRoute({
  getParentRoute: () => subscription,
  path: '/computers/$computer',
  validateSearch: validComputerTab,
  component: lazyRouteComponent(() => import('./pages/computers/computer-page.tsx'), 'ComputerPage'),
});
const groups = createRoute({
  getParentRoute: () => subscription,
  path: '/groups',
  /** All groups, or the computers beside them that are moved: of one group, or (`none`) in none. */
  validateSearch: ({ view, from }: Record<string, unknown>): { view?: 'arrange'; from?: string } =>
    view === 'arrange' ? { view, ...(typeof from === 'string' ? { from } : {}) } : {},
  component: lazyRouteComponent(() => import('./pages/groups/groups-page.tsx'), 'GroupsPage'),
});
const group = createRoute({
  getParentRoute: () => subscription,
  path: '/groups/$group',
  component: lazyRouteComponent(() => import('./pages/groups/group-page.tsx'), 'GroupPage'),
});
const roles = createRoute({
  getParentRoute: () => subscription,
  path: '/roles',
  component: lazyRouteComponent(() => import('./pages/roles/roles-page.tsx'), 'RolesPage'),
});
const role = createRoute({
  getParentRoute: () => subscription,
  path: '/roles/$role',
  component: lazyRouteComponent(() => import('./pages/roles/role-page.tsx'), 'RolePage'),
});
const policy = createRoute({
  getParentRoute: () => subscription,
  path: '/policy',
  validateSearch: ({ view, find, focus }: Record<string, unknown>): PolicySearch => ({
    ...(view === 'picture' || view === 'table' ? { view } : {}),
    ...text({ find, focus }),
  }),
  component: lazyRouteComponent(() => import('./pages/policy/policy-page.tsx'), 'PolicyPage'),
});
const reach = createRoute({
  getParentRoute: () => subscription,
  path: '/reach',
  validateSearch: ({ from, to }: Record<string, unknown>): { from?: string; to?: string } => text({ from, to }),
  component: lazyRouteComponent(() => import('./pages/reach/reach-page.tsx'), 'ReachPage'),
});
const install = createRoute({
  getParentRoute: () => subscription,
  path: '/install',
  validateSearch: ({ tab }: Record<string, unknown>): { tab?: 'tokens' } => (tab === 'tokens' ? { tab } : {}),
  component: lazyRouteComponent(() => import('./pages/install/install-page.tsx'), 'InstallPage'),
});
const lock = createRoute({
  getParentRoute: () => subscription,
  path: '/lock',
  component: lazyRouteComponent(() => import('./pages/lock/lock-page.tsx'), 'LockPage'),
});
const audit = createRoute({
  getParentRoute: () => subscription,
  path: '/audit',
  validateSearch: auditSearchOf,
  component: lazyRouteComponent(() => import('./pages/audit/audit-page.tsx'), 'AuditPage'),
});
const settings = createRoute({
  getParentRoute: () => subscription,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings/settings-page.tsx'), 'SettingsPage'),
});

export const routeTree = root.addChildren([
  start,
  welcome,
  signIn,
  publicInstall,
  shell.addChildren([
    people,
    apiKeys,
    newSubscription,
    relay,
    account,
    subscription.addChildren([
      guide,
      computers,
      computer,
      groups,
      group,
      roles,
      role,
      policy,
      reach,
      install,
      lock,
      audit,
      settings,
    ]),
  ]),
]);

interface PolicySearch {
  view?: 'picture' | 'table';
  /** Parts of names to look for. */
  find?: string;
  /** Id of the one group or role to show with its neighbours. */
  focus?: string;
}

/** What of it is text; the router reads `?from=2024` as a number. */
function text<Name extends string>(values: Record<Name, unknown>): Partial<Record<Name, string>> {
  const texts: Partial<Record<Name, string>> = {};
  for (const name of Object.keys(values) as Name[]) {
    const value = values[name];
    if ((typeof value === 'string' && value !== '') || typeof value === 'number') texts[name] = String(value);
  }
  return texts;
}

/**
 * `to`: where to go afterwards, an address of this portal and nothing that could lead elsewhere.
 * `problem`: the code of what went wrong at the identity provider.
 */
function signInSearch({ to, problem }: Record<string, unknown>): { to?: string; problem?: string } {
  const address = localAddress(to);
  return {
    ...(address !== undefined && { to: address }),
    ...(typeof problem === 'string' && { problem }),
  };
}
