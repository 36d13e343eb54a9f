#!/bin/sh
# Removes the Causeway agent as its install script put it here, with its keys: afterwards this computer needs a
# token to come back. Its name stays in the portal until an administrator removes it there, unless the server
# could be told now. The application is left: drag it to the bin.
set -eu

to=${DESTDIR:-}
label=org.causeway.agent
command=$to/usr/local/bin/causeway

[ -n "$to" ] || [ "$(id -u)" -eq 0 ] || {
  echo 'error: Run this as root (with sudo).' >&2
  exit 1
}
"$to/Library/Causeway/agent/bin/causeway" down --forget >/dev/null 2>&1 ||
  echo 'The server could not be told; an administrator can remove this computer in the portal.'
launchctl bootout "system/$label" 2>/dev/null || true
tries=0
while launchctl print "system/$label" >/dev/null 2>&1 && [ "$tries" -lt 40 ]; do
  sleep 1
  tries=$((tries + 1))
done
rm -f "$to/Library/LaunchDaemons/$label.plist"
case $(readlink "$command" 2>/dev/null || true) in
  /Library/Causeway/*) rm -f "$command" ;;
esac
if [ -e "$to/Library/Causeway/made-group" ]; then dseditgroup -o delete causeway || true; fi
security delete-generic-password -s org.causeway.agent -a state /Library/Keychains/System.keychain >/dev/null 2>&1 || true
rm -rf "$to/Library/Causeway" "$to/Library/Application Support/Causeway" "$to/var/run/causeway" "$to/var/log/causeway.log"
echo 'Causeway was removed from this computer.'
