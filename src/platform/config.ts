/** All configuration, from environment variables, parsed once. Every problem is reported together,
 *  and the result is frozen. `.env.example` documents the same names; a test holds the two together. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { SecretKey } from './secrets.ts';

const seconds = (fallback: number) => z.coerce.number().positive().max(86_400).default(fallback);
const perMinute = (fallback: number) =>
  z.coerce.number().int().min(0).max(10_000_000).default(fallback);
const optionalText = z.string().min(1).optional();
// Anything else is taken for a host by the driver, which then says that a name nobody wrote is not found.
const databaseUrl = z
  .string()
  .regex(/^(postgres(ql)?:\/\/|socket:|\/)/, 'a Postgres, as in postgres://user@host:5432/name')
  .optional();

const KEY_FORM = '32 bytes in base64; openssl rand -base64 32';
const isKey = (text: string) => Buffer.from(text, 'base64').length === 32;

const variables = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, message: 'scheme and host, as in https://scheduler.example' })
    .refine((text) => /^\w+:\/\/[^/?#@]+\/?$/.test(text), {
      message: 'scheme and host alone, no path: the console lives at the top',
    })
    .transform((text) => new URL(text).origin)
    .optional(),
  DATA_DIR: z.string().default('.data'),
  DATABASE_URL: databaseUrl,
  LISTEN_DATABASE_URL: databaseUrl,
  JWT_SECRET: z.string().min(32, 'at least 32 characters; openssl rand -base64 48').optional(),
  SECRET_KEY: z.string().refine(isKey, KEY_FORM).optional(),
  SECRET_KEY_PREVIOUS: z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim()))
    .refine((keys) => keys.every(isKey), KEY_FORM)
    .default([]),
  WORKER_ID: optionalText,
  WORKER_SLOTS: z.coerce.number().int().min(1).max(1000).default(16),
  HEARTBEAT_SECONDS: seconds(30),
  HEARTBEAT_STALE_SECONDS: seconds(90),
  LEASE_SECONDS: seconds(15),
  CLAIM_BACKSTOP_SECONDS: seconds(2),
  TICK_BACKSTOP_SECONDS: seconds(5),
  DBT_PROGRAM: optionalText,
  DBT_ROOT: optionalText,
  METRICS_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  SHUTDOWN_GRACE_SECONDS: z.coerce.number().min(0).max(86_400).default(60),
  REQUESTS_PER_MINUTE_PER_TOKEN: perMinute(6_000),
  REQUESTS_PER_MINUTE_PER_ADDRESS: perMinute(60_000),
  PYTHON: optionalText,
  ALLOW_UNSANDBOXED_PYTHON: z.enum(['0', '1']).default('0'),
  START_HELD: z.enum(['0', '1']).default('0'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export const CONFIG_NAMES = Object.keys(variables.shape);

export type Config = ReturnType<typeof parseConfig>;

/** Reads the environment. Empty strings count as unset.
 *  @throws Error that lists every bad variable with its value's problem (never a secret's value). */
export function parseConfig(env: Readonly<Record<string, string | undefined>>) {
  const given = Object.fromEntries(
    CONFIG_NAMES.flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  );
  const parsed = variables.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The environment cannot be used; see .env.example.\n${lines.join('\n')}`);
  }
  const v = parsed.data;
  return Object.freeze({
    port: v.PORT,
    host: v.HOST,
    publicUrl: v.PUBLIC_URL,
    dataDir: resolve(v.DATA_DIR),
    databaseUrl: v.DATABASE_URL,
    listenDatabaseUrl: v.LISTEN_DATABASE_URL ?? v.DATABASE_URL,
    jwtSecret: v.JWT_SECRET,
    secretKey: v.SECRET_KEY === undefined ? undefined : keysOf(v.SECRET_KEY, v.SECRET_KEY_PREVIOUS),
    workerId: v.WORKER_ID ?? `${hostname()}:${process.pid}`,
    workerSlots: v.WORKER_SLOTS,
    heartbeatSeconds: v.HEARTBEAT_SECONDS,
    heartbeatStaleSeconds: v.HEARTBEAT_STALE_SECONDS,
    leaseSeconds: v.LEASE_SECONDS,
    claimBackstopSeconds: v.CLAIM_BACKSTOP_SECONDS,
    tickBackstopSeconds: v.TICK_BACKSTOP_SECONDS,
    dbt: {
      program: v.DBT_PROGRAM,
      root: v.DBT_ROOT === undefined ? undefined : resolve(v.DBT_ROOT),
      cache: resolve(v.DATA_DIR, 'dbt'),
    },
    metricsPort: v.METRICS_PORT,
    shutdownGraceSeconds: v.SHUTDOWN_GRACE_SECONDS,
    requestsPerMinute: {
      perToken: v.REQUESTS_PER_MINUTE_PER_TOKEN,
      perAddress: v.REQUESTS_PER_MINUTE_PER_ADDRESS,
    },
    python: Object.freeze({
      program: v.PYTHON,
      allowUnfenced: v.ALLOW_UNSANDBOXED_PYTHON === '1',
    }),
    startHeld: v.START_HELD === '1',
    logLevel: v.LOG_LEVEL,
  });
}

const keysOf = (current: string, previous: readonly string[]): SecretKey => [
  Buffer.from(current, 'base64'),
  ...previous.map((key) => Buffer.from(key, 'base64')),
];

/** A variable that one process cannot do without although others can.
 *  @throws Error naming the variable and the remedy. */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`${name} is not set; see .env.example.`);
  return value;
}
