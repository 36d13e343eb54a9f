/** Where the window's page is: under a scheme of its own, which no other program serves. Pure. */
export const SCHEME = 'causeway-window';
const ORIGIN = `${SCHEME}://app`;
export const PAGE_ADDRESS = `${ORIGIN}/index.html`;

/** Whether an address is one of the page's own files. */
export function isOfPage(address: string): boolean {
  return address.startsWith(`${ORIGIN}/`);
}
