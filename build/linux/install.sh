#!/bin/sh
# Installs the Causeway agent from the archive that this lies in, or upgrades it. Run as root:
#
#     causeway/share/install.sh          NAME: under which the version is kept; by default, version and time
#
# An archive that was downloaded by an install link has the activation token in it; otherwise, afterwards:
# causeway up --token TOKEN
set -eu

root=/opt/causeway
command=/usr/local/bin/causeway
unit=/etc/systemd/system/causeway.service
state=/var/lib/causeway

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

here=$(CDPATH='' cd -- "$(dirname "$0")/.." && pwd)
[ "$(id -u)" -eq 0 ] || fail 'Run this as root (with sudo): it sets up a network adapter.'
[ ! -e "$root/by-dpkg" ] || fail 'Causeway is installed here as a package: upgrade that (apt install ./FILE.deb), or remove it first.'
command -v ip >/dev/null || fail 'The program ip is missing. Install it (on Debian and Ubuntu: apt install iproute2).'
release=$("$here/bin/node" "$here/lib/causeway.js" --version) ||
  fail 'The agent does not run on this system: it needs a Linux with glibc 2.28 or later, and the libraries libstdc++6 and libatomic1.'
case $(readlink "$command" 2>/dev/null || true) in
  "$root"/*) ;;
  *) [ ! -e "$command" ] || fail "$command is there already and is not ours. Move it away first." ;;
esac

version=$root/versions/${1:-$release-$(date +%Y%m%d%H%M%S)}
mkdir -p "$root/versions" "$(dirname "$command")"
embedded=$here/activation.causeway
if [ -f "$embedded" ] && [ ! -e "$state/activation.json" ]; then
  mkdir -p "$state"
  chmod 700 "$state"
  (umask 077 && cat "$embedded" >"$state/embedded.causeway")
fi
# It is there already when an install link's line is run again.
if [ "$here" != "$version" ]; then
  staging=$(mktemp -d "$root/.staging-XXXXXX")
  trap 'rm -rf "$staging"' EXIT
  case $here in
    # Where the script of an install link has unpacked it.
    "$root"/*) mv "$here" "$staging/causeway" ;;
    *) cp -R "$here/." "$staging/causeway" ;;
  esac
  rm -rf "$staging/causeway/activation.causeway" "$staging/causeway/lib/compiled" "$version"
  chmod 755 "$staging/causeway"
  mv "$staging/causeway" "$version"
fi

# Its members may use the agent without being root. Without it the agent works too, for root.
if ! grep -q '^causeway:' /etc/group; then
  if command -v groupadd >/dev/null && groupadd --system causeway; then : >"$root/made-group"
  else echo 'There is no group causeway, so only root may use the agent. To change that: groupadd --system causeway'
  fi
fi
if [ -d /run/systemd/system ]; then
  cp "$version/share/causeway.service" "$unit.new-$$"
  mv -f "$unit.new-$$" "$unit"
fi
ln -s "$root/current/bin/causeway" "$command.new-$$"
mv -fT "$command.new-$$" "$command"
if ! "$version/share/switch-version.sh" "$version"; then
  [ "$(readlink "$root/current")" = "$version" ] || rm -rf "$version"
  exit 1
fi
for old in "$root"/versions/*; do
  [ "$old" = "$version" ] || rm -rf "$old"
done
rm -f "$embedded"
# Whoever gives a name goes on, and says what follows.
[ "$#" -gt 0 ] || echo 'Causeway is installed. causeway status shows how it is, causeway peers whom this computer may reach.'
