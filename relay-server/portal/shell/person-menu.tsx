/** Who is signed in, at the foot of the navigation: their account, and the way out. */
import { Avatar, Menu, UnstyledButton } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { CircleUser, LogOut } from 'lucide-react';
import { accountQuery } from '../api/queries.ts';
import { notifyRefusal } from '../components/notify.tsx';
import classes from './person-menu.module.css';
import { signOut } from './sign-out.ts';

export function PersonMenu() {
  const { data: account } = useQuery(accountQuery);
  const navigate = useNavigate();
  const leave = useMutation({ mutationFn: signOut, onError: notifyRefusal });
  const shown = account?.displayName ?? 'Account';
  return (
    <Menu position="top-start" width="target" withinPortal={false}>
      <Menu.Target>
        <UnstyledButton className={classes.person}>
          <Avatar size={30} radius="xl" name={shown} color="tide" variant="filled" aria-hidden />
          <span className={classes.words}>
            <span className={classes.name}>{shown}</span>
            {account !== undefined && <span className={classes.signs}>{account.name}</span>}
          </span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown miw={200}>
        <Menu.Item leftSection={<CircleUser size={16} aria-hidden />} onClick={() => void navigate({ to: '/account' })}>
          Account
        </Menu.Item>
        <Menu.Item leftSection={<LogOut size={16} aria-hidden />} onClick={() => leave.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
