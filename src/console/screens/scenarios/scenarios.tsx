import { Page } from '../../parts/page.tsx';

export default function Scenarios() {
  return <Page title="Scenarios">…</Page>;
}
