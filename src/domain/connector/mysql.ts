/** Rows of a table or query of MySQL or MariaDB. One SELECT in a read-only transaction, its rows taken as we can take
 *  them: neither side holds the set. */
import type { ConnectorType } from './connector-type.ts';
import * as form from './mysql-form.ts';

export const mysql: ConnectorType<form.Config, form.Secrets, form.Source> = {
  type: 'mysql',
  label: 'MySQL',
  description: 'Tables and queries of a MySQL or MariaDB database.',
  config: form.config,
  secrets: form.secrets,
  async test({ config, secrets }, signal) {
    const { openSession } = await import('./mysql-session.ts');
    await using session = await openSession(config, secrets, 'hf test', signal);
    const engine = /mariadb/i.test(session.version) ? 'MariaDB' : 'MySQL';
    return `${engine} ${session.version}, database ${config.database}, as ${config.user}`;
  },
  rows: {
    source: form.source,
    // The library is loaded by whoever reads, not by everybody who knows the type.
    open: async (connector, source, options) =>
      (await import('./mysql-rows.ts')).openMysql(connector, source, options),
  },
};
