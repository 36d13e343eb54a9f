/**
 * Bugs to be planted, one at a time, into the product's sources as they are loaded: what the simulation must
 * find. Each is one or more exact snippets and what takes their place; planting fails when a snippet is not
 * there exactly once, so a bug can not rot unseen.
 */

interface Patch {
  /** From the root of the sources. */
  readonly file: string;
  readonly snippet: string;
  readonly instead: string;
}

export interface PlantedBug {
  /** What is wrong with it, for people. */
  readonly what: string;
  readonly patches: readonly Patch[];
  /** How the simulation says so. */
  readonly found: RegExp;
  /** A seed from which on it is soon found; 1 by default. */
  readonly from?: number;
}

export const PLANTED_BUGS: Readonly<Record<string, PlantedBug>> = {
  'replay-window': {
    what: 'The replay window forgets the word that it stands in when it moves on: off by one.',
    patches: [
      {
        file: 'agent/tunnel/replay.ts',
        snippet: 'for (let step = 1; step <= steps; step++)',
        instead: 'for (let step = 0; step <= steps; step++)',
      },
    ],
    found: /delivered a second time/,
  },
  'grant-expiry': {
    what: 'A grant never ends.',
    patches: [
      {
        file: 'protocol/signed-statement.ts',
        snippet: 'currentDate: new Date(now),',
        instead: 'currentDate: new Date(0),',
      },
      { file: 'agent/tunnel/held-grant.ts', snippet: 'return now < this.expiresAt;', instead: 'return true;' },
      {
        file: 'agent/tunnel/session.ts',
        snippet: 'Math.min(options.now + LIMITS.REJECT_AFTER_MS.value, options.grant.expiresAt)',
        instead: 'options.now + LIMITS.REJECT_AFTER_MS.value',
      },
    ],
    found: /it came by an expired grant/,
    from: 36,
  },
  'grant-signature': {
    what: 'Nobody looks at the signature of a grant.',
    patches: [
      {
        file: 'protocol/signed-statement.ts',
        snippet: 'const { payload } = await jwtVerify(statement, key, {',
        instead:
          'const [, body = ""] = statement.split("."); if (body !== "") return JSON.parse(atob(body.replace(/-/g, "+").replace(/_/g, "/"))); const { payload } = await jwtVerify(statement, key, {',
      },
    ],
    found: /it came by an? (?:forged|expired) grant/,
    from: 22,
  },
  'source-address': {
    what: 'A packet may claim to come from anybody.',
    patches: [
      {
        file: 'agent/tunnel/held-grant.ts',
        snippet: "if (source === undefined || !this.#peerAddresses.has(source)) return 'source-spoofed';",
        instead: '',
      },
    ],
    found: /its source is another machine/,
    from: 25,
  },
  'unbounded-queue': {
    what: 'What waits at the relay is bounded by nothing.',
    patches: [
      {
        file: 'relay-server/relay/queue.ts',
        snippet:
          "while (this.#cost > LIMITS.RELAY_QUEUE_MAX_BYTES.value) this.#dropOldest(this.#heaviest(), 'queue-full');",
        instead: '',
      },
    ],
    found: /the relay holds \d+ bytes/,
    from: 100,
  },
  'full-socket': {
    what: 'An agent goes on sending into a socket that takes no more.',
    patches: [
      {
        file: 'agent/relay/client.ts',
        snippet: 'if (socket.bufferedBytes <= LIMITS.AGENT_SOCKET_HIGH_WATER_BYTES.value) return true;',
        instead: 'if (socket.bufferedBytes >= 0) return true;',
      },
      {
        file: 'agent/relay/client.ts',
        snippet: 'if (socket.bufferedBytes >= LIMITS.AGENT_SOCKET_MAX_BYTES.value) return false;',
        instead: '',
      },
    ],
    found: /the socket of m\d holds \d+ bytes/,
    from: 9,
  },
  'revocation-not-told': {
    what: 'Machines whose peers are revoked are not told.',
    patches: [
      {
        file: 'relay-server/control/notices.ts',
        snippet:
          "this.#tell(machine, { type: 'event', event: 'revoked', peers: list.slice(at, at + PEERS_PER_EVENT), reason });",
        instead: '',
      },
    ],
    found: /after the policy denied it/,
  },
  'revocation-missed': {
    what: 'Who comes back does not hear what was revoked meanwhile.',
    patches: [
      {
        file: 'agent/control/client.ts',
        snippet:
          "if (revoked.length > 0) handlers.onRevoked(revoked, 'The policy changed while this machine was away.');",
        instead: '',
      },
    ],
    found: /after the policy denied it/,
    from: 29,
  },
  'stale-grant': {
    what: 'A grant that was revoked before this agent started is good enough.',
    patches: [
      {
        file: 'agent/engine/brought-grants.ts',
        snippet: 'return surelyTold || this.#options.holds(id) || !(await this.#options.isRevoked(id));',
        instead: 'return surelyTold || id !== undefined;',
      },
    ],
    found: /after the policy denied it/,
    from: 34,
  },
  'denied-all-the-same': {
    what: 'The control plane hands out grants for pairs that policy denies.',
    patches: [
      {
        file: 'relay-server/control/peers.ts',
        snippet: "if (!verdict.allowed) throw new CausewayError('POLICY_DENIED', { reason: verdict.reason });",
        instead: '',
      },
    ],
    found: /after the policy denied it/,
  },
  'nonce-reuse': {
    what: 'Every message of a session is sealed with the same nonce.',
    patches: [
      {
        file: 'agent/tunnel/session.ts',
        snippet: 'const counter = this.#sent++;',
        instead: 'const counter = Math.min(this.#sent++, 20);',
      },
    ],
    found: /used a nonce twice/,
  },
  plaintext: {
    what: 'One message in many goes out as it is.',
    patches: [
      {
        file: 'agent/tunnel/session.ts',
        snippet: 'this.#keys.send.seal(counter, first, second, frame, FRAME_HEADER_BYTES + DATA_HEADER_BYTES);',
        instead:
          'this.#keys.send.seal(counter, first, second, frame, FRAME_HEADER_BYTES + DATA_HEADER_BYTES); if (counter === 30) frame.set(first, FRAME_HEADER_BYTES + DATA_HEADER_BYTES);',
      },
    ],
    found: /the relay sees plaintext/,
  },
  'acknowledged-before-stored': {
    what: 'An administrator is told that a change is done before the database has it.',
    patches: [
      {
        file: 'relay-server/control/changes/apply.ts',
        snippet: 'const policyVersion = await context.store.applyChanges(home.id, operations, audits);',
        instead:
          'const policyVersion = home.record.policyVersion + 1; void context.store.applyChanges(home.id, operations, audits);',
      },
    ],
    found: /an acknowledged change is lost/,
    from: 12,
  },
  'backing-unchecked': {
    what: 'An agent of a locked subscription takes any grant that the server has signed.',
    patches: [
      {
        file: 'agent/engine/trust.ts',
        snippet: 'await this.#lock.requireBacked(claims);',
        instead: '',
      },
    ],
    found: /no lock key has signed/,
    from: 2,
  },
  'backing-of-others': {
    what: 'An agent of a locked subscription does not look at which machine a certificate is of.',
    patches: [
      {
        file: 'protocol/lock/certificate.ts',
        snippet: 'if (!counts || !same) throw',
        instead: 'if (!counts) throw',
      },
    ],
    found: /no lock key has signed/,
    from: 2,
  },
  'never-again': {
    what: 'An agent whose connection ended does not try again.',
    patches: [
      {
        file: 'agent/connection/kept-connection.ts',
        snippet: 'this.#retry = setTimeout(() => this.connectNow(), final ? REFUSED_RETRY_MS : this.#backoff.next());',
        instead: '',
      },
    ],
    found: /not converged/,
  },
  'forgotten-handshake': {
    what: 'A session that the other side has lost is never made anew.',
    patches: [
      {
        file: 'agent/tunnel/tunnel.ts',
        snippet:
          "if (peer?.slots.current?.remoteIndex !== readIndex(message, INDEX_AT)) return 'unknown-session';\n    this.#handshakes.want(peer, now);",
        instead: "if (peer?.slots.current?.remoteIndex !== readIndex(message, INDEX_AT)) return 'unknown-session';",
      },
      {
        file: 'agent/tunnel/tunnel.ts',
        snippet: 'peer.awaitsAnswerSince = undefined;\n      this.#handshakes.want(peer, now);',
        instead: 'peer.awaitsAnswerSince = undefined;',
      },
    ],
    found: /not converged/,
    from: 21,
  },
};
