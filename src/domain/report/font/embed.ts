/** The fonts of a document, within it. */
import { readFileSync } from 'node:fs';
import { fontFilesFor, type FontFile } from './faces.ts';

const rules = new Map<string, string>();

/** @font-face rules with the files that hold the text's characters; 40 to 70 kB for Latin text, 50 kB for each of
 *  some files of Han. Emoji of colour take half a megabyte to four: paper has them, a window has its own. */
export function embedFonts(text: string, mode: 'page' | 'print'): string {
  return fontFilesFor(text, mode === 'print')
    .map(ruleOf)
    .join('');
}

function ruleOf({ family, weight, file, range }: FontFile): string {
  let rule = rules.get(file);
  if (rule === undefined) {
    const format = file.endsWith('.woff2') ? 'woff2' : 'woff';
    const data = readFileSync(file).toString('base64');
    rule = `@font-face{font-family:'${family}';font-weight:${weight};src:url(data:font/${format};base64,${data}) format('${format}');unicode-range:${range}}`;
    // A few scripts are used again and again; all of them together would be 40 MB.
    if (rules.size > 40) rules.clear();
    rules.set(file, rule);
  }
  return rule;
}
