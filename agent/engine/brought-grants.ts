/**
 * Whether a grant that a peer brings along in its handshake counts. Its signature does not say that it was
 * revoked, and this machine may not have heard: it was not here then, or the server has begun anew and did
 * not know whom to tell. So a grant that is older than what was surely told, of a pair that the last `sync`
 * did not name, counts only if the control plane confirms it now.
 */
import { CausewayError } from '#protocol/errors.ts';
import { type GrantClaims, type GrantedMachine, otherMachine } from '#protocol/grants.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';

export interface BroughtGrantsOptions {
  readonly self: MachineId;
  /** Signature and expiry. */
  readonly verify: (grant: string) => Promise<GrantClaims>;
  /** Whether a grant for this peer is in use, which `sync` names. */
  readonly holds: (peer: MachineId) => boolean;
  /** Asks the control plane, which tells of a revocation from then on. */
  readonly isRevoked: (peer: MachineId) => Promise<boolean>;
  /** Milliseconds of the Unix epoch, server's clock. */
  readonly now: () => number;
}

export class BroughtGrants {
  readonly #options: BroughtGrantsOptions;
  /** Grants issued earlier may have been revoked without a word to this machine. */
  #toldFrom = Number.POSITIVE_INFINITY;

  constructor(options: BroughtGrantsOptions) {
    this.#options = options;
  }

  /** The machine came online, or heard of a revocation: what is granted from now on is revoked to its face. */
  toldFromNow(): void {
    this.#toldFrom = this.#options.now() + LIMITS.REVOCATION_MARGIN_MS.value;
  }

  /** @throws CausewayError GRANT_FORGED, GRANT_EXPIRED, GRANT_NOT_FOR_US, POLICY_DENIED, or why the control plane can not be asked */
  async verify(grant: string): Promise<GrantClaims> {
    const claims = await this.#options.verify(grant);
    const peer = otherMachine(claims, this.#options.self);
    if (!(await this.#counts(peer, claims))) {
      throw new CausewayError('POLICY_DENIED', {
        reason: `The policy no longer lets ${peer.name} reach this machine.`,
      });
    }
    return claims;
  }

  async #counts({ id }: GrantedMachine, claims: GrantClaims): Promise<boolean> {
    const surelyTold = claims.iat * 1_000 >= this.#toldFrom;
    return surelyTold || this.#options.holds(id) || !(await this.#options.isRevoked(id));
  }
}
