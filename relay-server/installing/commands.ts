/**
 * The one line that a person pastes to install an agent. Where the token belongs stands `{token}`.
 */

export interface InstallCommands {
  /** Origin of this server. */
  readonly server: string;
  readonly link: string;
  /** Of a certificate that the server made itself; undefined when an authority vouches for it. */
  readonly curlPin: string | undefined;
  /** Name of the container image of the agent; undefined if the server knows none. */
  readonly containerImage: string | undefined;
}

/** Also fetches the script itself safely: only from the server that has the pinned key. */
export function linuxCommand({ server, link, curlPin }: InstallCommands): string {
  const check = curlPin === undefined ? '' : `--insecure --pinnedpubkey '${curlPin}' `;
  return `curl --fail --silent --show-error ${check}${server}/install/${link}/linux.sh | sudo sh -s -- '{token}'`;
}

export function containerCommand({ containerImage }: InstallCommands): string | null {
  if (containerImage === undefined) return null;
  return [
    'docker run --detach --restart unless-stopped --name causeway',
    '--network host --cap-add NET_ADMIN --device /dev/net/tun --volume causeway:/var/lib/causeway',
    `--env CAUSEWAY_ACTIVATION_TOKEN='{token}' ${containerImage}`,
  ].join(' ');
}
