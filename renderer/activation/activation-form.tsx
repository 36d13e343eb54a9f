/** Activation by a token: pasted, typed, or out of a `.causeway` file that is dropped here or chosen. */
import { Button } from '@mantine/core';
import { FileKey2 } from 'lucide-react';
import { type DragEvent, useId, useRef, useState } from 'react';
import { ACTIVATION_FILE_MAX_BYTES, tokenOfFile } from '#protocol/activation-file.ts';
import { useAttempt } from '../shell/attempt.ts';
import column from '../shell/page-column.module.css';
import { RefusalAlert } from '../shell/refusal-alert.tsx';
import { StateMark, type Tone } from '../shell/state-mark.tsx';
import { useStore } from '../store/use-window.ts';
import { useWords } from '../words/use-words.ts';
import type { Words } from '../words/words.ts';
import classes from './activation-form.module.css';
import { checkToken, type TokenCheck } from './token-check.ts';

export function ActivationForm() {
  const { words } = useWords();
  const { call, go } = useStore();
  const ids = { text: useId(), hint: useId(), title: useId() };
  const [text, setText] = useState('');
  const [fileHadNone, setFileHadNone] = useState(false);
  const [dragged, setDragged] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const activation = useAttempt(async (token: string) => {
    await call('up', { token });
    go('status');
  });
  const checked = checkToken(text);
  const wrong = checked.is === 'mistyped' || checked.is === 'no-token';

  const change = (next: string) => {
    setText(next);
    setFileHadNone(false);
    activation.forget();
  };
  const take = (file: File | undefined) => {
    setDragged(false);
    if (file === undefined) return;
    void readToken(file).then((token) => {
      if (token === undefined) setFileHadNone(true);
      else change(token);
    });
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  };
  return (
    <section
      className={`${column.card} ${classes.card}`}
      aria-labelledby={ids.title}
      data-dragged={dragged}
      onDragOver={(event) => {
        event.preventDefault();
        setDragged(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDragged(false);
      }}
      onDrop={drop}
    >
      <h2 className={column.title} id={ids.title}>
        {words.activate.title}
      </h2>
      <p className="dimmed">{words.activate.lead}</p>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (checked.is === 'good') activation.run(checked.token);
        }}
      >
        <label className={classes.label} htmlFor={ids.text}>
          {words.activate.label}
        </label>
        <textarea
          className={`mono ${classes.token}`}
          id={ids.text}
          rows={4}
          value={text}
          placeholder={words.activate.placeholder}
          spellCheck={false}
          autoComplete="off"
          readOnly={activation.running}
          aria-invalid={wrong}
          aria-describedby={ids.hint}
          onChange={(event) => change(event.currentTarget.value)}
          onKeyDown={(event) => {
            // A token has no lines: Enter is for the button.
            if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
            event.preventDefault();
            if (checked.is === 'good') activation.run(checked.token);
          }}
        />
        <Hint id={ids.hint} {...hintOf(checked, fileHadNone, words)} />
        <div className={classes.actions}>
          <Button type="submit" px="sm" aria-disabled={activation.running} disabled={checked.is !== 'good'}>
            {activation.running ? words.activate.working : words.actions.activate}
          </Button>
          <Button
            variant="default"
            px="sm"
            leftSection={<FileKey2 size={16} aria-hidden />}
            onClick={() => chooser.current?.click()}
          >
            {words.activate.choose}
          </Button>
          <input
            ref={chooser}
            type="file"
            hidden
            accept=".causeway"
            onChange={(event) => {
              take(event.currentTarget.files?.[0]);
              event.currentTarget.value = '';
            }}
          />
        </div>
      </form>
      <p className="unseen" role="status">
        {activation.running ? words.activate.working : ''}
      </p>
      <RefusalAlert error={activation.error} />
      {dragged && <p className={classes.drop}>{words.activate.drop}</p>}
    </section>
  );
}

function Hint({ id, tone, text }: { readonly id: string; readonly tone: Tone; readonly text: string }) {
  return (
    <p className={classes.hint} id={id} role="status" data-tone={tone}>
      {text !== '' && <StateMark tone={tone} size={14} />}
      <span>{text}</span>
    </p>
  );
}

function hintOf(checked: TokenCheck, fileHadNone: boolean, { activate }: Words): { tone: Tone; text: string } {
  if (fileHadNone) return { tone: 'bad', text: activate.noTokenInFile };
  switch (checked.is) {
    case 'empty':
      return { tone: 'idle', text: '' };
    case 'begun':
      return { tone: 'idle', text: activate.begun };
    case 'no-token':
      return { tone: 'bad', text: activate.noToken };
    case 'mistyped':
      return { tone: 'bad', text: activate.mistyped };
    case 'good':
      return { tone: 'good', text: activate.server(checked.server) };
  }
}

async function readToken(file: File): Promise<string | undefined> {
  if (file.size > ACTIVATION_FILE_MAX_BYTES) return undefined;
  try {
    return tokenOfFile(await file.text());
  } catch {
    // A folder, or a file that is gone again.
    return undefined;
  }
}
