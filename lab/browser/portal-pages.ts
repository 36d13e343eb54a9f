/**
 * Where the portal's pages are, and the screens on which they have to be good.
 */
const SUBSCRIPTION_PAGES = ['computers', 'groups', 'roles', 'policy', 'reach', 'install', 'lock', 'audit', 'settings'];
const SERVER_PAGES = ['people', 'api-keys', 'relay', 'account', 'sign-in', 'welcome', 'install/none', 'nowhere'];

export const SCREENS = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;

/** All but those of one thing. @param subscription by its name; without one, only the server's own */
export function portalAddresses(subscription: string | undefined): string[] {
  const inside = subscription === undefined ? [] : SUBSCRIPTION_PAGES.map((page) => `/s/${subscription}/${page}`);
  return [...inside, ...SERVER_PAGES.map((page) => `/${page}`)];
}
