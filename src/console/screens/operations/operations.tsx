import { Page } from '../../parts/page.tsx';

export default function Operations() {
  return <Page title="Operations">…</Page>;
}
