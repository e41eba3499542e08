/** Asks a project's warehouse what a person wrote in SQL. It runs on a login that may SELECT in this one schema and is
 *  a member of nothing, in a transaction that only reads, for 30 s at most, and answers 10,000 rows at most. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, row, sqlState } from '#platform/db.ts';
import type { Log } from '#platform/log.ts';
import type { SecretKey } from '#platform/secrets.ts';
import { ask, lineOf } from './ask.ts';
import { bindPeriod } from './bind-period.ts';
import { openBuildLogin, type BuildLogin } from './build-login.ts';
import { createGate } from './gate.ts';
import { loginOf, prepareLogin } from './read-login.ts';
import { findSchema } from './read-login.sql.ts';
import { stream, type Streamed } from './stream.ts';
import { WarehouseError } from './warehouse-error.ts';

export type Column = {
  readonly name: string;
  readonly type: 'number' | 'text' | 'date' | 'timestamp' | 'boolean';
};

/** Numbers that JavaScript cannot hold exactly, NaN and Infinity come as text; dates as `2026-11-25`, timestamps
 *  as `2026-11-25T14:30:00`, those with a zone with the offset that was in force in the asked zone. */
export type Cell = string | number | boolean | null;

export type Answer = {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Whether there were more rows than the cap. */
  readonly truncated: boolean;
};

export type Asked = {
  /** `{{ from }}`; the beginning of time when left out. */
  readonly from?: Date;
  /** `{{ to }}`; the end of time when left out. */
  readonly to?: Date;
  /** IANA zone of the session, in which days begin; UTC when left out. */
  readonly zone?: string;
};

export type Warehouse = {
  /** @param schema the project's, as its row names it.
   *  @throws WarehouseError in words for whoever wrote the SQL; the signal's reason once it is aborted, and then
   *  nothing is left running. */
  query(
    schema: string,
    sql: string,
    period: Asked,
    options: { readonly signal: AbortSignal },
  ): Promise<Answer>;
  /** All rows of the SQL, 500 at a time, without `{{ from }}` and `{{ to }}`: for what works on them rather than shows
   *  them. 30 s a piece. Let it end, or return it: until then it holds one of four places.
   *  @throws as `query`. */
  stream(
    schema: string,
    sql: string,
    zone: string,
    options: { readonly signal: AbortSignal },
  ): AsyncGenerator<Streamed, void>;
  /** The login that builds in the schema, for whoever holds the project's turn to build; what it makes can be read by
   *  `query`. @throws WarehouseError. */
  builder(schema: string): Promise<BuildLogin>;
};

export type WarehouseOptions = {
  readonly url: string;
  /** The logins' passwords are made from it; undefined: nothing can be asked. */
  readonly secretKey: SecretKey | undefined;
  readonly log: Log;
  /** How long a question may take. Default 30,000. */
  readonly limitMs?: number;
};

const LIMIT_MS = 30_000;
// Of a login's 20 connections four processes take these and one each for stopping; of the database's 100, all
// projects of a process together twelve.
const AT_ONCE = { schema: 4, process: 12 };
// Rights are put right again when something was refused, but not for each of a card's tries to get further.
const GRANT_AGAIN_MS = 10_000;

