/**
 * Everything that the window says, in every language. A sentence with something in it is a function, so
 * that each language puts it where it belongs. Refusals come from the agent in the catalogue's own words.
 */
import type { PeerService } from '#electron/ipc/schema.ts';
import type { PartName } from '#protocol/status.ts';

export interface Words {
  readonly activation: {
    readonly title: string;
    readonly activated: string;
    readonly notActivated: string;
    readonly lost: string;
    /** "in contoso, as a member of staff" */
    where(subscription: string, memberOf: string | null): string;
    readonly unassigned: string;
    readonly needsToken: string;
  };
  readonly connectivity: {
    readonly title: string;
    readonly connected: string;
    readonly connecting: string;
    readonly broken: string;
    /** Everything but names works. */
    readonly partly: string;
    /** "The relay does not answer." */
    isBroken(part: string): string;
    trying(part: string): string;
    readonly off: string;
    readonly offWhy: string;
    readonly away: string;
    readonly awayWhy: string;
    readonly starting: string;
    readonly notYet: string;
    relayAnswers(roundTrip: string | null): string;
  };
  /** "confirmed 3 seconds ago" */
  confirmed(age: string): string;
  /** "since 14:05 (3 minutes ago)" */
  since(time: string, age: string): string;
  readonly neverConfirmed: string;
  readonly chain: {
    readonly title: string;
    /** While nothing is broken, and not all is proven. */
    readonly connecting: string;
    readonly lookingAllTheTime: string;
    readonly parts: Readonly<Record<PartName | 'agent', string>>;
    readonly ok: string;
    readonly failed: string;
    readonly pending: string;
    readonly waits: string;
  };
  readonly actions: {
    readonly refresh: string;
    readonly refreshing: string;
    readonly connect: string;
    readonly disconnect: string;
    readonly tryAgain: string;
    readonly diagnose: string;
    readonly activate: string;
    readonly back: string;
    readonly copied: string;
    copy(what: string): string;
  };
  readonly policy: {
    readonly title: string;
    read(age: string): string;
    readonly neverRead: string;
    readonly unchanged: string;
    gained(names: string, count: number): string;
    lost(names: string, count: number): string;
    /** As one of a list of names: "12 more". */
    moreNames(count: number): string;
    asking(seconds: number): string;
  };
  readonly peers: {
    readonly title: string;
    readonly search: string;
    readonly none: string;
    readonly noneWhy: string;
    noMatch(search: string): string;
    readonly states: {
      readonly idle: string;
      readonly connecting: string;
      readonly connected: string;
      readonly unreachable: string;
      readonly denied: string;
      readonly offline: string;
    };
    readonly roundTrip: string;
    readonly received: string;
    readonly sent: string;
    readonly clear: string;
    found(count: number): string;
    readonly ping: string;
    answersIn(roundTrip: string): string;
    openService(service: string): string;
    readonly services: Readonly<Record<PeerService, string>>;
    readonly looking: string;
    readonly nothingAnswers: string;
    addressOf(name: string): string;
    more(count: number): string;
  };
  readonly traffic: {
    readonly title: string;
    readonly received: string;
    readonly sent: string;
    /** Stands for the graph; the figures of now are beside it. */
    readonly graph: string;
  };
  readonly activate: {
    readonly title: string;
    readonly lead: string;
    readonly label: string;
    readonly placeholder: string;
    readonly drop: string;
    readonly begun: string;
    readonly noToken: string;
    readonly mistyped: string;
    readonly choose: string;
    readonly noTokenInFile: string;
    server(origin: string): string;
    readonly working: string;
    readonly offered: string;
    readonly offeredWhy: string;
    readonly decline: string;
    readonly accept: string;
  };
  readonly diagnostics: {
    readonly title: string;
    readonly lead: string;
    readonly run: string;
    readonly running: string;
    allWell(count: number): string;
    someFailed(count: number): string;
    readonly save: string;
    saved(path: string): string;
    readonly noSecrets: string;
    /** Titles of the agent's checks, by its names for them. */
    readonly checks: {
      readonly named: Readonly<Record<string, string>>;
      peer(name: string): string;
    };
    readonly well: string;
    readonly failed: string;
  };
  readonly preferences: {
    readonly title: string;
    readonly language: string;
    readonly colorScheme: string;
    readonly system: string;
    readonly light: string;
    readonly dark: string;
    readonly startAtLogin: string;
    readonly notifications: string;
    readonly notificationsWhy: string;
    readonly leaveTitle: string;
    readonly leave: string;
    readonly leaveWhy: string;
    readonly leaveSure: string;
    readonly cancel: string;
  };
  readonly about: {
    readonly title: string;
    readonly what: string;
    readonly version: string;
    readonly agent: string;
    readonly runsOn: string;
    readonly licence: string;
  };
  /** What is copied beside the name of this computer. */
  readonly thisAddress: string;
  readonly menu: string;
  readonly busy: string;
}
