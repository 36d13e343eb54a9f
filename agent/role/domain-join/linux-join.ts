/**
 * Joins a Linux machine to its domain, and keeps it there: finds a domain controller, writes what the machine's
 * programs must know, makes or takes over the computer account, starts winbindd, publishes the overlay
 * addresses in the domain's DNS, and makes the administrators. What fails leaves the machine's files as they were.
 */
import { mkdir } from 'node:fs/promises';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { ensurePrivateDirectory } from '#runtime/durable-file.ts';
import type { DomainSettings } from '../settings/role-settings.ts';
import { removeAdministrators, setAdministrators } from './administrators.ts';
import { type DomainController, findController } from './domain-controller.ts';
import type { DomainMachine, DomainMembership, JoinOptions } from './domain-join.ts';
import { NET, PASSWORD_ON_STDIN, type RunTool, runTool, VISUDO } from './domain-tools.ts';
import { computerName, ouPath, passwordLine, qualifiedAccount } from './join-settings.ts';
import { KeptFiles } from './kept-files.ts';
import { netRefusal } from './net-verdict.ts';
import { knowsRealm, krb5Conf, smbConf, withWinbind } from './samba-texts.ts';
import { startWinbind } from './winbind.ts';

const SMB_CONF = '/etc/samba/smb.conf';
const KRB5_CONF = '/etc/krb5.conf';
const NSSWITCH_CONF = '/etc/nsswitch.conf';
const KEYTAB = '/etc/krb5.keytab';
/** Where Samba keeps the computer's password; Debian's package makes it, small images leave it out. */
const SECRETS_DIRECTORY = '/var/lib/samba/private';

/** @throws CausewayError DOMAIN_…, COMMAND_MISSING, TIMED_OUT */
export async function joinLinux(
  settings: DomainSettings,
  machine: DomainMachine,
  options: JoinOptions,
): Promise<DomainMembership> {
  const run = options.run ?? runTool;
  if (process.getuid?.() !== 0) {
    throw new CausewayError('DOMAIN_JOIN_UNSUPPORTED', { issue: 'only root may change what a domain needs' });
  }
  passwordLine(settings);
  const place = ouPath(settings);
  if (settings.administrators.length > 0) await run(VISUDO, ['--version']);
  await ensurePrivateDirectory(options.stateDirectory);
  const controller = await findController(settings, { run, stateDirectory: options.stateDirectory });
  const computer = new DomainComputer(settings, machine, controller, place, { ...options, run });
  return computer.join();
}

class DomainComputer implements DomainMembership {
  readonly account: string;
  readonly controller: string;
  readonly #settings: DomainSettings;
  readonly #machine: DomainMachine;
  readonly #workgroup: string;
  readonly #place: string | undefined;
  readonly #options: JoinOptions & { readonly run: RunTool };
  readonly #files: KeptFiles;
  #winbind: AsyncDisposable | undefined;
  #administrators: readonly string[] = [];
  #isNew = false;

  constructor(
    settings: DomainSettings,
    machine: DomainMachine,
    { name, workgroup }: DomainController,
    place: string | undefined,
    options: JoinOptions & { readonly run: RunTool },
  ) {
    this.#settings = settings;
    this.#machine = machine;
    this.#workgroup = workgroup;
    this.#place = place;
    this.#options = options;
    this.#files = new KeptFiles(options.stateDirectory);
    this.account = computerName(machine.name);
    this.controller = name;
  }

  get domain(): string {
    return this.#settings.fqdn;
  }

  get administrators(): readonly string[] {
    return this.#administrators;
  }

  /** Whether the machine joined just now; an instance that was only restarted still is a member. */
  get isNew(): boolean {
    return this.#isNew;
  }

