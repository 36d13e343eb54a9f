/** One person, and what an owner can do about them: one thing after the other, in one dialog. */
import { Button, Modal, Stack, Text } from '@mantine/core';
import { Ban, KeyRound, type LucideIcon, Pencil, ShieldOff, Trash2, UserCog } from 'lucide-react';
import { useState } from 'react';
import { path } from '../../api/client.ts';
import type { Person } from '../../api/shapes.ts';
import { EditDialog } from '../../components/edit-dialog.tsx';
import type { EditField } from '../../components/edit-form.tsx';
import { DisableForm, FactorForm, PasswordForm, RemoveForm, RightsForm } from './person-forms.tsx';
import { RIGHTS_WORDS } from './rights-words.ts';

export type PersonTask = 'name' | 'rights' | 'password' | 'factor' | 'disable' | 'remove';

export interface PersonDialogProps {
  readonly person: Person;
  /** Whether it is who looks. */
  readonly self: boolean;
  onClose(): void;
}

const FORMS = {
  rights: RightsForm,
  password: PasswordForm,
  factor: FactorForm,
  disable: DisableForm,
  remove: RemoveForm,
} as const;
const NAME_FIELDS: readonly EditField[] = [
  { key: 'displayName', label: 'Name as others see it', maxLength: 80, required: true },
];

export function PersonDialog({ person, self, onClose }: PersonDialogProps) {
  const [task, setTask] = useState<PersonTask>();
  if (task === 'name') {
    return (
      <EditDialog
        opened
        onClose={() => setTask(undefined)}
        what="person"
        fields={NAME_FIELDS}
        address={path`/people/${person.id}`}
        subscription={null}
        kind="people"
      />
    );
  }
  const Form = task === undefined ? undefined : FORMS[task];
  return (
    <Modal opened onClose={onClose} title={titleOf(task, person)} closeButtonProps={{ 'aria-label': 'Close' }}>
      {Form === undefined ? (
        <Tasks person={person} self={self} onChoose={setTask} />
      ) : (
        <Form person={person} self={self} onBack={() => setTask(undefined)} onClose={onClose} />
      )}
    </Modal>
  );
}

interface TasksProps {
  readonly person: Person;
  readonly self: boolean;
  onChoose(task: PersonTask): void;
}

function Tasks({ person, self, onChoose }: TasksProps) {
  const { name, rights, disabled, totp, hasPassword } = person;
  const tasks: readonly (readonly [PersonTask, string, LucideIcon, boolean])[] = [
    ['name', 'Change the name', Pencil, true],
    ['rights', 'Change the rights', UserCog, true],
    // One's own password and second factor are changed in the account, which asks for the present one.
    ['password', hasPassword ? 'Set a new password' : 'Set a password', KeyRound, !self],
    ['factor', 'Take the second factor away', ShieldOff, !self && totp],
    ['disable', disabled ? 'Let in again' : 'Disable', Ban, true],
    ['remove', 'Remove', Trash2, true],
  ];
  return (
    <Stack gap="xs">
      <Text c="dimmed" mb="xs">
        Signs in as {name}. {RIGHTS_WORDS[rights].label}: {RIGHTS_WORDS[rights].may}
      </Text>
      {tasks
        .filter(([, , , offered]) => offered)
        .map(([task, label, Icon], index) => (
          <Button
            key={task}
            variant="default"
            justify="flex-start"
            leftSection={<Icon size={16} aria-hidden />}
            data-autofocus={index === 0 || undefined}
            onClick={() => onChoose(task)}
          >
            {label}
          </Button>
        ))}
    </Stack>
  );
}

function titleOf(task: PersonTask | undefined, { displayName, disabled }: Person): string {
  switch (task) {
    case 'rights':
      return `Rights of ${displayName}`;
    case 'password':
      return `New password for ${displayName}`;
    case 'factor':
      return `Take the second factor of ${displayName} away?`;
    case 'disable':
      return disabled ? `Let ${displayName} in again?` : `Disable ${displayName}?`;
    case 'remove':
      return `Remove ${displayName}?`;
    default:
      return displayName;
  }
}
