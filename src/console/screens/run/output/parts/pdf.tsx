/** A PDF in place, where the browser has a viewer; everywhere a link that opens it. */
import type { Artifact } from '../output.ts';
import styles from './output.module.css';

export function Pdf({ file: { name, inlinePath } }: { file: Artifact }) {
  if (inlinePath === null || !navigator.pdfViewerEnabled) return null;
  // What stands behind the # is for the viewers of Chromium and Firefox: the width of a page, no bars.
  const src = `${inlinePath}#view=FitH&toolbar=0&navpanes=0`;
  return <iframe className={styles['pdf']} src={src} title={name} loading="lazy" />;
}
