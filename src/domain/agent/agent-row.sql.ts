/** Statements about rows and their answers. The rows of one attempt lie in temporary tables of one session: a resume reads
 *  them anew, and finds the answers that there are. */
import { statement } from '#platform/db.ts';
import type { Json } from '../step/kind.ts';

export const CREATE_PASS = `
  create temp table hf_agent_pass
    (n bigint primary key, row_key text not null, input_hash bytea not null, cells jsonb not null);
  create temp table hf_agent_todo
    (n bigint primary key, row_key text not null, input_hash bytea not null, same int not null, failed_at text)`;

export const DROP_PASS = 'drop table if exists hf_agent_pass, hf_agent_todo';

/** $1 [{n, k: key, h: hash in hex, c: cells}]. */
export const addToPass = statement<never>(
  'add-to-agent-pass',
  `insert into hf_agent_pass
   select n, k, decode(h, 'hex'), c from jsonb_to_recordset($1::jsonb) as r (n bigint, k text, h text, c jsonb)`,
);

/** What has no answer yet; rows that are the same are one question. $1 first run, $2 step. */
export const findTodo = statement<never>(
  'find-agent-todo',
  `insert into hf_agent_todo
   select min(p.n), p.row_key, p.input_hash, count(*), max(a.at)::text
   from hf_agent_pass p
   left join agent_row a on a.origin_run_id = $1 and a.step_name = $2
     and a.row_key = p.row_key and a.input_hash = p.input_hash
   where a.answer is null
   group by p.row_key, p.input_hash`,
);

export const countTodo = statement<{ rows: number; questions: number }>(
  'count-agent-todo',
  `select coalesce(sum(same), 0)::int as rows, count(*)::int as questions from hf_agent_todo`,
);

export type Todo = {
  readonly n: number;
  readonly rowKey: string;
  readonly inputHash: Buffer;
  /** How many rows this one question stands for. */
  readonly same: number;
  /** When it failed last; null: never. */
  readonly failedAt: string | null;
  readonly cells: readonly (string | null)[];
};

/** $1 the number behind which to go on, $2 how many. */
export const nextTodo = statement<Todo>(
  'next-agent-todo',
  `select t.n, t.row_key as "rowKey", t.input_hash as "inputHash", t.same, t.failed_at as "failedAt", p.cells
   from hf_agent_todo t join hf_agent_pass p using (n) where t.n > $1 order by t.n limit $2`,
);

/** One row's end, in the hands of this claim alone. No row: another one holds the run. A run's spending on a row adds up;
 *  that of an earlier run of the chain is the earlier run's. $1 run, $2 fence, $3 first run, $4 step, $5 key, $6 hash,
 *  $7 answer, $8 error, $9 and $10 tokens in and out. */
export const recordRow = statement<{ id: number }>(
  'record-agent-row',
  `with held as (
     select id from run where id = $1 and fence = $2 and state = 'running' for share
   )
   insert into agent_row as r
     (origin_run_id, step_name, row_key, input_hash, run_id, answer, error, tokens_in, tokens_out, at)
   select $3, $4, $5, $6, held.id, $7::jsonb, $8, $9, $10, clock_timestamp() from held
   on conflict (origin_run_id, step_name, row_key, input_hash) do update
     set run_id = excluded.run_id, answer = excluded.answer, error = excluded.error, at = excluded.at,
         tokens_in = excluded.tokens_in + case when r.run_id = excluded.run_id then r.tokens_in else 0 end,
         tokens_out = excluded.tokens_out + case when r.run_id = excluded.run_id then r.tokens_out else 0 end
   returning id`,
);

/** $1 run, $2 step. */
export const sumSpent = statement<{ in: number; out: number }>(
  'sum-agent-tokens',
  `select coalesce(sum(tokens_in), 0)::float8 as "in", coalesce(sum(tokens_out), 0)::float8 as out
   from agent_row where run_id = $1 and step_name = $2`,
);

export type Answered = {
  readonly n: number;
  readonly cells: readonly (string | null)[];
  readonly answer: { readonly [key: string]: Json };
};

/** The rows of this attempt with their answers. $1 first run, $2 step, $3 the number behind which to go on, $4 how many. */
export const nextAnswered = statement<Answered>(
  'next-agent-answers',
  `select p.n, p.cells, a.answer from hf_agent_pass p
   join agent_row a on a.origin_run_id = $1 and a.step_name = $2
     and a.row_key = p.row_key and a.input_hash = p.input_hash and a.answer is not null
   where p.n > $3 order by p.n limit $4`,
);

/** As Postgres writes them. $1 types, $2 modifiers. */
export const nameTypes = statement<{ name: string }>(
  'name-types',
  `select format_type(t, m) as name from unnest($1::oid[], $2::int[]) with ordinality u (t, m, o) order by o`,
);
