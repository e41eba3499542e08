/** Rows of a Parquet file: in a folder of this machine, or behind http(s), which is downloaded first. */
import { z } from 'zod';
import { addressOf, FILES, findFile, findPlaces } from './allowed-file.ts';
import type { ConnectorType, Opened, OpenedRows } from './connector-type.ts';
import { explained } from './failure.ts';

const config = z.strictObject(FILES.config);

const secrets = z.strictObject(FILES.secrets);

const source = z
  .strictObject({
    ...FILES.source,
    binary_as_text: z
      .boolean()
      .default(false)
      .describe('Bytes that the file does not call text are text all the same, as in old files.'),
  })
  .refine((given) => (given.path === undefined) !== (given.url === undefined), {
    error: 'give either a path or a url',
    path: ['path'],
  });

type Config = z.output<typeof config>;
type Secrets = z.output<typeof secrets>;
type Source = z.output<typeof source>;

export const parquet: ConnectorType<Config, Secrets, Source> = {
  type: 'parquet',
  label: 'Parquet',
  description: 'Parquet files, from a folder or over http(s).',
  config,
  secrets,
  test: ({ config, secrets }, signal) => findPlaces(config, secrets, signal),
  rows: {
    source,
    open: (connector, source, { signal }) => open(connector, source, signal),
  },
};

async function open(
  { config, secrets }: Opened<Config, Secrets>,
  source: Source,
  signal: AbortSignal,
): Promise<OpenedRows> {
  const name = source.path ?? source.url!;
  // The library is loaded by whoever reads, not by everybody who knows the type.
  const [{ openRows }, files] = await Promise.all([
    import('./parquet-rows.ts'),
    import('./parquet-file.ts'),
  ]);
  const file = await explained(`Reading ${name}`, async () =>
    source.path === undefined
      ? files.downloadParquetFile(addressOf(config, name), secrets.authorization, signal)
      : files.openParquetFile((await findFile(config, name)).file, name),
  );
  try {
    return await openRows(file, name, source.binary_as_text, signal);
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}
