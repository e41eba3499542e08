/** The contract of a step kind. A kind is one folder under src/steps and one line in its registry; the
 *  domain never imports it, it is handed the registry. */
import type { z } from 'zod';
import type { Client, Pool } from '#platform/db.ts';
import type { Problem } from '#platform/errors.ts';
import type { Log } from '#platform/log.ts';
import type { SecretKey } from '#platform/secrets.ts';
import type { Python } from '../python/python.ts';
import type { Renderer } from '../report/renderer.ts';
import type { Artifact } from '../run/artifact.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };

export type StepKind<Config = unknown> = {
  /** As on the wire and in the database: `sync_dataset`. */
  readonly kind: string;
  /** One sentence for people. */
  readonly description: string;
  /** The strict form of the configuration, with a description and an example per field. Unknown fields
   *  are refused by it. */
  readonly config: z.ZodType<Config>;
  /** What the form cannot tell and the database can: does the dataset exist in this project? Paths are
   *  relative to the configuration. Fields that still hold a template are absent. */
  check?(config: Partial<Config>, where: CheckContext): Promise<Problem[]>;
  /** The execution, loaded by workers only. */
  load(): Promise<Execute<Config>>;
};

export type CheckContext = {
  readonly db: Pick<Client, 'query'>;
  readonly orgId: number;
  readonly projectId: number;
  /** Whether the author of the change holds a permission, on a project or (null) on the organisation. */
  may(permission: 'project.view' | 'project.edit' | 'org.admin', projectId: number | null): boolean;
};

/** Does the slow work on connections of its own, and answers what came of it. What becomes visible goes
 *  into `publish`, which commits together with the step's outcome or not at all.
 *  An expected failure is a value; a throw is a surprise and fails the step with its message.
 *  Must end within 2 s of `signal`, leaving nothing behind. */
export type Execute<Config> = (context: StepContext, config: Config) => Promise<StepResult>;

export type StepContext = {
  readonly runId: number;
  /** 0, 1, 2 … in the order of the configuration. */
  readonly pos: number;
  /** Unique in its run. */
  readonly stepName: string;
  readonly attempt: number;
  /** The number of the claim under which this runs. */
  readonly fence: number;
  readonly orgId: number;
  readonly projectId: number;
  readonly scenarioId: number | null;
  /** The first run of the chain of retries; the run itself where it is no retry. */
  readonly originRunId: number;
  /** The due time that the run stands for, and the zone in which its scenario counts days. */
  readonly dueAt: Date;
  readonly zone: string;
  /** The schema of the project's warehouse, e.g. `wh_sales`. */
  readonly warehouseSchema: string;
  readonly owner: { readonly id: number; readonly email: string; readonly name: string };
  /** The same for every attempt, resume and retry of this step. */
  readonly idempotencyKey: string;
  /** Opens the secrets of connectors; undefined where none was configured. */
  readonly secretKey: SecretKey | undefined;
  readonly signal: AbortSignal;
  /** A line of the step's live log. Secrets must not be in it. */
  log(line: string, level?: 'info' | 'warn' | 'error'): void;
  /** How far the work is; `total` null while unknown. Cheap: only the latest one is stored.
   *  @param detail more, in the kind's own form, as its parts one by one; a few kB at most, for each is an event. */
  progress(done: number, total: number | null, note?: string, detail?: Json): void;
  /** A database session of this run, closed when the step ends. It bears the run and its fence in its
   *  name, so that a later claim of the run can end it. */
  connect(): Promise<Client>;
  /** Keeps a file with the run, in the place of one of the same name; visible at once. @throws FenceLost. */
  keep(artifact: Artifact): Promise<void>;
  readonly shared: Shared;
};

/** What the steps of one worker share. */
export type Shared = {
  /** The worker's own connections, which no signal to the run ends: for a short statement that records what has
   *  happened, fenced by itself. */
  readonly pool: Pool;
  readonly log: Log;
  /** Where people find the console, as in `https://scheduler.example`; null where nobody said. */
  readonly publicUrl: string | null;
  /** Reads the warehouse as a card does. */
  warehouse(): Promise<Warehouse>;
  /** How recipes are built on this machine. */
  readonly dbt: {
    /** Another dbt than the one that set-up makes. */
    readonly program: string | undefined;
    /** The folder below which dbt projects lie that projects name; undefined: none may be named. */
    readonly root: string | undefined;
    /** Where what dbt parsed is kept from build to build; undefined: nowhere. */
    readonly cache: string | undefined;
  };
  /** Makes PDFs; a browser starts with the first one. */
  renderer(): Promise<Renderer>;
  /** Runs a person's Python, fenced in. */
  python(): Promise<Python>;
};

export type StepResult =
  | {
      readonly outcome: 'succeeded';
      readonly output: Json;
      /** Makes the work visible, in a transaction that is fenced and short: a swap, a merge, an insert.
       *  May answer an output that replaces the one above. */
      readonly publish?: (tx: Client) => Promise<Json | void>;
      /** Clears away what waited to be published, when it is decided that it will not be. Must not throw. */
      readonly discard?: (db: Client) => Promise<void>;
    }
  | {
      readonly outcome: 'failed';
      /** For a person: what went wrong, with what, and what to do. */
      readonly reason: string;
      /** Whether the same attempt may succeed later. */
      readonly retryable: boolean;
      readonly output?: Json;
    };

/** All kinds that this process knows, by name. */
export type Registry = ReadonlyMap<string, StepKind>;
