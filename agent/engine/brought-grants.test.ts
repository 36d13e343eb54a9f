import { describe, expect, it } from 'vitest';
import type { GrantClaims } from '#protocol/grants.ts';
import { machineId, subscriptionId, tunnelPublicKey } from '#protocol/ids.ts';
import { label } from '#protocol/names.ts';
import { BroughtGrants } from './brought-grants.ts';

const [SELF, PEER] = ['01', '02'].map((byte) => machineId.parse(byte.repeat(16))) as [never, never];
const KEY = tunnelPublicKey.parse('A'.repeat(43));
const machine = (id: never, number: number) => ({
  id,
  key: KEY,
  name: label.parse(`m${number}`),
  ipv4: `100.64.0.${number}`,
  ipv6: `fd00::${number}`,
});

function granted(atMs: number): GrantClaims {
  const iat = Math.floor(atMs / 1_000);
  return {
    jti: 'g',
    iat,
    exp: iat + 3_600,
    subscription: subscriptionId.parse('aa'.repeat(16)),
    machines: [machine(SELF, 1), machine(PEER, 2)],
  };
}

/** At 100 s of the server's clock. */
function brought({
  issuedAt,
  holds = false,
  revoked = false,
}: {
  issuedAt: number;
  holds?: boolean;
  revoked?: boolean;
}) {
  const asked: string[] = [];
  const grants = new BroughtGrants({
    self: SELF,
    verify: async () => granted(issuedAt),
    holds: () => holds,
    isRevoked: async (peer) => {
      asked.push(peer);
      return revoked;
    },
    now: () => 100_000,
  });
  return { grants, asked };
}

describe('a grant that a peer brings', () => {
  it('is confirmed by the control plane when it is older than what this machine was told', async () => {
    const { grants, asked } = brought({ issuedAt: 90_000 });
    grants.toldFromNow();
    await expect(grants.verify('')).resolves.toMatchObject({ jti: 'g' });
    expect(asked).toEqual([PEER]);
  });

  it('is refused when it was revoked unheard', async () => {
    const { grants } = brought({ issuedAt: 90_000, revoked: true });
    grants.toldFromNow();
    await expect(grants.verify('')).rejects.toMatchObject({ code: 'POLICY_DENIED' });
  });

  it('counts at once when it was issued later, or the pair is known', async () => {
    for (const { grants, asked } of [brought({ issuedAt: 103_000 }), brought({ issuedAt: 90_000, holds: true })]) {
      grants.toldFromNow();
      await expect(grants.verify('')).resolves.toMatchObject({ jti: 'g' });
      expect(asked).toEqual([]);
    }
  });

  it('is always confirmed before this machine has been online', async () => {
    const { grants, asked } = brought({ issuedAt: 1e9 });
    await grants.verify('');
    expect(asked).toEqual([PEER]);
  });
});
