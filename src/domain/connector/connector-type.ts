/** The contract of a connector type: one file beside this one and one line in `connector-types.ts`. */
import type { z } from 'zod';

/** A value as it left the source: text, or nothing. */
export type Cell = string | null;

/** Some rows, and where each stands in the source. Rows that cannot be read at all are in `broken`. */
export type Batch = {
  readonly rows: readonly Cell[][];
  /** The line (of a file) or number (of a row) of each, counted from 1. */
  readonly lines: readonly number[];
  readonly broken: readonly { readonly line: number; readonly why: string }[];
  /** Bytes read from the source so far. */
  readonly bytes: number;
};

export type SourceColumn = {
  readonly name: string;
  /** As Postgres writes it, e.g. `numeric(10,2)`; null where the source knows only text. */
  readonly type: string | null;
  /** The type is a person's word and not the source's: each value is looked at, and rejects its row. */
  readonly unverified?: boolean;
};

/** A source that is being read. Disposal ends it at once, whatever is under way. */
export type OpenedRows = AsyncDisposable & {
  readonly columns: readonly SourceColumn[];
  /** The size of the source, where it is known before the end. */
  readonly totalBytes: number | null;
  readonly batches: AsyncIterable<Batch>;
  /** The source says that it is as it was in `OpenOptions.version`: there is nothing to read. */
  readonly unchanged?: boolean;
  /** What the source calls its present state, to be handed back next time. */
  readonly version?: string | null;
};

export type OpenOptions = {
  /** Only rows at or after this value of this column need come; a source that cannot tell sends all. */
  readonly since: { readonly column: string; readonly value: string } | null;
  readonly signal: AbortSignal;
  /** The name that a server shows for the session, e.g. `hf:12:3`. */
  readonly sessionName: string;
  /** The state of the source that the warehouse has; null where everything has to come. */
  readonly version: string | null;
  /** The columns that the dataset had when it was last published: for sources that name theirs in each row. */
  readonly known: readonly string[];
  log(line: string, level?: 'info' | 'warn'): void;
};

export type ConnectorType<Config = unknown, Secrets = unknown, Source = unknown> = {
  /** As on the wire: `csv`. */
  readonly type: string;
  readonly label: string;
  readonly description: string;
  readonly config: z.ZodType<Config>;
  /** What is sealed under SECRET_KEY and never shown again. */
  readonly secrets: z.ZodType<Secrets>;
  /** Tries the connection and says in a sentence what it found.
   *  @throws Failure that says what to mend. */
  test(connector: Opened<Config, Secrets>, signal: AbortSignal): Promise<string>;
  /** Absent for types that no dataset can be read from: mail, language models. */
  readonly rows?: {
    /** What a dataset stores about where its rows come from. */
    readonly source: z.ZodType<Source>;
    /** @throws Failure, now or while its batches are read. */
    open(
      connector: Opened<Config, Secrets>,
      source: Source,
      options: OpenOptions,
    ): Promise<OpenedRows>;
  };
};

/** A connector's parsed configuration with its secrets in clear. */
export type Opened<Config, Secrets> = { readonly config: Config; readonly secrets: Secrets };
