import { command } from '../command.ts';
import { EXIT } from '../exit.ts';
import { allPages } from '../session.ts';
import { clean } from '../text/width.ts';

type Template = {
  readonly databaseId: number;
  readonly slug: string;
  readonly displayName: string;
  readonly triggerText: string;
  readonly defaultEnabled: boolean;
  readonly version: number;
  readonly counts: {
    readonly on: number;
    readonly off: number;
    readonly needsValues: number;
    readonly broken: number;
  };
};

export const TEMPLATES = `query Templates($q: String, $first: Int!, $after: String) {
  templates(q: $q, first: $first, after: $after) {
    nodes { databaseId slug displayName triggerText defaultEnabled version counts { on off needsValues broken } }
    pageInfo { hasNextPage endCursor } } }`;

export const templateList = command({
  name: 'template list',
  summary: 'Lists the templates, and how many projects have each on',
  words: '[text]',
  more: 'With a text, those that have it in their name, slug or description.',
  examples: [
    ['hf-scheduler template list', 'all of them'],
    ['hf-scheduler template list refresh', 'those that refresh something'],
  ],
  async run({ out, session }, { words: [q = null] }) {
    const found = await allPages<Template>(session(), TEMPLATES, { q });
    found.sort((a, b) => (a.slug < b.slug ? -1 : 1));
    if (out.isJson) out.document(found);
    else if (found.length === 0) out.note('There are none.');
    else {
      const count = (
        title: string,
        of: (counts: Template['counts']) => number,
        colour?: 'red',
      ) => ({
        title,
        text: ({ counts }: Template) => String(of(counts)),
        align: 'right' as const,
        ...(colour && {
          paint: (cell: string, { counts }: Template) =>
            of(counts) > 0 ? out.paint(colour, cell) : cell,
        }),
      });
      out.table(found, [
        { title: 'TEMPLATE', text: ({ slug }) => slug, cut: 'last' },
        { title: 'NAME', text: ({ displayName }) => clean(displayName), cut: 'first' },
        { title: 'FIRES', text: ({ triggerText }) => clean(triggerText), cut: 'first' },
        count('ON', ({ on }) => on),
        count('OFF', ({ off }) => off),
        count('NEED VALUES', ({ needsValues }) => needsValues),
        count('BROKEN', ({ broken }) => broken, 'red'),
        {
          title: 'NEW PROJECTS',
          text: ({ defaultEnabled }) => (defaultEnabled ? 'on' : ''),
        },
      ]);
    }
    return EXIT.fine;
  },
});
