/** Statements about files of steps. */
import { statement } from '#platform/db.ts';

/** Keeps a file, in the place of one of the same name. No row: another claim holds the run. $1 run, $2 fence,
 *  $3 position, $4 name, $5 media type, $6 bytes. */
export const keepArtifact = statement<{ id: number }>(
  'keep-artifact',
  `with held as (
     select id, org_id from run where id = $1 and fence = $2 and state = 'running' for share
   )
   insert into artifact (org_id, run_id, pos, name, media_type, bytes, size, created_at)
   select held.org_id, held.id, $3, $4, $5, $6::bytea, octet_length($6::bytea), clock_timestamp() from held
   on conflict (run_id, pos, name) do update
     set media_type = excluded.media_type, bytes = excluded.bytes, size = excluded.size,
         created_at = excluded.created_at
   returning id`,
);

export type ArtifactRow = {
  readonly id: number;
  readonly pos: number;
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
  readonly createdAt: Date;
};

/** Without their bytes, parts of messages left out. $1 runs. */
export const listArtifacts = statement<ArtifactRow & { readonly runId: number }>(
  'list-artifacts',
  `select id, run_id as "runId", pos, name, media_type as "mediaType", size, created_at as "createdAt"
   from artifact where run_id = any($1::bigint[]) and name not like 'inline/%' order by run_id, pos, id`,
);

export type ArtifactBytes = {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
};

/** $1 run, $2 name, $3 position or null for the last step that has one of that name. */
export const readArtifact = statement<ArtifactBytes>(
  'read-artifact',
  `select name, media_type as "mediaType", bytes from artifact
   where run_id = $1 and name = $2 and ($3::int is null or pos = $3) order by pos desc limit 1`,
);

/** $1 run, $2 position, $3 names. */
export const readArtifacts = statement<ArtifactBytes>(
  'read-artifacts',
  `select name, media_type as "mediaType", bytes from artifact
   where run_id = $1 and pos = $2 and name = any($3::text[])`,
);
