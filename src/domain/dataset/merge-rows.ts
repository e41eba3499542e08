/** Merges the staging table's rows into a table by their key: known keys are updated where something differs,
 *  the rest is inserted. Two statements under a lock that keeps other writers out and lets readers in; they
 *  need no unique index, and unlike ON CONFLICT tell the two apart. */
import type { Client } from '#platform/db.ts';
import { quoteIdentifier, quoteQualified } from '#platform/identifier.ts';
import type { StagingPlan } from './build-staging.ts';
import { addColumns } from './replace-rows.ts';

export async function mergeRows(
  tx: Client,
  plan: StagingPlan,
): Promise<{ inserted: number; updated: number }> {
  const { schema, table, dataset, columns } = plan;
  const old = quoteQualified(schema, dataset.tableName);
  const staging = quoteQualified(schema, table);
  await addColumns(tx, plan);
  await tx.query(`lock table ${old} in share row exclusive mode`);
  const names = columns.map(({ name }) => quoteIdentifier(name));
  const values = columns.filter(({ isKey }) => !isKey).map(({ name }) => quoteIdentifier(name));
  const sameKey = dataset.keyColumns
    .map(quoteIdentifier)
    .map((key) => `t.${key} = s.${key}`)
    .join(' and ');
  let updated = 0;
  if (values.length > 0) {
    const differs = `(${values.map((v) => `t.${v}`).join(', ')}) is distinct from (${values.map((v) => `s.${v}`).join(', ')})`;
    const result = await tx.query(
      `update ${old} t set ${values.map((v) => `${v} = s.${v}`).join(', ')}
       from ${staging} s where ${sameKey} and ${differs}`,
    );
    updated = result.rowCount ?? 0;
  }
  const { rowCount } = await tx.query(
    `insert into ${old} (${names.join(', ')}) overriding system value
     select ${names.map((name) => `s.${name}`).join(', ')} from ${staging} s
     where not exists (select from ${old} t where ${sameKey})`,
  );
  await tx.query(`drop table ${staging}`);
  return { inserted: rowCount ?? 0, updated };
}
