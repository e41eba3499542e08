/** A card as the report engine draws it, in a shadow root: its style sheet counts there alone, and as an adopted one the
 *  page's policy allows it. */
import { useLayoutEffect, useRef } from 'react';
import styles from './canvas.module.css';

let sheet: { readonly text: string; readonly made: CSSStyleSheet } | null = null;

function sheetOf(text: string): CSSStyleSheet {
  if (sheet?.text !== text) {
    const made = new CSSStyleSheet();
    made.replaceSync(text);
    sheet = { text, made };
  }
  return sheet.made;
}

/** What it shows is said beside it: it is a picture, and nothing in it can be reached. */
export function DrawnCard({ html, style }: { html: string; style: string }) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const place = host.current!;
    const root = place.shadowRoot ?? place.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheetOf(style)];
    root.innerHTML = html;
  }, [html, style]);
  return <div ref={host} className={styles['drawn']} inert aria-hidden="true" />;
}
