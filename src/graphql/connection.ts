/** One connection type a noun, whichever field has it. */
import { builder } from './builder.ts';

type Counted = { totalCount?: number | null | (() => number | Promise<number>) };

/** What `prismaConnection` and `relatedConnection` take as their second argument.
 *  @param type the noun's type. @param noun as in `Scenario`, @param plural for its description, as in `scenarios`. */
export function connectionOf(type: object, noun: string, plural: string) {
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
          resolve: (page) => {
            const { totalCount } = page as Counted;
            return typeof totalCount === 'function' ? totalCount() : (totalCount ?? 0);
          },
        }),
      }),
    },
    { name: `${noun}Edge`, description: `An entry of a page of ${plural}.` },
  );
}
