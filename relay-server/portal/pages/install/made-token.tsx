/** A new activation token, and how an agent that is installed already gets it. */
import { Stack } from '@mantine/core';
import type { CreatedToken } from '../../api/shapes.ts';
import { CopyBlock } from '../../components/copy-block.tsx';
import { ShownOnce } from '../../components/shown-once.tsx';

export function MadeToken({ made }: { readonly made: CreatedToken }) {
  return (
    <Stack>
      <ShownOnce what="Activation token" text={made.token} otherwise="make a new token and revoke this one" />
      <CopyBlock
        label="On a computer where the agent is installed"
        text={`sudo causeway up --token '${made.token}'`}
        what="command"
      />
    </Stack>
  );
}
