#!/bin/sh
# Installs the Causeway agent that is on this disk image, or upgrades it. In Terminal:
#
#     sudo sh /Volumes/Causeway/install.sh
set -eu

volume=$(CDPATH='' cd -- "$(dirname "$0")" && pwd)
for agent in "$volume/Causeway.app/Contents/Resources/agent" "$volume/agent"; do
  [ ! -f "$agent/share/install.sh" ] || exec /bin/sh "$agent/share/install.sh"
done
echo 'error: There is no agent on this image. Download it again.' >&2
exit 1
