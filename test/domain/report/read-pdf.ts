/** What a PDF of Chromium says about itself: its pages, and the tree of its tags with the pages they lie on. */

export type Tag = { readonly kind: string; readonly pages: ReadonlySet<number> };
export type Pdf = {
  readonly pages: number;
  /** Points. */
  readonly sizes: readonly string[];
  readonly isTagged: boolean;
  readonly title: string;
  readonly fonts: readonly string[];
  readonly notWithin: readonly string[];
  readonly tags: readonly Tag[];
};

export function readPdf(bytes: Buffer): Pdf {
  const objects = new Map<number, string>();
  for (const match of bytes.toString('latin1').matchAll(/\n(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) {
    objects.set(Number(match[1]), match[2]!.split('\nstream\n')[0]!);
  }
  const all = [...objects.values()];
  const pages = [...objects].filter(([, text]) => /\/Type \/Page\n/.test(text)).map(([id]) => id);
  const children = new Map<number, number[]>();
  for (const [id, text] of objects) {
    const parent = /\/P (\d+) 0 R/.exec(text)?.[1];
    if (!text.startsWith('<</Type /StructElem') || parent === undefined) continue;
    const list = children.get(Number(parent)) ?? [];
    children.set(Number(parent), [...list, id]);
  }
  const pagesOf = (id: number): number[] => [
    ...[...objects.get(id)!.matchAll(/\/Pg (\d+) 0 R/g)].map((match) => Number(match[1])),
    ...(children.get(id) ?? []).flatMap(pagesOf),
  ];
  const tags = [...objects]
    .filter(([, text]) => text.startsWith('<</Type /StructElem'))
    .map(([id, text]) => ({
      kind: /\/S \/(\w+)/.exec(text)?.[1] ?? '',
      pages: new Set(pagesOf(id)),
    }));
  // A font of fixed weight brings its file, one of variable weight each letter as a drawing.
  const described = all.filter((text) => text.includes('/Type /FontDescriptor'));
  const drawn = new Set(
    all.flatMap((text) =>
      /\/Subtype \/Type3\b/.test(text) && text.includes('/CharProcs')
        ? Number(/\/FontDescriptor (\d+) 0 R/.exec(text)?.[1] ?? 0)
        : [],
    ),
  );
  const nameOf = (text: string) => /\/FontName \/([^\s/]+)/.exec(text)?.[1] ?? '';
  const absent = [...objects].filter(
    ([id, text]) => described.includes(text) && !text.includes('/FontFile') && !drawn.has(id),
  );
  return {
    pages: pages.length,
    sizes: all.flatMap((text) => /\/MediaBox \[([^\]]+)\]/.exec(text)?.[1] ?? []),
    isTagged: all.some((text) => /\/Marked true/.test(text)),
    title:
      all.map((text) => /^<<\/Title \(([^)]*)\)\n\/Creator/.exec(text)?.[1]).find(Boolean) ?? '',
    fonts: described.map(nameOf),
    notWithin: absent.map(([, text]) => nameOf(text)),
    tags,
  };
}
