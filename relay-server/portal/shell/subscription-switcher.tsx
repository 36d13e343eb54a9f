/** Which subscription the pages are of, and the way to the others. */
import { Button, Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Check, ChevronsUpDown, Plus } from 'lucide-react';
import { subscriptionsQuery } from '../api/queries.ts';
import { useRights } from '../api/rights.ts';
import classes from './subscription-switcher.module.css';

export function SubscriptionSwitcher({ current }: { readonly current: string | undefined }) {
  const { data: subscriptions = [] } = useQuery(subscriptionsQuery);
  const { own } = useRights();
  const navigate = useNavigate();
  const shown = subscriptions.find(({ id, name }) => id === current || name === current)?.name ?? current;
  return (
    <Menu position="bottom-start" width="target" withinPortal={false}>
      <Menu.Target>
        <Button
          variant="default"
          fullWidth
          justify="space-between"
          className={classes.button}
          rightSection={<ChevronsUpDown size={16} aria-hidden />}
        >
          <span className={classes.caption}>Subscription</span>
          <span className={classes.name}>{shown ?? 'none yet'}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes.list}>
        {subscriptions.map(({ id, name }) => (
          <Menu.Item
            key={id}
            rightSection={name === shown ? <Check size={16} aria-label="chosen" /> : undefined}
            onClick={() => void navigate({ to: '/s/$subscription/computers', params: { subscription: name } })}
          >
            {name}
          </Menu.Item>
        ))}
        {own && (
          <>
            <Menu.Divider />
            <Menu.Item
              leftSection={<Plus size={16} aria-hidden />}
              onClick={() => void navigate({ to: '/subscriptions/new' })}
            >
              New subscription
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
