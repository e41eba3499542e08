/** Somebody else has saved while one types. */
import { Button } from '../../../parts/button.tsx';
import { Callout } from '../../../parts/callout.tsx';

export function StaleNotice({ version, onShow }: { version: number; onShow: () => void }) {
  return (
    <Callout
      tone="warn"
      title={`Somebody else has saved version ${version} since you began.`}
      actions={<Button onClick={onShow}>See the difference</Button>}
    >
      <p>What you have typed is all here.</p>
    </Callout>
  );
}
