/** Mantine's looks on the router's links: typed addresses, loaded before the click. */
import { Anchor, type AnchorProps, Button, type ButtonProps, NavLink, type NavLinkProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';

type AnchorAttributes<Props> = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof Props> & {
  ref?: Ref<HTMLAnchorElement>;
};

export const LinkButton = createLink((props: ButtonProps & AnchorAttributes<ButtonProps>) => (
  <Button component="a" {...props} />
));

export const LinkAnchor = createLink((props: AnchorProps & AnchorAttributes<AnchorProps>) => <Anchor {...props} />);

export const LinkNav = createLink((props: NavLinkProps & AnchorAttributes<NavLinkProps>) => (
  <NavLink component="a" {...props} />
));
