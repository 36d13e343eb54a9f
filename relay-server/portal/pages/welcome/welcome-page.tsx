/** Welcome to Causeway: stands outside of the shell, for people who are not signed in. */
import { PageHeader } from '../../components/page-header.tsx';
import { Panel } from '../../components/panel.tsx';
import { PlainPage } from '../../shell/plain-page.tsx';

export function WelcomePage() {
  return (
    <PlainPage>
      <Panel>
        <PageHeader title="Welcome to Causeway" lead="Let us set up this server." />
      </Panel>
    </PlainPage>
  );
}
