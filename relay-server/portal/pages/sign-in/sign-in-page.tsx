/** Sign in: stands outside of the shell, for people who are not signed in. */
import { PageHeader } from '../../components/page-header.tsx';
import { Panel } from '../../components/panel.tsx';
import { PlainPage } from '../../shell/plain-page.tsx';

export function SignInPage() {
  return (
    <PlainPage>
      <Panel>
        <PageHeader title="Sign in" lead="Sign in to look after your private network." />
      </Panel>
    </PlainPage>
  );
}
