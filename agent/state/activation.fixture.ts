/** For tests: the state of an agent that was activated long ago, at a server that is not there. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** @param directory the agent's state, which is not there yet */
export async function writeActivation(directory: string, wanted: 'up' | 'down'): Promise<void> {
  const { x } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  await mkdir(directory, { mode: 0o700 });
  const self = {
    id: '1'.repeat(32),
    kind: 'local-endpoint',
    name: 'sql01',
    subscription: { id: '2'.repeat(32), name: 'contoso' },
    ipv4: '100.64.1.2',
    ipv6: 'fd00::2',
    memberOf: null,
    relays: [],
    policyVersion: 1,
  };
  const server = { server: 'https://127.0.0.1:1', pin: 'A'.repeat(43), grantKey: x };
  const activation = { version: 1, ...server, self, wanted };
  await writeFile(join(directory, 'activation.json'), JSON.stringify(activation), { mode: 0o600 });
}
