/** Install Causeway: stands outside of the shell, for people who are not signed in. */
import { PageHeader } from '../../components/page-header.tsx';
import { Panel } from '../../components/panel.tsx';
import { PlainPage } from '../../shell/plain-page.tsx';

export function PublicInstallPage() {
  return (
    <PlainPage>
      <Panel>
        <PageHeader title="Install Causeway" lead="This takes two minutes." />
      </Panel>
    </PlainPage>
  );
}
