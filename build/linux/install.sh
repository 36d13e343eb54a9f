#!/bin/sh
# Installs the Causeway agent from the archive that this lies in, or upgrades it. Run as root:
#
#     causeway/share/install.sh
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
command -v ip >/dev/null || fail 'The program ip is missing. Install iproute2.'
"$here/bin/node" "$here/lib/causeway.js" --version >/dev/null ||
  fail 'The agent does not run on this system: it needs a Linux with glibc 2.28 or later, and the libraries libstdc++6 and libatomic1.'
case $(readlink "$command" 2>/dev/null || true) in
  "$root"/*) ;;
  *) [ ! -e "$command" ] || fail "$command is there already and is not ours. Move it away first." ;;
esac

mkdir -p "$root/versions" "$(dirname "$command")"
staging=$(mktemp -d "$root/.staging-XXXXXX")
trap 'rm -rf "$staging"' EXIT
cp -R "$here/." "$staging/causeway"
rm -f "$staging/causeway/activation.causeway"
chmod 755 "$staging/causeway"
version=$root/versions/$("$here/bin/node" "$here/lib/causeway.js" --version)-$(date +%Y%m%d%H%M%S)
mv "$staging/causeway" "$version"

if ! grep -q '^causeway:' /etc/group && groupadd --system causeway; then : >"$root/made-group"; fi
if [ -f "$here/activation.causeway" ] && [ ! -e "$state/activation.json" ]; then
  mkdir -p "$state"
  chmod 700 "$state"
  (umask 077 && cat "$here/activation.causeway" >"$state/embedded.causeway")
fi
if [ -d /run/systemd/system ]; then
  cp "$version/share/causeway.service" "$unit.new-$$"
  mv -f "$unit.new-$$" "$unit"
fi
ln -s "$root/current/bin/causeway" "$command.new-$$"
mv -fT "$command.new-$$" "$command"
if ! "$version/share/switch-version.sh" "$version"; then
  rm -rf "$version"
  exit 1
fi
for old in "$root"/versions/*; do
  [ "$old" = "$version" ] || rm -rf "$old"
done
rm -f "$here/activation.causeway"
echo 'Causeway is installed. causeway status shows how it is, causeway peers whom this computer may reach.'
