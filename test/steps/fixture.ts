/** What each kind's folder under test/steps exports as `fixture` from its conformance.ts, for the walk in
 *  conformance.test.ts. */
import type { Pool } from '#platform/db.ts';
import type { Json } from '#domain/step/kind.ts';

export type ConformanceFixture = {
  /** Why this machine cannot execute the kind; its tests are skipped then, and say so. */
  readonly unavailable?: string | null;
  /** Builds what the kind needs, in a migrated database that holds the project already.
   *  @param dir an empty folder that is removed afterwards. */
  prepare(
    db: Pool,
    project: { readonly orgId: number; readonly projectId: number; readonly userId: number },
    dir: string,
  ): Promise<Prepared>;
};

export type Prepared = {
  /** Succeeds each time, and publishes something. */
  readonly good: Json;
  /** Refused by the form or by `check`, with a problem at this path. */
  readonly bad: readonly {
    readonly config: Json;
    readonly path: readonly (string | number)[];
  }[];
  /** What readers see of the step's work: another value after each publish of `good`. */
  visible(): Promise<number | string>;
  /** A step that goes on until it is aborted. */
  readonly slow: {
    readonly config: Json;
    /** Makes it slow, e.g. by a lock that it must wait for; disposed of after the abort. */
    hold(): Promise<AsyncDisposable>;
    /** Resolves once the step is stuck in the middle of its work. */
    begun(): Promise<void>;
  };
};
