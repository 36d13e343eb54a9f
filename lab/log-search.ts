/**
 * After each scenario: reads all that its programs have printed, and looks for secrets in it. What those are
 * the lab knows from the commands that it ran and from the files on its hosts.
 */
import type { Lab } from './hosts/lab.ts';
import { secretsIn, spellingsOf } from './secret-search.ts';

/** Private keys of agents, as they keep them. */
const IDENTITIES = 'cat /var/lib/causeway*/identity.json 2>/dev/null; true';
/** Private keys of the relay server. */
const SERVER_KEYS = 'cat /var/lib/causeway-relay/*.pem 2>/dev/null; true';

/**
 * @returns what was searched, in words
 * @throws Error with the programs and what they have printed
 */
export async function searchLogs(lab: Lab): Promise<string> {
  const known = new Set<string>();
  for (const host of lab.hosts) {
    const identities = (await host.run(['sh', '-c', IDENTITIES])).stdout;
    for (const [, key = ''] of identities.matchAll(/"d":"([\w-]{43})"/g)) known.add(key);
    const pem = (await host.run(['sh', '-c', SERVER_KEYS])).stdout;
    for (const [, body = ''] of pem.matchAll(/PRIVATE KEY-----\n([\w+/=\n]+)-----END/g))
      known.add(body.split('\n')[0] ?? '');
    for (const token of host.tokens) known.add(token);
  }
  const spellings = [...known].filter((secret) => secret !== '').flatMap(spellingsOf);
  const programs = lab.hosts.flatMap((host) => host.programs);
  const found = programs.flatMap((program) =>
    secretsIn(program.output, spellings).map((finding) => `${program.label} printed ${finding}`),
  );
  if (found.length > 0) throw new Error(found.join('\n'));
  return `${programs.length} logs, ${known.size} tokens and keys`;
}
