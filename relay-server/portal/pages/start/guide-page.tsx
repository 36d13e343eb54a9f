/** Get started. */
import { PageHeader } from '../../components/page-header.tsx';

export function GuidePage() {
  return <PageHeader title="Get started" lead="Three steps." />;
}
