import { Page } from '../../parts/page.tsx';

export default function NewScenario() {
  return <Page title="NewScenario">…</Page>;
}
