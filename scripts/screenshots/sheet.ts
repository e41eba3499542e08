/** All pictures on one page, small, each a link to itself. */
import { nameOf, VARIANTS } from './take.ts';

/** @param screens in order. @param taken names of the files that there are. */
export function contactSheet(screens: readonly string[], taken: ReadonlySet<string>): string {
  const rows = screens.map((screen) => {
    const cells = VARIANTS.map((variant) => {
      const file = `${screen}-${nameOf(variant)}.png`;
      return taken.has(file)
        ? `<td><a href="${file}"><img src="${file}" alt="${file}" loading="lazy"></a></td>`
        : '<td></td>';
    });
    return `<tr><th scope="row">${screen}</th>${cells.join('')}</tr>`;
  });
  const heads = VARIANTS.map((variant) => `<th scope="col">${nameOf(variant)}</th>`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Screens</title>
<style>
  body { font: 14px system-ui, sans-serif; margin: 1rem; background: #8883; }
  th { text-align: start; padding: 0.5rem; position: sticky; inset-inline-start: 0; }
  td { vertical-align: top; padding: 0.5rem; }
  img { width: 16rem; max-height: 24rem; object-fit: cover; object-position: top; border: 1px solid #8886; }
</style>
<table>
<thead><tr><th></th>${heads.join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</html>
`;
}
