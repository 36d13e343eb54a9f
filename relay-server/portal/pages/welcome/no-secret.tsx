/** What to do without a one-time link, or with one that was used already. */
import { Alert, Button, Code, Stack, Text, TextInput } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { LinkButton } from '../../components/links.tsx';
import { secretIn } from './first-secret.ts';
import classes from './welcome.module.css';

interface SecretProps {
  onSecret(secret: string): void;
}

export function NoSecret({ ready, onSecret }: SecretProps & { readonly ready: boolean }) {
  if (ready) {
    return (
      <Stack>
        <LinkButton to="/" size="md" fullWidth>
          Go to the portal
        </LinkButton>
        <Text c="dimmed">
          If nobody can sign in any more, run <Code>causeway-relay reset-admin</Code> on the server: it prints a link
          that makes another owner.
        </Text>
      </Stack>
    );
  }
  return (
    <Stack>
      <Text>
        When it started for the first time, it printed a link in its terminal or its log. Open that link, and you become
        the owner:
      </Text>
      <Code block className={classes.command}>{`${location.origin}/welcome#cws_…`}</Code>
      <Text>Not to be found any more? On the server, this prints a new one:</Text>
      <Code block className={classes.command}>
        causeway-relay reset-admin
      </Code>
      <PasteSecret onSecret={onSecret} />
    </Stack>
  );
}

export function SecretRefused({ onSecret }: SecretProps) {
  return (
    <Stack>
      <Alert color="red" icon={<CircleAlert size={18} aria-hidden />} title="This link is no longer good.">
        <Text c="var(--mantine-color-text)">
          Each link works once, and this one was used already, or a newer one has taken its place. On the server, this
          prints a new one:
        </Text>
      </Alert>
      <Code block className={classes.command}>
        causeway-relay reset-admin
      </Code>
      <PasteSecret onSecret={onSecret} />
    </Stack>
  );
}

function PasteSecret({ onSecret }: SecretProps) {
  const [text, setText] = useState('');
  const [judged, setJudged] = useState(false);
  const secret = secretIn(text.trim());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setJudged(true);
    if (secret !== undefined) onSecret(secret);
  };
  return (
    <form onSubmit={submit} className={classes.paste}>
      <TextInput
        label="Or paste the link here"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
        error={
          judged && secret === undefined
            ? 'This holds no one-time secret: it ends in “#cws_” and 27 characters.'
            : undefined
        }
        className={classes.field}
      />
      <Button type="submit" variant="default">
        Go on
      </Button>
    </form>
  );
}
