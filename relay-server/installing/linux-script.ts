/**
 * The script that installs the agent on a Linux computer: POSIX sh, made for one install link. It trusts
 * nothing but itself: what it downloads has the hash that is written in it. It is run again to upgrade.
 *
 * All of it is in functions that its last line calls, so one that was cut off on its way does nothing.
 */
import type { Download } from './downloads.ts';

export interface LinuxScript {
  /** Origin of this server. */
  readonly server: string;
  /** Of a certificate that the server made itself; undefined when an authority vouches for it. */
  readonly curlPin: string | undefined;
  readonly subscription: string;
  readonly archives: readonly Download[];
}

export function linuxScript({ server, curlPin, subscription, archives }: LinuxScript): string {
  const linux = archives.filter(({ os, kind }) => os === 'linux' && kind === 'archive');
  const cases = linux.map(
    ({ architecture, file, sha256 }) => `    ${architecture}) file='${file}' sha256='${sha256}' ;;`,
  );
  return `#!/bin/sh
# Installs the Causeway agent on this computer and joins it to the network "${subscription}".
# Run it as root:    sh linux.sh TOKEN [--name NAME]      again to upgrade; the activation is kept
#                    sh linux.sh --uninstall              removes all of it
set -eu

file='' sha256=''
server='${server}'
pin='${curlPin ?? ''}'

# Sets file and sha256 for this computer's processor.
choose_archive() {
  case $1 in
${cases.length === 0 ? "    '') ;;" : cases.join('\n')}
    *) fail "This server has no agent for Linux on $1. Ask its administrator for one." ;;
  esac
}
${BODY}
main "$@"
`;
}

/** Says that the link is closed, and does nothing else. */
export function closedScript(message: string, remedy: string): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  return `#!/bin/sh\nprintf '%s\\n' ${quoted(message)} ${quoted(remedy)} >&2\nexit 1\n`;
}

const BODY = String.raw`
root=/opt/causeway
current=$root/current
command=/usr/local/bin/causeway
log=/var/log/causeway.log
staging=''

say() { printf '%s\n' "$*"; }
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }
with_systemd() { [ -d /run/systemd/system ] && has systemctl; }
clean_up() { [ -z "$staging" ] || rm -rf "$staging"; }

check_computer() {
  [ "$(uname -s)" = Linux ] || fail "This script is for Linux; this computer runs $(uname -s)."
  [ "$(id -u)" -eq 0 ] || fail 'Run this as root (with sudo): it sets up a network adapter.'
  case $(uname -m) in
    x86_64 | amd64) architecture=x64 ;;
    aarch64 | arm64) architecture=arm64 ;;
    *) architecture=$(uname -m) ;;
  esac
  choose_archive "$architecture"
  [ -c /dev/net/tun ] || { has modprobe && modprobe tun 2>/dev/null; } || true
  [ -c /dev/net/tun ] ||
    fail 'There is no /dev/net/tun. Load the module (modprobe tun); in a container, pass the device in.'
  has tar || fail 'The program tar is missing.'
  has curl || has wget || fail 'Neither curl nor wget is installed. Install one of them.'
  [ ! -e "$root/by-dpkg" ] ||
    fail 'Causeway is installed here as a package. Upgrade it as one: download the newer package from the install page.'
}

# The archive has to have the hash that is written above, so here the pin only saves the way.
download() {
  if has curl; then
    if [ -n "$pin" ]; then set -- "$@" --insecure --pinnedpubkey "$pin"; fi
    url=$1 to=$2
    shift 2
    curl --fail --silent --show-error --retry 3 "$@" --output "$to" "$url"
  elif [ -n "$pin" ]; then
    wget -q --no-check-certificate -O "$2" "$1"
  else
    wget -q -O "$2" "$1"
  fi
}

hash_of() {
  if has sha256sum; then sha256sum "$1" | cut -d ' ' -f 1
  elif has shasum; then shasum -a 256 "$1" | cut -d ' ' -f 1
  elif has openssl; then openssl dgst -sha256 -r "$1" | cut -d ' ' -f 1
  else fail 'None of sha256sum, shasum and openssl is installed.'
  fi
}

# Sets unpacked to where the version is whole: in its place, under its hash, or beside it. What runs now is not touched.
fetch_version() {
  name=$(printf '%.16s' "$sha256")
  unpacked=$root/versions/$name
  [ ! -x "$unpacked/bin/causeway" ] || return 0
  say "Downloading $file from $server ..."
  mkdir -p "$root/versions"
  staging=$(mktemp -d "$root/.staging-XXXXXX")
  download "$server/downloads/$file" "$staging/$file" || fail "$server/downloads/$file could not be downloaded."
  [ "$(hash_of "$staging/$file")" = "$sha256" ] ||
    fail 'What was downloaded is not what it should be (its SHA-256 differs). Nothing was installed; try again.'
  tar -xzf "$staging/$file" -C "$staging" --no-same-owner || fail 'The archive could not be unpacked. Is the disk full?'
  unpacked=$staging/causeway
}

is_activated() {
  case $("$command" status --json) in
    *'"machine":null'*) return 1 ;;
    *) return 0 ;;
  esac
}

connect() {
  token=$1
  shift
  if ! is_activated; then
    # By the environment, which other users can not see, unlike arguments.
    CAUSEWAY_ACTIVATION_TOKEN=$token "$command" up "$@"
    return
  fi
  # It stays what it is; only one that is no longer let in needs the token.
  "$command" up || "$command" up --token "$token" "$@"
}

show_log() {
  if with_systemd; then say 'Its log: journalctl -u causeway.service'
  else say "Its log: $log"
  fi
}

install() {
  [ "$#" -ge 1 ] || fail 'The activation token is missing. Copy the whole line from the install page.'
  case $1 in
    cwt1_*) ;;
    *) fail 'That is no activation token: it begins with cwt1_. Copy the whole line from the install page.' ;;
  esac
  case $# in
    1) ;;
    3) [ "$2" = --name ] || fail "Unknown option: $2" ;;
    *) fail 'Give the token, and nothing else or --name NAME.' ;;
  esac
  check_computer
  trap clean_up EXIT
  trap 'exit 130' INT TERM
  fetch_version
  # The archive knows how it is installed, and goes back to the version before if it can not run.
  "$unpacked/share/install.sh" "$name" || fail 'The agent was not installed: see above.'
  if ! connect "$@"; then
    show_log
    fail 'The agent is installed, but not connected: see above. It goes on trying; causeway status shows how it is.'
  fi
  say ''
  say 'Causeway is installed. causeway status shows how it is, causeway peers whom this computer may reach.'
  say 'Whoever is to use it without being root joins the group: usermod -aG causeway NAME'
  if ! with_systemd; then
    say "No service manager was found: the agent runs in the background (log: $log)."
    say "To start it at boot, have your init system run: $command agent"
  fi
}

main() {
  case \${1-} in
    --uninstall)
      [ "$(id -u)" -eq 0 ] || fail 'Run this as root (with sudo).'
      [ -x "$current/share/uninstall.sh" ] || fail "Causeway is not installed here (in $root)."
      # A copy: it removes the directory that it is in.
      sh -c "$(cat "$current/share/uninstall.sh")"
      ;;
    *) install "$@" ;;
  esac
}
`.replaceAll('\\${', '${');
