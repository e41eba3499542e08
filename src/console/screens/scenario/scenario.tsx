import { Page } from '../../parts/page.tsx';

export default function Scenario() {
  return <Page title="Scenario">…</Page>;
}
