/** What dbt says of its nodes, read from the lines of `--log-format json`. Other lines, and events that tell nothing of
 *  a node, are null: dbt's words change between versions, its result file is what counts in the end. */
import { z } from 'zod';

const nodeForm = z.object({
  unique_id: z.string(),
  node_name: z.string(),
  resource_type: z.string(),
  materialized: z.string().optional(),
  node_status: z.string().optional(),
});

const lineForm = z.object({
  info: z.object({ name: z.string(), level: z.string(), msg: z.string() }),
  data: z
    .object({
      node_info: nodeForm.optional(),
      total: z.number().optional(),
      run_result: z
        .object({
          status: z.string().optional(),
          message: z.string().nullish(),
          execution_time: z.number().optional(),
          adapter_response: z.record(z.string(), z.unknown()).nullish(),
        })
        .optional(),
    })
    .loose(),
});

export type DbtEvent =
  | { readonly type: 'begun'; readonly total: number | null; readonly node: DbtNode }
  | {
      readonly type: 'ended';
      readonly node: DbtNode;
      readonly status: string;
      readonly message: string | null;
      readonly rows: number | null;
      readonly seconds: number | null;
    }
  | { readonly type: 'said'; readonly level: 'info' | 'warn' | 'error'; readonly text: string };

export type DbtNode = {
  /** As in `model.honeyframe.orders`. */
  readonly id: string;
  readonly name: string;
  /** model, test, seed, snapshot … */
  readonly type: string;
};

// What a person would miss: dbt's own errors and warnings, and that it parses everything anew.
const LEVELS: Readonly<Record<string, 'warn' | 'error'>> = { warn: 'warn', error: 'error' };
// Told by the nodes themselves.
const OF_NODES = /^(Log.*Result|LogStartLine|NodeStart|NodeFinished|RunResult.*|EndOfRunSummary)$/;

export function readEvent(line: string): DbtEvent | null {
  if (!line.startsWith('{')) return null;
  const parsed = lineForm.safeParse(jsonOf(line));
  if (!parsed.success) return null;
  const { info, data } = parsed.data;
  const { node_info: told, run_result: result, total = null } = data;
  const node = told && { id: told.unique_id, name: told.node_name, type: told.resource_type };
  if (node && info.name === 'LogStartLine') return { type: 'begun', total, node };
  if (node && info.name === 'NodeFinished' && result) {
    return {
      type: 'ended',
      node,
      status: result.status || told.node_status || 'unknown',
      message: result.message || null,
      rows: rowsOf(result.adapter_response),
      seconds: result.execution_time ?? null,
    };
  }
  const level = LEVELS[info.level];
  if (level === undefined || OF_NODES.test(info.name)) return null;
  return { type: 'said', level, text: info.msg.trim() };
}

/** Rows that the statement made or changed; null for a view, which has none yet. */
export function rowsOf(response: Readonly<Record<string, unknown>> | null | undefined) {
  const { code, rows_affected: rows } = response ?? {};
  if (typeof code === 'string' && code.startsWith('CREATE')) return null;
  const count = Number(rows);
  return rows === undefined || !Number.isInteger(count) || count < 0 ? null : count;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Cut, or not dbt's.
    return null;
  }
}
