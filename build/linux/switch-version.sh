#!/bin/sh
# Lets another version of the agent run that lies whole on this computer: points at it, starts the agent
# again and waits until it is as well as the one before. If it is not, the one before runs again. Whatever
# installs the agent on Linux calls this: the Debian package, the archive, the script of an install link.
#
#     sh switch-version.sh DIRECTORY     0: it runs, 1: the one before runs again, or none does
#     sh switch-version.sh --if-allowed DIRECTORY      the same; only points at it where packages may start nothing
#     sh switch-version.sh --stop        stops the agent, until the system starts it again
set -eu

root=/opt/causeway
current=$root/current
log=/var/log/causeway.log
pidfile=/run/causeway/agent.pid
socket=/run/causeway/agent.sock
# Seconds. A computer that is busy takes up to ten to start the agent; and the longest wait between two
# attempts to reach the server is fifteen (RECONNECT_MAX_MS), of which a new version may need two.
start_patience=30
connect_patience=${CAUSEWAY_CONNECT_PATIENCE:-60}

with_systemd() { [ -d /run/systemd/system ] && command -v systemctl >/dev/null 2>&1; }

# One rename, so that at any time there is a whole version.
point() {
  ln -s "$1" "$current.new-$$"
  mv -fT "$current.new-$$" "$current"
}

# Whoever builds an image says by this that no package is to start anything.
may_start() {
  [ ! -x /usr/sbin/policy-rc.d ] && return 0
  /usr/sbin/policy-rc.d causeway start >/dev/null 2>&1 && return 0
  [ "$?" -ne 101 ]
}

stop_agent() {
  if with_systemd; then
    systemctl stop causeway.service 2>/dev/null || true
  fi
  [ -f "$pidfile" ] || return 0
  pid=$(cat "$pidfile")
  rm -f "$pidfile"
  runs "$pid" || return 0
  kill "$pid" 2>/dev/null || return 0
  tries=0
  while runs "$pid"; do
    # As long as the unit has (TimeoutStopSec).
    if [ "$tries" -ge 400 ]; then kill -9 "$pid" 2>/dev/null || true; fi
    sleep 0.05
    tries=$((tries + 1))
  done
}

# A number left behind by a crash may belong to another program by now. And one that has ended stays in the
# list, without words of command, where nobody collects it (in a container without an init): kill -0 finds it.
runs() { grep -q causeway "/proc/$1/cmdline" 2>/dev/null; }

start_agent() {
  if with_systemd; then
    systemctl daemon-reload
    systemctl enable --quiet causeway.service
    systemctl restart causeway.service
    return
  fi
  stop_agent
  mkdir -p /run/causeway "$(dirname "$log")"
  # The agent opens it to the group.
  chmod 700 /run/causeway
  (
    umask 077
    setsid "$current/bin/causeway" agent >>"$log" 2>&1 </dev/null &
    printf '%s\n' "$!" >"$pidfile"
  )
}

# waits SECONDS WORDS...: whether the command succeeds in that time. It is a program of its own, which on a
# small computer takes from the agent the processor that it needs to start: so not before there is a socket,
# and not often.
waits() {
  end=$(($(date +%s) + $1))
  shift
  until [ -S "$socket" ] && "$current/bin/causeway" "$@" >/dev/null 2>&1; do
    [ "$(date +%s)" -lt "$end" ] || return 1
    if [ -S "$socket" ]; then sleep 0.5; else sleep 0.1; fi
  done
}

connected() { [ -x "$current/bin/causeway" ] && "$current/bin/causeway" status --connected >/dev/null 2>&1; }

switch_to() {
  before=$(readlink "$current" 2>/dev/null || true)
  was_connected=false
  if connected; then was_connected=true; fi
  # While the one before still runs: whether this one can run here at all, and so that V8 has compiled it
  # (runtime/launch.ts) and its files are in memory when every tenth of a second is one without a network.
  if ! "$1/bin/node" "$1/lib/causeway.js" --version >/dev/null; then
    echo "Causeway: the version in $1 does not run on this system, and nothing was changed. It needs a Linux with glibc 2.28 or later, and the libraries libstdc++6 and libatomic1." >&2
    return 1
  fi
  point "$1"
  start_agent
  why=''
  if ! waits "$start_patience" status; then why='did not start'
  elif [ "$was_connected" = true ] && ! waits "$connect_patience" status --connected; then
    why='did not connect, as the one before did'
  fi
  [ -n "$why" ] || return 0
  if [ -z "$before" ] || [ "$before" = "$1" ] || [ ! -x "$before/bin/causeway" ]; then
    echo "Causeway: the agent $why. Its log: journalctl -u causeway.service, or $log" >&2
    return 1
  fi
  point "$before"
  start_agent
  echo "Causeway: the new version $why; the one before runs again. Its log: journalctl -u causeway.service, or $log" >&2
  return 1
}

switch_if_allowed() {
  if may_start; then
    switch_to "$1"
  else
    point "$1"
    echo 'Causeway: policy-rc.d says that nothing is to be started; the agent starts with the system.'
    if with_systemd; then systemctl enable --quiet causeway.service; fi
  fi
}

case ${1-} in
  --stop) stop_agent ;;
  --if-allowed) switch_if_allowed "$2" ;;
  /*) switch_to "$1" ;;
  *)
    echo 'usage: switch-version.sh [--if-allowed] DIRECTORY' >&2
    exit 2
    ;;
esac
