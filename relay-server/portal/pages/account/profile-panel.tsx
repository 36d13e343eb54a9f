/** Who you are on this server. */
import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Account } from '../../api/shapes.ts';
import { EditDialog } from '../../components/edit-dialog.tsx';
import type { EditField } from '../../components/edit-form.tsx';
import { RIGHTS_WORDS } from '../people/rights-words.ts';
import classes from './account.module.css';
import { AccountSection } from './account-section.tsx';

const FIELDS: readonly EditField[] = [
  {
    key: 'displayName',
    label: 'Your name as others see it',
    hint: 'In the audit, for one.',
    maxLength: 80,
    required: true,
  },
];

export function ProfilePanel({ account }: { readonly account: Account }) {
  const [opened, dialog] = useDisclosure(false);
  const { displayName, name, rights } = account;
  return (
    <AccountSection
      title={displayName}
      lead={RIGHTS_WORDS[rights].may}
      action={
        <Button variant="default" onClick={dialog.open}>
          Change name
        </Button>
      }
    >
      <Group component="dl" gap="xl" className={classes.facts}>
        <div>
          <dt>Signs in as</dt>
          <dd>{name}</dd>
        </div>
        <div>
          <dt>Rights</dt>
          <dd>{RIGHTS_WORDS[rights].label}</dd>
        </div>
      </Group>
      <EditDialog
        opened={opened}
        onClose={dialog.close}
        what="account"
        fields={FIELDS}
        address="/account"
        subscription={null}
        kind="account"
      />
    </AccountSection>
  );
}
