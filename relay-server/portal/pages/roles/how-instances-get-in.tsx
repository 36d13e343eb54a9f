/** Where the instances of a role come from: a token that one gives to the program. */
import { Text, Title } from '@mantine/core';
import { LinkAnchor } from '../../components/links.tsx';
import { Panel } from '../../components/panel.tsx';

export function HowInstancesGetIn({ subscription }: { readonly subscription: string }) {
  return (
    <Panel>
      <Title order={2} mb="xs">
        More instances
      </Title>
      <Text size="sm" c="dimmed">
        Start the program with an activation token of this role. Every copy that starts with it is an instance, with no
        further work.
      </Text>
      <LinkAnchor to="/s/$subscription/install" params={{ subscription }} mt="xs" display="inline-block">
        Tokens and install links
      </LinkAnchor>
    </Panel>
  );
}
