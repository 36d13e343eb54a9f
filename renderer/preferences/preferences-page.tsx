/** What the person may choose; and leaving the network. */
import { Button, Modal, SegmentedControl, Switch } from '@mantine/core';
import { useId, useState } from 'react';
import type { DesktopState, Preferences } from '#electron/ipc/schema.ts';
import { useAttempt } from '../shell/attempt.ts';
import column from '../shell/page-column.module.css';
import { RefusalAlert } from '../shell/refusal-alert.tsx';
import { useStore, useView } from '../store/use-window.ts';
import { useWords } from '../words/use-words.ts';
import classes from './preferences-page.module.css';

export function PreferencesPage({ state }: { readonly state: DesktopState }) {
  const { words } = useWords();
  const { call } = useStore();
  const { preferences } = useView();
  const why = useId();
  const change = useAttempt((changes: Partial<Preferences>) => call('changePreferences', changes));
  const joined = state.agent === 'here' && state.status.machine !== null;
  if (preferences === null) return <p role="status">{words.busy}</p>;
  const { language, colorScheme, startAtLogin, notifications } = preferences;
  const of = words.preferences;
  return (
    <div className={column.column}>
      <section className={column.card} aria-label={of.title}>
        <Choice
          label={of.language}
          value={language}
          options={[
            ['system', of.system],
            ['en', 'English'],
            ['de', 'Deutsch'],
          ]}
          onChange={(language) => change.run({ language })}
        />
        <Choice
          label={of.colorScheme}
          value={colorScheme}
          options={[
            ['system', of.system],
            ['light', of.light],
            ['dark', of.dark],
          ]}
          onChange={(colorScheme) => change.run({ colorScheme })}
        />
        <Switch
          label={of.startAtLogin}
          checked={startAtLogin}
          onChange={(event) => change.run({ startAtLogin: event.currentTarget.checked })}
        />
        <Switch
          label={of.notifications}
          aria-describedby={why}
          checked={notifications}
          onChange={(event) => change.run({ notifications: event.currentTarget.checked })}
        />
        <p className={classes.why} id={why}>
          {of.notificationsWhy}
        </p>
        <RefusalAlert error={change.error} />
      </section>
      {joined && <Leave />}
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [Value, string])[];
  onChange(value: Value): void;
}

function Choice<Value extends string>({ label, value, options, onChange }: ChoiceProps<Value>) {
  const id = useId();
  return (
    <div className={classes.choice}>
      <p className={classes.label} id={id}>
        {label}
      </p>
      <SegmentedControl
        aria-labelledby={id}
        fullWidth
        value={value}
        data={options.map(([value, label]) => ({ value, label }))}
        onChange={onChange}
      />
    </div>
  );
}

function Leave() {
  const { words } = useWords();
  const { call, go } = useStore();
  const [asked, setAsked] = useState(false);
  const leaving = useAttempt(async () => {
    await call('down', { forget: true });
    setAsked(false);
    go('status');
  });
  const of = words.preferences;
  return (
    <section className={column.card} aria-label={of.leaveTitle}>
      <p className="dimmed">{of.leaveWhy}</p>
      <div>
        <Button variant="outline" color="red" className={classes.leave} onClick={() => setAsked(true)}>
          {of.leave}
        </Button>
      </div>
      <Modal opened={asked} onClose={() => setAsked(false)} title={of.leaveTitle} withCloseButton={false}>
        <div className={column.column}>
          <p>{of.leaveWhy}</p>
          <RefusalAlert error={leaving.error} />
          <div className={classes.actions}>
            <Button variant="default" data-autofocus onClick={() => setAsked(false)}>
              {of.cancel}
            </Button>
            <Button color="red.9" loading={leaving.running} onClick={() => leaving.run()}>
              {of.leaveSure}
            </Button>
          </div>
        </div>
      </Modal>
    </section>
  );
}
