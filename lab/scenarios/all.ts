/** Every scenario, in the order in which the lab lists and runs them. */
import { agentCrash } from './agent-crash.ts';
import { archive } from './archive.ts';
import { deb } from './deb.ts';
import { desktop } from './desktop.ts';
import { desktopDouble } from './desktop-double.ts';
import { desktopGuard } from './desktop-guard.ts';
import { desktopHost } from './desktop-host.ts';
import { dmg } from './dmg.ts';
import { dns } from './dns.ts';
import { domainJoin } from './domain-join.ts';
import { faultsCrowd } from './faults-crowd.ts';
import { faultsNetwork } from './faults-network.ts';
import { faultsProcesses } from './faults-processes.ts';
import { faultsStorage } from './faults-storage.ts';
import { hosts } from './hosts.ts';
import { idle } from './idle.ts';
import { install } from './install.ts';
import { lock } from './lock.ts';
import { msi } from './msi.ts';
import { names } from './names.ts';
import { networkChange } from './network-change.ts';
import { networks } from './networks.ts';
import { policy } from './policy.ts';
import { portal, portalKeyboard } from './portal.ts';
import { portalGuard } from './portal-guard.ts';
import { proxies } from './proxies.ts';
import { relayCrash } from './relay-crash.ts';
import { remoteAdmin } from './remote-admin.ts';
import { remoteDesktop } from './remote-desktop.ts';
import { roleImage } from './role-image.ts';
import { scale } from './scale.ts';
import { soak } from './soak.ts';
import { sql } from './sql.ts';
import { sqlUnchanged } from './sql-unchanged.ts';
import type { Scenario } from './story.ts';
import { untouched } from './untouched.ts';
import { userspace } from './userspace.ts';
import { windows } from './windows.ts';
import { windowsSuites } from './windows-suites.ts';

export const SCENARIOS: readonly Scenario[] = [
  hosts,
  policy,
  sql,
  sqlUnchanged,
  remoteAdmin,
  remoteDesktop,
  relayCrash,
  agentCrash,
  networkChange,
  networks,
  proxies,
  faultsProcesses,
  faultsStorage,
  faultsNetwork,
  faultsCrowd,
  userspace,
  untouched,
  dns,
  names,
  install,
  archive,
  deb,
  msi,
  dmg,
  domainJoin,
  scale,
  roleImage,
  lock,
  portalGuard,
  portal,
  portalKeyboard,
  desktop,
  desktopDouble,
  desktopGuard,
  desktopHost,
  windows,
  windowsSuites,
  idle,
  soak,
];
