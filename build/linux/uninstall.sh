#!/bin/sh
# Removes the Causeway agent as its install script put it here, with its keys: afterwards this computer
# needs a token to come back. Its name stays in the portal until an administrator removes it there, unless
# the server could be told now.
set -eu

root=/opt/causeway
unit=/etc/systemd/system/causeway.service
command=/usr/local/bin/causeway

"$command" down --forget >/dev/null 2>&1 ||
  echo 'The server could not be told; an administrator can remove this computer in the portal.'
sh "$root/current/share/switch-version.sh" --stop
if [ -f "$unit" ]; then
  systemctl disable --quiet causeway.service || true
  rm -f "$unit"
  systemctl daemon-reload || true
fi
case $(readlink "$command" 2>/dev/null || true) in
  "$root"/*) rm -f "$command" ;;
esac
if [ -e "$root/made-group" ]; then groupdel causeway || true; fi
rm -rf "$root" /var/lib/causeway /run/causeway /var/log/causeway.log
echo 'Causeway was removed from this computer.'
