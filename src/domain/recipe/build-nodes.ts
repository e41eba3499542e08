/** The nodes of one build: followed live by what dbt says, and in the end as its own files have them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { rowsOf, type DbtEvent } from './dbt-event.ts';

export type BuiltNode = {
  /** As in `model.honeyframe.orders`. */
  readonly id: string;
  readonly name: string;
  /** model, test, seed, snapshot … */
  readonly type: string;
  /** dbt's: success, error, skipped; of tests pass, fail, warn; running while it is, unknown when the end was not seen. */
  readonly status: string;
  /** That it made or changed; null where nothing tells, as of a view. Of a test, those that failed it. */
  readonly rows: number | null;
  readonly seconds: number | null;
  /** What dbt or the database said; of a skipped one, because of what. */
  readonly message: string | null;
  /** In the dbt project; null while it is not known. */
  readonly file: string | null;
  /** Where it is to be found in the warehouse; null for tests. */
  readonly table: string | null;
  /** The ids of what it reads. */
  readonly reads: readonly string[];
};

const FAILED = new Set(['error', 'fail', 'runtime error', 'partial success']);
export const hasFailed = ({ status }: Pick<BuiltNode, 'status'>) => FAILED.has(status);

export type Nodes = {
  /** @returns the node that it changed; null when it changed none. */
  take(event: DbtEvent): BuiltNode | null;
  /** How many have ended. */
  readonly ended: number;
  /** How many there are to be; null until dbt said so. */
  readonly total: number | null;
  list(): BuiltNode[];
};

export function createNodes(): Nodes {
  const nodes = new Map<string, BuiltNode>();
  let total: number | null = null;
  let ended = 0;
  return {
    take(event) {
      if (event.type === 'said') return null;
      const { node } = event;
      const before = nodes.get(node.id);
      const blank = {
        message: null,
        rows: null,
        seconds: null,
        file: null,
        table: null,
        reads: [],
      };
      let now: BuiltNode;
      if (event.type === 'begun') {
        total = event.total ?? total;
        now = { ...node, ...blank, status: 'running' };
      } else {
        if (before === undefined || before.status === 'running') ended += 1;
        const { status, rows, seconds, message } = event;
        const told = status === 'success' ? null : plain(message);
        const counted = node.type === 'test' ? null : rows;
        now = { ...node, ...blank, status, seconds, rows: counted, message: told };
      }
      nodes.set(node.id, now);
      return now;
    },
    get ended() {
      return ended;
    },
    get total() {
      return total;
    },
    list: () => [...nodes.values()],
  };
}

const resultsForm = z.object({
  results: z.array(
    z.object({
      unique_id: z.string(),
      status: z.string(),
      message: z.string().nullish(),
      execution_time: z.number().nullish(),
      failures: z.number().nullish(),
      adapter_response: z.record(z.string(), z.unknown()).nullish(),
      relation_name: z.string().nullish(),
    }),
  ),
});

const manifestForm = z.object({
  nodes: z.record(
    z.string(),
    z.object({
      name: z.string(),
      resource_type: z.string(),
      original_file_path: z.string(),
      relation_name: z.string().nullish(),
      alias: z.string().nullish(),
      depends_on: z.object({ nodes: z.array(z.string()).default([]) }).default({ nodes: [] }),
    }),
  ),
});

/** What dbt wrote down, in the order in which it ended; of what it had no time to write down, what it said.
 *  @param target dbt's target folder. */
export async function reconcile(target: string, seen: readonly BuiltNode[]): Promise<BuiltNode[]> {
  const results = resultsForm.safeParse(await jsonOf(join(target, 'run_results.json')));
  const manifest = manifestForm.safeParse(await jsonOf(join(target, 'manifest.json')));
  const known = manifest.success ? manifest.data.nodes : {};
  const written = (results.success ? results.data.results : []).map((result): BuiltNode => {
    const { unique_id: id, status, message, execution_time: seconds } = result;
    const [type = '', , name = ''] = id.split('.');
    const isTest = (known[id]?.resource_type ?? type) === 'test';
    return {
      ...{ id, name, type, status, seconds: round(seconds), ...placeOf(known[id]) },
      rows: isTest ? (result.failures ?? null) : rowsOf(result.adapter_response),
      message: status === 'success' ? null : plain(message),
    };
  });
  const ids = new Set(written.map(({ id }) => id));
  const unwritten = seen
    .filter(({ id }) => !ids.has(id))
    .map((node) => {
      // It had begun; dbt ended before it did.
      const status = node.status === 'running' ? 'unknown' : node.status;
      return { ...node, ...placeOf(known[node.id]), seconds: round(node.seconds), status };
    });
  return withCauses([...written, ...unwritten]);
}

/** Says of each skipped node which failed one it stands behind. */
function withCauses(nodes: readonly BuiltNode[]): BuiltNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  // A test that failed keeps back what reads the tested model.
  const testsOf = Map.groupBy(
    nodes.filter((node) => node.type === 'test' && hasFailed(node)),
    ({ reads }) => reads[0] ?? '',
  );
  const causes = (node: BuiltNode, met: Set<string>): BuiltNode[] =>
    node.reads.flatMap((id) => {
      if (met.has(id)) return [];
      met.add(id);
      const read = byId.get(id);
      const failed = read && hasFailed(read) ? [read] : (testsOf.get(id) ?? []);
      return failed.length > 0 || read?.status !== 'skipped' ? failed : causes(read, met);
    });
  return nodes.map((node) => {
    if (node.status !== 'skipped' || node.message !== null) return node;
    const names = causes(node, new Set()).map(({ type, name }) => `the ${type} ${name}`);
    if (names.length === 0) return node;
    return { ...node, message: `skipped because ${names.join(' and ')} failed` };
  });
}

function placeOf(node: z.output<typeof manifestForm>['nodes'][string] | undefined) {
  if (node === undefined) return { file: null, table: null, reads: [] };
  const { name, resource_type: type, relation_name: relation } = node;
  return {
    ...{ name, type, file: node.original_file_path, reads: node.depends_on.nodes },
    table: relation ? (node.alias ?? name) : null,
  };
}

// Of files that are gone with the build.
const COMPILED = /\n? *compiled code at .*/g;

function plain(message: string | null | undefined): string | null {
  return message?.replaceAll(COMPILED, '').trim() || null;
}

const round = (seconds: number | null | undefined) =>
  seconds == null ? null : Math.round(seconds * 1000) / 1000;

async function jsonOf(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    // dbt ended before it wrote it.
    return null;
  }
}
