/** Puts text on the clipboard, and says that it did. */
import { useEffect, useState } from 'react';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

const TOLD_MS = 2_000;

/** @param text is asked for when it is pressed: it may be long. */
export function CopyButton({ text, label = 'Copy' }: { text: () => string; label?: string }) {
  const [told, setTold] = useState<string | null>(null);
  useEffect(() => {
    if (told === null) return;
    const timer = setTimeout(() => setTold(null), TOLD_MS);
    return () => clearTimeout(timer);
  }, [told]);

  async function copy() {
    try {
      await navigator.clipboard.writeText(text());
      setTold('Copied');
    } catch {
      // Refused by the browser, or no clipboard at all: pages without https have none.
      setTold('The browser refuses');
    }
  }

  return (
    <>
      <Button kind="quiet" icon={<Icon name="copy" />} onClick={() => void copy()}>
        {told ?? label}
      </Button>
      <span role="status" className="visually-hidden">
        {told}
      </span>
    </>
  );
}