  async join(): Promise<this> {
    await this.#writeFiles();
    try {
      if (!(await this.#isMember())) {
        await this.#files.expect(KEYTAB);
        await this.#makeAccount();
        this.#isNew = true;
      }
    } catch (error) {
      await this.#files.restore();
      throw error;
    }
    const { run, log } = this.#options;
    this.#winbind = await startWinbind({ run, log, domain: this.domain, computer: this.account });
    try {
      await this.#publishAddresses('register');
      const { administrators, fqdn } = this.#settings;
      const made = await setAdministrators(administrators, { fqdn, workgroup: this.#workgroup }, run);
      this.#administrators = made.map(({ name }) => name);
      return this;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async leave(): Promise<void> {
    await this.#publishAddresses('unregister');
    await this.stop();
    const { accountName } = this.#settings;
    const account = qualifiedAccount(accountName, this.#workgroup);
    const result = await this.#net(['leave', '-S', this.controller, '--user', account], this.#withPassword());
    if (result.code !== 0) throw netRefusal(result, this.#attempt(), 'DOMAIN_LEAVE_FAILED');
    await removeAdministrators();
    for (const path of await this.#files.restore()) this.#options.log(`${path} was changed by somebody, and stays.`);
  }

  async stop(): Promise<void> {
    await this.#winbind?.[Symbol.asyncDispose]();
    this.#winbind = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #writeFiles(): Promise<void> {
    const controller = this.#settings.controllerFqdn ?? (this.#settings.siteName && this.controller);
    const facts = { fqdn: this.domain, workgroup: this.#workgroup, computer: this.account, controller };
    await mkdir(SECRETS_DIRECTORY, { recursive: true, mode: 0o700 });
    await this.#files.replace(SMB_CONF, () => smbConf(facts));
    await this.#files.replace(KRB5_CONF, (text) => (knowsRealm(text ?? '', this.domain) ? null : krb5Conf(facts)));
    await this.#files.replace(NSSWITCH_CONF, (text) => withWinbind(text ?? 'hosts: files dns\n'));
  }

  /** A re-imaged machine has lost its password, and joins again into the account that it had. */
  async #isMember(): Promise<boolean> {
    return (await this.#net(['testjoin', '-S', this.controller])).code === 0;
  }

  async #makeAccount(): Promise<void> {
    const { fqdn, accountName } = this.#settings;
    const account = qualifiedAccount(accountName, this.#workgroup);
    const result = await this.#net(
      [
        'join',
        ...['-S', this.controller, '--user', account, '--no-dns-updates'],
        `dnshostname=${this.#machine.name}.${fqdn}`,
        ...(this.#place === undefined ? [] : [`createcomputer=${this.#place}`]),
      ],
      this.#withPassword(),
    );
    if (result.code !== 0) throw netRefusal(result, this.#attempt(), 'DOMAIN_JOIN_FAILED');
  }

  /**
   * Only the overlay's addresses, which the domain's machines reach; `net` alone would publish the cloud's too.
   * A domain that takes no updates is a domain all the same.
   */
  async #publishAddresses(what: 'register' | 'unregister'): Promise<void> {
    const { name, addresses } = this.#machine;
    const host = `${name}.${this.domain}`;
    const result = await this.#net(['dns', what, '--machine-pass', host, ...(what === 'register' ? addresses : [])]);
    if (result.code === 0) return;
    const said = `${result.stderr}${result.stdout}`.trim().split('\n').at(-1) ?? '';
    this.#options.log(`The domain’s DNS did not ${what} ${host}: ${said}`);
  }

  #withPassword() {
    return { input: passwordLine(this.#settings), environment: PASSWORD_ON_STDIN };
  }

  #net(args: readonly string[], options: Parameters<RunTool>[2] = {}) {
    const timeoutMs = LIMITS.DOMAIN_JOIN_TIMEOUT_MS.value;
    return this.#options.run(NET, ['ads', ...args], { timeoutMs, ...options });
  }

  #attempt() {
    const { fqdn, accountName, ou } = this.#settings;
    return { domain: fqdn, account: accountName, computer: this.account, ou };
  }
}
