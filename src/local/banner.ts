/** What `npm start` tells: for people, with commands to copy; or with --json one line for programs. */
import type { AllInOne } from './start-all.ts';

export type Facts = Pick<AllInOne, 'url' | 'databaseUrl' | 'inboxUrl' | 'demo'> & {
  dataDir: string;
};

export const USAGE = `npm start [-- --json]

Starts everything on this machine: Postgres, the API and one worker, with demo data on an empty
database. Ctrl-C stops all of it. Logs go to standard error.

  --json   when ready, print one line: {"url","token","email","password","project_id","inbox_url"}
  --help   this text

  PORT           4000      where it listens (0: any free port)
  DATA_DIR       .data     Postgres's files, secrets, the demo's sign-in
  DATABASE_URL   unset     a Postgres of yours (15 or newer) instead of the embedded one
  Others: .env.example
`;

const CHAIN = '  npm run cli -- run demo/nightly --follow';
const STREAM = "-H 'accept: text/event-stream' ";

/** One line of JSON; null for what this folder does not know. */
export function jsonLine({ url, demo, inboxUrl }: Facts): string {
  return JSON.stringify({
    url,
    token: demo?.token ?? null,
    email: demo?.email ?? null,
    password: demo?.password ?? null,
    project_id: demo?.projectId ?? null,
    inbox_url: inboxUrl,
  });
}

export function banner({ url, databaseUrl, inboxUrl, demo, dataDir }: Facts): string {
  const token = demo?.token ?? '$TOKEN';
  const authorization = `-H 'authorization: Bearer ${token}'`;
  const post = (query: string, more = '') =>
    `curl -sN ${url}/graphql ${authorization} ${more}\\\n` +
    `       -H 'content-type: application/json' -d '${JSON.stringify({ query })}'`;
  const signIn = demo
    ? [`  Sign in    ${demo.email} / ${demo.password}`, `  Token      ${demo.token}`]
    : ['  Sign in    with an account of this database; its demo was not made from this folder'];
  return [
    `\nReady: ${url}\n`,
    ...signIn,
    `  Inbox      ${inboxUrl}  (mail of the demo; it leaves this machine for nobody)`,
    `  Data       ${dataDir}`,
    `  Postgres   ${databaseUrl}`,
    '\nTry:',
    ...(demo ? ['  # the nightly chain: load, build, ask an agent, run Python, mail', CHAIN] : []),
    `  # scenarios of the demo project, over REST`,
    `  curl -s ${url}/api/scheduler/scenarios ${authorization}`,
    `  # the scheduler's state, over GraphQL`,
    `  ${post('{ schedulerHealth { alive lastSeenAt } }')}`,
    `  # the same, pushed whenever it changes (Server-Sent Events)`,
    `  ${post('subscription { schedulerHealth { health { alive lastSeenAt } } }', STREAM)}`,
    '\nAnother worker: npm run worker. Ctrl-C stops everything.\n',
  ].join('\n');
}
