/** One connection type a noun, whichever field has it. */
import { builder } from './builder.ts';
import type { Context } from './context.ts';

type Counted = {
  totalCount?: number | null | (() => number | Promise<number>);
  /** What a related list belongs to. */
  parent?: { readonly id?: unknown } | null;
};

/** Counts the related list of a row of a type; null where the list is counted by itself. */
type Related = (type: string, id: number, context: Context) => Promise<number> | null;

/** What `prismaConnection` and `relatedConnection` take as their second argument.
 *  @param type the noun's type. @param noun as in `Scenario`, @param plural for its description, as in `scenarios`.
 *  @param related counts lists that belong to something. */
export function connectionOf(
  type: object,
  noun: string,
  plural: string,
  related: Related = () => null,
) {
  return builder.connectionObject(
    {
      type: type as never,
      name: `${noun}Connection`,
      description: `A page of ${plural}.`,
      fields: (t) => ({
        totalCount: t.int({
          description: 'How many there are in all, whatever the page.',
          // Asked alone, it costs no page.
          extensions: { pothosPrismaTotalCount: true },
          resolve: (page, _args, context, info) => {
            const { totalCount, parent } = page as Counted;
            const owner = info.path.prev?.typename ?? '';
            const counted = parent == null ? null : related(owner, Number(parent.id), context);
            if (counted !== null) return counted;
            return typeof totalCount === 'function' ? totalCount() : (totalCount ?? 0);
          },
        }),
      }),
    },
    { name: `${noun}Edge`, description: `An entry of a page of ${plural}.` },
  );
}
