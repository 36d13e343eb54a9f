/** Ends the session, and forgets all that was shown in it. */
import { api } from '../api/client.ts';

/** Rejects with the server's refusal; then one is still signed in. */
export async function signOut(): Promise<void> {
  await api.delete('/session');
  // A page anew and no step of the router's: nothing that was read stays in memory for whoever comes next.
  location.assign('/sign-in');
}
