#!/bin/sh
# Installs the Causeway agent that lies on a disk image, in the application or alone, or upgrades it. Run as root:
#
#     sudo sh /Volumes/Causeway/install.sh
#
# An image that was downloaded by an install link has the activation token in a file of its own;
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
case $here in
  *.app/Contents/Resources/agent) volume=${here%/*.app/Contents/Resources/agent} ;;
  *) volume=$(dirname "$here") ;;
esac
activation=$volume/Activation.causeway
[ -n "$to" ] || [ "$(id -u)" -eq 0 ] || fail 'Run this as root (with sudo): it sets up a network adapter.'
case $(readlink "$command" 2>/dev/null || true) in
  /Library/Causeway/*) ;;
  *) [ ! -e "$command" ] || fail "$command is there already and is not ours. Move it away first." ;;
esac

mkdir -p "$root"
staging=$(mktemp -d "$root/.staging-XXXXXX")
trap 'rm -rf "$staging"; rmdir "$root" 2>/dev/null || true' EXIT
cp -R "$here/." "$staging/agent"
# What a browser has downloaded is marked so, with all that is copied out of it, and macOS asks about programs and
# modules of that kind when they are loaded. Whoever runs this as root has been asked.
xattr -dr com.apple.quarantine "$staging/agent" 2>/dev/null || true
version=$("$staging/agent/bin/node" "$staging/agent/lib/causeway.js" --version) ||
  fail 'The agent does not run here: it needs macOS 13.5, and the image for the processor (Apple silicon: arm64).'
mkdir -p "$(dirname "$command")" "$(dirname "$list")" "$state"
chmod 700 "$state"
chown -R root:wheel "$root"
chmod -R go-w "$root"
chmod 755 "$staging/agent"

if ! dseditgroup -o read causeway >/dev/null 2>&1 && dseditgroup -o create causeway; then : >"$root/made-group"; fi
known=
[ ! -e "$state/activation.json" ] || known=before
if [ -z "$known" ] && grep -q '^cwt1_' "$activation" 2>/dev/null; then
  (umask 077 && grep '^cwt1_' "$activation" >"$state/embedded.causeway")
  known=now
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
echo "Causeway $version is installed. sudo causeway status shows how it is, sudo causeway peers whom this computer may reach."
[ -n "$known" ] || echo 'There was no activation token on the image. Unless a profile has one: sudo causeway up --token TOKEN'
