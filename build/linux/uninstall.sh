#!/bin/sh
# Removes the Causeway agent as its install script put it here, with its keys: afterwards this computer
# needs a token to come back. Its name stays in the portal until an administrator removes it there, unless
# the server could be told now.
set -eu

unit=/etc/systemd/system/causeway.service
pidfile=/run/causeway/agent.pid
command=/usr/local/bin/causeway

"$command" down --forget >/dev/null 2>&1 ||
  echo 'The server could not be told; an administrator can remove this computer in the portal.'
if [ -f "$unit" ]; then
  systemctl disable --now --quiet causeway.service || true
  rm -f "$unit"
  systemctl daemon-reload || true
fi
if [ -f "$pidfile" ]; then
  pid=$(cat "$pidfile")
  if grep -q causeway "/proc/$pid/cmdline" 2>/dev/null; then
    kill "$pid" 2>/dev/null || true
    tries=0
    while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 100 ]; do
      sleep 0.1
      tries=$((tries + 1))
    done
  fi
fi
case $(readlink "$command" 2>/dev/null || true) in
  /opt/causeway/*) rm -f "$command" ;;
esac
if [ -e /opt/causeway/made-group ]; then groupdel causeway || true; fi
rm -rf /opt/causeway /var/lib/causeway /run/causeway /var/log/causeway.log
echo 'Causeway was removed from this computer.'