export function createWarehouse(options: WarehouseOptions): Warehouse & AsyncDisposable {
  const { url, secretKey, log, limitMs = LIMIT_MS } = options;
  const pool = createPool(url, { name: 'hf warehouse logins', max: 2, log });
  const whole = createGate(AT_ONCE.process);
  const gates = new Map<string, ReturnType<typeof createGate>>();
  const prepared = new Map<string, { readonly at: number; readonly done: Promise<void> }>();

  const gateOf = (schema: string) => {
    const gate = gates.get(schema) ?? createGate(AT_ONCE.schema);
    gates.set(schema, gate);
    return gate;
  };

  /** @param again though it was done before. */
  async function openLogin(schema: string, key: SecretKey, again: boolean) {
    const found = await row(pool, findSchema, [schema]);
    if (found === null)
      throw new WarehouseError('The project has no warehouse: its schema is gone.');
    const login = loginOf(key, found.role);
    if (again || !prepared.has(login.user)) {
      const done = prepareLogin(pool, schema, login);
      prepared.set(login.user, { at: performance.now(), done });
      done.catch(() => prepared.delete(login.user));
    }
    const { at, done } = prepared.get(login.user)!;
    await done;
    return { login, isFresh: performance.now() - at < GRANT_AGAIN_MS };
  }

  async function query(
    schema: string,
    sql: string,
    { from, to, zone = 'UTC' }: Asked,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<Answer> {
    if (secretKey === undefined) {
      throw new WarehouseError(
        'Set SECRET_KEY: the login that reads the warehouse is made from it.',
      );
    }
    const { bound, flaws } = bindPeriod(sql);
    if (bound === null) throw new WarehouseError(flaws.map(inWords).join('\n'));
    const instants = {
      from: from?.toISOString() ?? '-infinity',
      to: to?.toISOString() ?? 'infinity',
    };
    const values = bound.parameters.map((name) => instants[name]);
    using _project = await gateOf(schema).enter(signal);
    using _process = await whole.enter(signal);
    const late = AbortSignal.timeout(limitMs);
    const either = AbortSignal.any([signal, late]);
    try {
      for (let again = false; ;) {
        const { login, isFresh } = await openLogin(schema, secretKey, again);
        // A little later than we stop it from outside.
        const question = { url, login, text: bound.text, values, zone, limitMs: limitMs + 1_000 };
        try {
          return await ask(question, either);
        } catch (error) {
          if (sqlState(error) === TOO_MANY) {
            await sleep(CROWDED_MS, undefined, { signal: either });
            continue;
          }
          const isWrong = LOGIN_WRONG.has(sqlState(error) ?? '');
          const isRefused = sqlState(error) === '42501' && !isFresh;
          if (again || !(isWrong || isRefused)) throw error;
          again = true;
        }
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw asWarehouseError(error, bound.text, late.aborted ? limitMs : null);
    }
  }

  async function* streamRows(
    schema: string,
    sql: string,
    zone: string,
    { signal }: { readonly signal: AbortSignal },
  ): AsyncGenerator<Streamed, void> {
    if (secretKey === undefined) {
      throw new WarehouseError(
        'Set SECRET_KEY: the login that reads the warehouse is made from it.',
      );
    }
    using _project = await gateOf(schema).enter(signal);
    using _process = await whole.enter(signal);
    try {
      for (let again = false; ;) {
        const { login, isFresh } = await openLogin(schema, secretKey, again);
        const question = { url, login, text: sql, values: [], zone, limitMs };
        let begun = false;
        try {
          for await (const piece of stream(question, signal)) {
            begun = true;
            yield piece;
          }
          return;
        } catch (error) {
          if (begun) throw error;
          if (sqlState(error) === TOO_MANY) {
            await sleep(CROWDED_MS, undefined, { signal });
            continue;
          }
          const isWrong = LOGIN_WRONG.has(sqlState(error) ?? '');
          const isRefused = sqlState(error) === '42501' && !isFresh;
          if (again || !(isWrong || isRefused)) throw error;
          again = true;
        }
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw asWarehouseError(error, sql, null);
    }
  }

  function asWarehouseError(error: unknown, text: string, lateMs: number | null): WarehouseError {
    if (lateMs !== null || sqlState(error) === '57014') {
      const seconds = (lateMs ?? limitMs) / 1_000;
      const message = `It took longer than ${seconds} s and was stopped; ask for less, or for a shorter period.`;
      return new WarehouseError(message, { cause: error });
    }
    if (error instanceof WarehouseError) return error;
    const state = sqlState(error);
    if (state === undefined || /^(08|28|57P)/.test(state)) {
      log.warn({ err: error }, 'a warehouse could not be asked');
      return new WarehouseError('The warehouse cannot be reached now; the log has why.', {
        cause: error,
      });
    }
    const { message, hint, position } = error as Error & { hint?: string; position?: string };
    const line = lineOf(text, position);
    const words = [`${message}${line === null ? '' : ` (line ${line})`}`, hint];
    return new WarehouseError(words.filter(Boolean).join('\n'), { cause: error });
  }

  async function builder(schema: string): Promise<BuildLogin> {
    const reader = secretKey && (await openLogin(schema, secretKey, false)).login.user;
    return openBuildLogin(pool, { url, schema, reader: reader ?? null });
  }

  return { query, stream: streamRows, builder, [Symbol.asyncDispose]: () => pool.end() };
}

/** Other processes have taken all of the login's connections, or of the database's. */
const TOO_MANY = '53300';
const CROWDED_MS = 100;
/** Another key, or another's change: the password or the role itself. */
const LOGIN_WRONG = new Set(['28P01', '28000']);

const inWords = ({ line, column, message }: { line: number; column: number; message: string }) =>
  `Line ${line}, column ${column}: ${message}.`;
