/** Every connector type that this process knows: a new one is one file and one line here. */
import type { ConnectorType } from './connector-type.ts';
import { apiRest } from './api-rest.ts';
import { csv } from './csv.ts';
import { llm } from './llm.ts';
import { mysql } from './mysql.ts';
import { parquet } from './parquet.ts';
import { postgresql } from './postgresql.ts';
import { smtp } from './smtp.ts';

// The generics end here: each type parses what it is given before it uses it.
export const CONNECTOR_TYPES: ReadonlyMap<string, ConnectorType> = new Map(
  [csv, apiRest, llm, mysql, parquet, postgresql, smtp].map((type) => [
    type.type,
    type as unknown as ConnectorType,
  ]),
);
