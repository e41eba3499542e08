import { Page } from '../../parts/page.tsx';

export default function Tile() {
  return <Page title="Tile">…</Page>;
}
