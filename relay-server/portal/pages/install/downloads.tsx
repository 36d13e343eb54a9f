/** The packages for a system as files, or the honest word that there is none. */
import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { Download as DownloadIcon } from 'lucide-react';
import type { Download } from '../../api/shapes.ts';
import { byteWords } from '../../components/byte-words.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import classes from './install-steps.module.css';

export interface DownloadsProps {
  readonly os: Download['os'];
  /** As its users call it. */
  readonly name: string;
  /** Of all systems. */
  readonly downloads: readonly Download[];
}

const PROCESSORS = { x64: 'Intel and AMD, 64 bit', arm64: 'ARM, 64 bit' } as const;
const KINDS = { archive: 'archive', deb: 'Debian package', msi: 'installer', dmg: 'installer' } as const;

export function Downloads({ os, name, downloads }: DownloadsProps) {
  const files = downloads.filter((file) => file.os === os);
  if (files.length === 0) return <NoInstaller name={name} />;
  const byCommand = os === 'linux';
  return (
    <Stack gap="xs">
      <Text size={byCommand ? 'sm' : 'md'} c={byCommand ? 'dimmed' : 'var(--mantine-color-text)'}>
        {byCommand
          ? 'The line downloads the package that fits the processor and checks its SHA-256. To look at it first:'
          : `Download the one that fits your processor, open it, and paste the activation token below when it asks for it.`}
      </Text>
      {files.map((file) => (
        <File key={file.file} file={file} wanted={!byCommand} />
      ))}
    </Stack>
  );
}

function File({ file, wanted }: { readonly file: Download; readonly wanted: boolean }) {
  return (
    <div className={classes.file}>
      <Group justify="space-between" gap="sm">
        <div>
          <Text fw={600}>{PROCESSORS[file.architecture]}</Text>
          <Text size="sm" c="dimmed">
            {KINDS[file.kind]}, {byteWords(file.bytes)}
          </Text>
        </div>
        <Button
          component="a"
          href={`/downloads/${encodeURIComponent(file.file)}`}
          download={file.file}
          variant={wanted ? 'filled' : 'default'}
          leftSection={<DownloadIcon size={16} aria-hidden />}
          aria-label={`Download ${file.file}`}
        >
          Download
        </Button>
      </Group>
      <Group gap={4} wrap="nowrap" mt={4}>
        <Text span className={`mono ${classes.hash}`}>
          SHA-256 {file.sha256}
        </Text>
        <CopyButton text={file.sha256} what={`SHA-256 of ${file.file}`} />
      </Group>
    </div>
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
