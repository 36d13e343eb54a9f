#!/bin/sh
# Installs the Causeway agent that lies in the application on a disk image, or upgrades it. Run as root:
#
#     sudo /Volumes/Causeway/Causeway.app/Contents/Resources/agent/share/install.sh
#
# An image that was downloaded by an install link has the activation token in a file beside the application;
# otherwise, afterwards: sudo causeway up --token TOKEN
#
# The agent is copied to where only root can write, because root runs it: whoever dragged an application to
# /Applications may change it there.
set -eu

# For tests: a directory that stands for the root of the disk.
to=${DESTDIR:-}
label=org.causeway.agent
root=$to/Library/Causeway
command=$to/usr/local/bin/causeway
list=$to/Library/LaunchDaemons/$label.plist
state="$to/Library/Application Support/Causeway"

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

here=$(CDPATH='' cd -- "$(dirname "$0")/.." && pwd)
activation=$(dirname "$(dirname "$(dirname "$(dirname "$here")")")")/Activation.causeway
[ -n "$to" ] || [ "$(id -u)" -eq 0 ] || fail 'Run this as root (with sudo): it sets up a network adapter.'
version=$("$here/bin/node" "$here/lib/causeway.js" --version) ||
  fail 'The agent does not run on this Mac: take the image for its processor (Apple silicon: arm64, Intel: x64).'
case $(readlink "$command" 2>/dev/null || true) in
  /Library/Causeway/*) ;;
  *) [ ! -e "$command" ] || fail "$command is there already and is not ours. Move it away first." ;;
esac

mkdir -p "$root" "$(dirname "$command")" "$(dirname "$list")" "$state"
chmod 700 "$state"
staging=$(mktemp -d "$root/.staging-XXXXXX")
trap 'rm -rf "$staging"' EXIT
cp -R "$here/." "$staging/agent"
chown -R root:wheel "$root"
chmod -R go-w "$root"
chmod 755 "$staging/agent"

if ! dseditgroup -o read causeway >/dev/null 2>&1 && dseditgroup -o create causeway; then : >"$root/made-group"; fi
if [ ! -e "$state/activation.json" ] && grep -q '^cwt1_' "$activation" 2>/dev/null; then
  (umask 077 && grep '^cwt1_' "$activation" >"$state/embedded.causeway")
fi

# launchd takes a moment to stop it, and does not take it again before.
launchctl bootout "system/$label" 2>/dev/null || true
tries=0
while launchctl print "system/$label" >/dev/null 2>&1 && [ "$tries" -lt 40 ]; do
  sleep 1
  tries=$((tries + 1))
done
rm -rf "$root/agent"
mv "$staging/agent" "$root/agent"
cp "$root/agent/share/$label.plist" "$list"
chown root:wheel "$list"
chmod 644 "$list"
ln -sfn /Library/Causeway/agent/bin/causeway "$command"
launchctl enable "system/$label"
launchctl bootstrap system "$list" || fail "launchd does not start the agent; look into /var/log/causeway.log."
echo "Causeway $version is installed. causeway status shows how it is, causeway peers whom this computer may reach."
