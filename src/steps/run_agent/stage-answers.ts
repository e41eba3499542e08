/** The answers as a dataset: staged now, visible when the step is published. */
import type { LoadedAgent } from '#domain/agent/load-agent.ts';
import { answersOf, type Chain, type Pass } from '#domain/agent/pass.ts';
import { Failure } from '#domain/connector/failure.ts';
import { findDatasets } from '#domain/dataset/dataset.ts';
import { loadDataset } from '#domain/dataset/load-dataset.ts';
import { draftDataset, makeDataset } from '#domain/dataset/output-dataset.ts';
import { leftovers } from '#domain/dataset/staging-name.ts';
import { findTarget } from '#domain/dataset/target-table.ts';
import type { StepContext } from '#domain/step/kind.ts';
import type { Client } from '#platform/db.ts';
import { quoteQualified } from '#platform/identifier.ts';
import type { AgentConfig } from './kind.ts';
import type { Source } from './rows.ts';

export type StagedAnswers = {
  publish(tx: Client): Promise<{ rows_written: number; inserted: number; updated: number }>;
  discard(db: Client): Promise<void>;
};

/** @throws Failure. */
export async function stageAnswers(
  context: StepContext,
  config: AgentConfig,
  given: {
    readonly session: Client;
    readonly chain: Chain;
    readonly pass: Pass;
    readonly source: Source;
    readonly loaded: LoadedAgent;
  },
): Promise<StagedAnswers> {
  const { warehouseSchema: schema, orgId, projectId, signal, log } = context;
  const { session, chain, pass, source, loaded } = given;
  const place = { orgId, projectId };
  const [known] = await findDatasets(session, place, [config.output_dataset]);
  const dataset = known ?? draftDataset(place, config.output_dataset, source.key);
  if (known == null && (await findTarget(session, schema, dataset.tableName)) !== null) {
    throw new Failure(
      `There is a table ${schema}.${dataset.tableName} already that belongs to no dataset; name another output_dataset.`,
    );
  }
  const reader = await context.connect();
  const writer = await context.connect();
  try {
    for (const name of await leftovers(reader, schema, context)) {
      log(`dropping ${name}, which an interrupted attempt left behind`);
      await writer.query(`drop table if exists ${quoteQualified(schema, name)}`);
    }
    const staging = await loadDataset(
      {
        ...{ reader, writer, owner: context, schema, key: context.secretKey, signal, log },
        progress: (rows) => context.progress(pass.total, pass.total, `${rows} answers staged`),
      },
      dataset,
      {
        mode: config.output_mode === 'merge' ? 'incremental' : 'full',
        maxRejected: 1,
        source: answersOf(session, chain, pass, source.key, loaded.form.columns),
        ...(known == null && { make: (tx: Client) => makeDataset(tx, dataset) }),
      },
    );
    const { rowsRead, rejected, rejects } = staging.staged;
    if (rejected > 0) {
      log(`${rejected} answers cannot be kept; the first: ${rejects[0]!.why}`, 'warn');
    }
    return {
      async publish(tx) {
        const { inserted, updated } = await staging.publish(tx);
        return { rows_written: rowsRead - rejected, inserted, updated };
      },
      // Where the session is gone the next attempt drops what is left.
      discard: (db) => staging.discard(db).catch(() => {}),
    };
  } finally {
    reader.release();
    writer.release();
  }
}
