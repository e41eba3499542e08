/** A connector as the screen knows it, and where each stands. */
import type {
  ConnectorPartsFragment,
  SettingsConnectorsQuery,
} from '../../../generated/graphql.ts';
import { paths } from '../../../shell/place.ts';
import { isRecord } from './schema-fields.ts';

export type Connector = ConnectorPartsFragment;
export type ConnectorType = SettingsConnectorsQuery['connectorTypes'][number];

const list = (project: string) => paths.settings(project, 'connectors');

export const connectorPaths = {
  list,
  one: (project: string, id: number) => `${list(project)}?connector=${id}`,
  make: (project: string) => `${list(project)}?new`,
} as const;

/** Where it leads, in a few words: an address, a folder; empty where its configuration has none. */
export function whereOf({ config }: Connector): string {
  if (!isRecord(config)) return '';
  const text = (key: string) => {
    const value = config[key];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
  };
  const host = text('host');
  const address = host && [host, text('port')].filter(Boolean).join(':');
  const database = text('database');
  const found = text('url') ?? text('base_url') ?? text('folder') ?? text('model') ?? '';
  return address ? [address, database].filter(Boolean).join('/') : found;
}
