/**
 * What the soak's own process and its programs on the hosts tell each other, one JSON object a line.
 */

export interface Member {
  readonly name: string;
  readonly ipv4: string;
  readonly ipv6: string;
}

/** To a program. */
export type Order =
  | {
      readonly do: 'begin';
      readonly members: readonly Member[];
      /** With whom this one begins conversations. */
      readonly talkTo: readonly string[];
      /** Whom policy never lets it reach, nor them it. */
      readonly neverReach: readonly string[];
    }
  /** Since this moment, milliseconds of the Unix epoch, policy denies these (or allows them again). */
  | { readonly do: 'deny' | 'allow'; readonly names: readonly string[]; readonly since: number }
  | { readonly do: 'pause' | 'resume' };

/** What was counted since the last time. */
export interface Counts {
  /** Bytes compared with what they had to be, both ways. */
  readonly bytes: number;
  readonly transfers: number;
  readonly requests: number;
  readonly datagrams: number;
  /** Datagrams whose answer never came. */
  readonly lostDatagrams: number;
  /** Tries to reach somebody whom policy denies. */
  readonly probes: number;
}

/** From a program; times are milliseconds of the Unix epoch. */
export type Word =
  | { readonly event: 'hello'; readonly name: string }
  /** `alive`: when each conversation last had answers of every kind. */
  | { readonly event: 'counts'; readonly counts: Counts; readonly alive: Readonly<Record<string, number>> }
  /** Bytes that are not those that were sent, or a datagram that came twice. */
  | { readonly event: 'wrong'; readonly peer: string; readonly what: string }
  /** Something came through that policy denies, since that moment; 0 for always. */
  | {
      readonly event: 'leak';
      readonly peer: string;
      readonly what: string;
      readonly since: number;
      readonly at: number;
    }
  /** Datagrams went unanswered from the one moment to the other. */
  | { readonly event: 'gap'; readonly peer: string; readonly from: number; readonly to: number }
  /** Something did not work. `from`: when it last did, or was begun. */
  | {
      readonly event: 'trouble';
      readonly kind: 'broken' | 'stalled' | 'failed';
      readonly peer: string;
      readonly from: number;
      readonly to: number;
      readonly cause: string;
    };
