/** Counts the SQL statements that the API of this process sends: the proof that a longer page costs no more. */
import pg from 'pg';

/** What `work` answers, and every statement that was sent meanwhile on connections of the API. */
export async function withStatements<T>(work: () => Promise<T>): Promise<[T, string[]]> {
  const sent: string[] = [];
  const original = pg.Client.prototype.query;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [first] = args as [string | { text?: string }];
    const text = typeof first === 'string' ? first : (first.text ?? '');
    if (/^hf (?:api|prisma|events)$/.test(nameOf(this))) sent.push(text);
    return (original as (...given: unknown[]) => unknown).apply(this, args) as never;
  };
  try {
    return [await work(), sent];
  } finally {
    pg.Client.prototype.query = original;
  }
}

const nameOf = (client: pg.Client) =>
  (client as unknown as { connectionParameters: { application_name?: string } })
    .connectionParameters.application_name ?? '';
