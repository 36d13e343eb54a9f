/**
 * The packages for a system as files with the token in them, or the honest word that there is none. Each is
 * asked for by a form: a token in an address would be in the browser's history and in logs.
 */
import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { Download as DownloadIcon } from 'lucide-react';
import { path } from '../../api/client.ts';
import type { Download } from '../../api/shapes.ts';
import { byteWords } from '../../components/byte-words.ts';
import { CopyBlock } from '../../components/copy-block.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import classes from './install-steps.module.css';

export interface DownloadsProps {
  readonly os: Download['os'];
  /** As its users call it. */
  readonly name: string;
  /** Of all systems. */
  readonly downloads: readonly Download[];
  /** Of the install link. */
  readonly link: string;
  readonly token: string;
}

const PROCESSORS = { x64: 'Intel and AMD, 64 bit', arm64: 'ARM, 64 bit' } as const;
const MAC_PROCESSORS = { x64: 'Intel', arm64: 'Apple silicon (M1 and later)' } as const;
const KINDS = {
  archive: 'archive, for any Linux with glibc',
  deb: 'package, for Debian and Ubuntu',
  msi: 'installer',
  dmg: 'disk image',
} as const;
/** What to do with it; the token is in it. */
const HOW = {
  archive: 'Unpack it, and run as root: causeway/share/install.sh',
  deb: 'Run as root, in the directory that it is in: apt install ./causeway-agent-*.deb',
  msi: 'Open it. Do not rename it: its name lets the computer in.',
  dmg: 'Open it: it shows as a disk that is called Causeway.',
} as const;
/** As the image has it (build/installers/dmg/). By sh, for macOS starts no script that a browser has brought. */
const FROM_IMAGE = 'sudo sh /Volumes/Causeway/install.sh';

export function Downloads({ os, name, downloads, link, token }: DownloadsProps) {
  const files = downloads.filter((file) => file.os === os);
  if (files.length === 0) return <NoInstaller name={name} />;
  const byCommand = os === 'linux';
  return (
    <Stack gap="xs">
      <Text size={byCommand ? 'sm' : 'md'} c={byCommand ? 'dimmed' : 'var(--mantine-color-text)'}>
        {byCommand
          ? 'Or as a file, which lets this computer in by itself once it is installed:'
          : 'Download the one that fits your processor. Once installed, it lets this computer in by itself.'}
      </Text>
      {files.map((file) => (
        <File key={file.file} file={file} link={link} token={token} wanted={!byCommand} />
      ))}
      {os === 'macos' && <OnAMac />}
    </Stack>
  );
}

interface FileProps extends Pick<DownloadsProps, 'link' | 'token'> {
  readonly file: Download;
  readonly wanted: boolean;
}

function File({ file, link, token, wanted }: FileProps) {
  return (
    <div className={classes.file}>
      <Group justify="space-between" gap="sm">
        <div>
          <Text fw={600}>{(file.os === 'macos' ? MAC_PROCESSORS : PROCESSORS)[file.architecture]}</Text>
          <Text size="sm" c="dimmed">
            {KINDS[file.kind]}, {byteWords(file.bytes)}
          </Text>
        </div>
        <form method="post" action={path`/install/${link}/download/${file.file}`}>
          <input type="hidden" name="token" value={token} />
          <Button
            type="submit"
            variant={wanted ? 'filled' : 'default'}
            leftSection={<DownloadIcon size={16} aria-hidden />}
            aria-label={`Download ${file.file}`}
          >
            Download
          </Button>
        </form>
      </Group>
      <Text size="sm" mt={4}>
        {HOW[file.kind]}
      </Text>
      <Group gap={4} wrap="nowrap" mt={4}>
        <Text span className={`mono ${classes.hash}`}>
          SHA-256 <a href={path`/downloads/${file.file}`}>without the token</a> {file.sha256}
        </Text>
        <CopyButton text={file.sha256} what={`SHA-256 of ${file.file} without the token`} />
      </Group>
    </div>
  );
}

function OnAMac() {
  return (
    <Stack gap="xs">
      <Text>Then open Terminal, paste this line, press Enter, and give your password:</Text>
      <CopyBlock label="Install and connect" text={FROM_IMAGE} what="command" />
      <Text>
        It says that Causeway is installed. Then <code>sudo causeway status</code> shows how it is, and{' '}
        <code>sudo causeway peers</code> whom this computer may reach. It needs macOS 13.5 or later.
      </Text>
      <Text size="sm" c="dimmed">
        If the image has an application on it, drag that to Applications: it is the window to what you have installed.
      </Text>
    </Stack>
  );
}

function NoInstaller({ name }: { readonly name: string }) {
  return (
    <Stack gap="xs">
      <Title order={2}>There is no installer for {name} yet</Title>
      <Text>Causeway runs on Linux and in containers today; this server has nothing to offer for {name}.</Text>
      <Text>What you can do meanwhile:</Text>
      <ul className={classes.steps}>
        <li>Open this link on a Linux computer, and install it there.</li>
        <li>
          Run a Linux virtual machine on this computer and install it in there. Then the virtual machine is in the
          network; {name} itself is not.
        </li>
        <li>Tell the person who sent you the link that you would need it for {name}.</li>
      </ul>
    </Stack>
  );
}
