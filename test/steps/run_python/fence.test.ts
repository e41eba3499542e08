import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createPython } from '#domain/python/python.ts';
import { findUser } from '#domain/python/user.ts';
import { makeWorkplace } from '#domain/python/workplace.ts';
import { keepDemoSignIn } from '#local/demo-sign-in.ts';
import { keepSecrets } from '#local/secrets.ts';
import { startEmbeddedPostgres } from '#platform/embedded-postgres.ts';
import { createLog } from '#platform/log.ts';
import { findUnshare } from '#platform/util-linux.ts';
import { createTestFolder } from '#test/support/folder.ts';
import { createStepLog, MAX_BYTES, MAX_LINES } from '#worker/step-log.ts';
import { createGround, type Ground } from './ground.ts';

const log = createLog('test', 'silent');
let ground: Ground;
beforeAll(async () => {
  ground = await createGround();
});
afterAll(() => ground[Symbol.asyncDispose]());
afterEach(() => vi.unstubAllEnvs());

/** The living processes of a user. */
function processesOf(uid: number): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      return new RegExp(`^Uid:\\s+${uid}\\s`, 'm').test(status) && !/^State:\s+[ZX]/m.test(status);
    } catch {
      return false;
    }
  });
}

/** Starts a step and settles once its code has said `ready <uid>`. */
async function begin(code: string) {
  const step = await ground.newStep();
  const ready = Promise.withResolvers<number>();
  const log = (line: string) => {
    const said = /^ready (\d+)$/.exec(line);
    if (said) ready.resolve(Number(said[1]));
  };
  const result = ground.execute({ ...step, context: { ...step.context, log } }, { code });
  const ended = result.then(
    ({ outcome }) => outcome,
    () => 'thrown',
  );
  return { step, ended, uid: await Promise.race([ready.promise, ended.then(() => -1)]) };
}

// Every way of leaving a parent, and of losing the mark by which a process is found otherwise.
const FLEES = `import os, resource, signal, sys, time
def flee():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.setsid()
    if os.fork():
        os._exit(0)
    resource.setrlimit(10, (12345, 12345))
    os.closerange(0, 64)
    os.execve(sys.executable, ["daemon", "-I", "-c", "import time, signal; signal.signal(2, 1); time.sleep(600)"], {})
for _ in range(5):
    if os.fork() == 0:
        flee()
`;

test('what it leaves behind is ended with it: forks, sessions of their own, daemons without a mark', async () => {
  await using folder = await createTestFolder();
  await chmod(folder.path, 0o711);
  vi.stubEnv('TMPDIR', folder.path);
  const { output } = await ground.run(`${FLEES}
time.sleep(0.3)
import honeyframe as hf
alive = [p for p in os.listdir("/proc") if p.isdigit() and os.stat("/proc/" + p).st_uid == os.getuid()]
hf.output({"uid": os.getuid(), "alive": len(alive)})`);
  const { uid, alive } = output.value as { uid: number; alive: number };
  expect(alive).toBeGreaterThan(5);
  expect(processesOf(uid)).toEqual([]);
  expect(readdirSync(folder.path)).toEqual([]);
});

test('one that ignores SIGINT, and forks for as long as it may, is ended within 2 s', async () => {
  const { step, ended, uid } = await begin(`import os, signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
count = 0
try:
    while True:
        if os.fork() == 0:
            os.setsid()
            time.sleep(600)
        count += 1
except BlockingIOError:
    print("ready", os.getuid())
while True:
    time.sleep(1)`);
  const there = processesOf(uid).length;
  expect(there).toBeGreaterThan(200);
  expect(there).toBeLessThanOrEqual(256);
  const abortedAt = performance.now();
  step.abort();
  expect(await ended).toBe('thrown');
  expect(performance.now() - abortedAt).toBeLessThan(2000);
  expect(processesOf(uid)).toEqual([]);
  await step[Symbol.asyncDispose]();
});

test('a gigabyte that it prints is cut, says so, and takes no memory', async () => {
  await using step = await ground.newStep();
  let bytes = 0;
  const lines: string[] = [];
  const stepLog = createStepLog(0, (events) => {
    for (const { payload } of events) {
      bytes += JSON.stringify(payload).length;
      lines.push(...((payload['lines'] ?? []) as { text: string }[]).map(({ text }) => text));
    }
  });
  const before = process.memoryUsage().rss;
  let most = 0;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 50);
  const code = `import sys
line = "x" * 1023 + "\\n"
for _ in range(1024): sys.stdout.write(line * 1024)
sys.stdout.write("y" * 64 * 1024 * 1024)`;
  const result = await ground.execute(
    { ...step, context: { ...step.context, log: stepLog.log } },
    { code },
  );
  clearInterval(watch);
  stepLog.close();
  expect(result).toMatchObject({ outcome: 'succeeded' });
  expect(lines.at(-1)).toBe('The log was truncated here: 10,000 lines or 5 MB are kept.');
  expect(lines.length).toBeLessThanOrEqual(MAX_LINES + 1);
  expect(bytes).toBeLessThan(2 * MAX_BYTES);
  expect((most - before) / 1024 ** 2).toBeLessThan(200);
});

test('10 GB are not to be had: the reason says which limit', async () => {
  const { reason } = await ground.failure('print(len(bytearray(10 * 1024 ** 3)))');
  expect(reason).toMatch(/^MemoryError\n/);
  expect(reason).toMatch(/The step may take 2048 MB of memory; memory_mb allows more\.$/);
  await ground.run('print(len(bytearray(200 * 1024 ** 2)))', { memory_mb: 512 });
  expect(
    (await ground.failure('print(len(bytearray(2 ** 29)))', { memory_mb: 256 })).reason,
  ).toMatch(/256 MB/);
});

test('what its processes take together is limited too, and not what they share', async () => {
  const hoard = (megabytes: number) => `import os, time
for _ in range(8):
    if os.fork() == 0:
        taken = b"x" * (${megabytes} << 20)
        time.sleep(60)
time.sleep(30)`;
  expect((await ground.failure(hoard(100), { memory_mb: 400 })).reason).toBe(
    'The processes of this step took more than 400 MB of memory together and were stopped; memory_mb allows more.',
  );
  await ground.run(
    `import os, time
shared = b"x" * (100 << 20)
pids = [os.fork() or time.sleep(1.5) or os._exit(0) for _ in range(8)]
for pid in pids: os.waitpid(pid, 0)`,
    { memory_mb: 400 },
  );
});

test('it may compute so long, and write so much into a file', async () => {
  expect((await ground.failure('while True: pass', { cpu_seconds: 1 })).reason).toBe(
    'Python computed for more than 1 s (cpu_seconds) and was stopped.',
  );
  const { reason } = await ground.failure(
    `with open("big", "wb") as file: file.truncate(3 * 1024 ** 3)`,
  );
  expect(reason).toMatch(/^OSError: .*File too large/);
});

test('it finds no secret in the environment of anybody', async () => {
  vi.stubEnv('SECRET_KEY', 'the-worker-s-secret');
  const other = spawn('sleep', ['60'], { env: { SECRET_KEY: 'the-worker-s-secret' } });
  try {
    await once(other, 'spawn');
    const { output } = await ground.run(
      `import os, honeyframe as hf
found, read = [], 0
for pid in filter(str.isdigit, os.listdir("/proc")):
    for name in ("environ", "mem", "maps", "cmdline"):
        try:
            with open(f"/proc/{pid}/{name}", "rb") as file:
                if name in ("environ", "cmdline") and b"the-worker-s-secret" in file.read():
                    found.append(pid)
                elif name in ("environ", "mem"):
                    read += int(pid) != os.getpid()
        except OSError:
            pass
    try:
        os.readlink(f"/proc/{pid}/cwd"); os.listdir(f"/proc/{pid}/fd")
        read += int(pid) != os.getpid()
    except OSError:
        pass
try:
    os.kill(hf.params["other"], 9)
    found.append("killed")
except OSError:
    pass
hf.output({"found": found, "read": read, "own": sorted(os.environ), "groups": os.getgroups()})`,
      { params: { other: other.pid! } },
    );
    const { found, read, own, groups } = output.value as Record<string, unknown[]>;
    expect({ found, read, groups }).toEqual({ found: [], read: 0, groups: [] });
    const known = /^(HOME|LANG|LANGUAGE|LC_\w+|PATH|PWD|TMPDIR|TZ)$/;
    expect(own!.filter((name) => !known.test(String(name)))).toEqual([]);
  } finally {
    other.kill('SIGKILL');
  }
});

test('it finds no secret in files: those of a data folder, an environment file, another step’s', async () => {
  // Where it sees only its own /tmp, a folder there would prove nothing.
  if ((await findUnshare()) !== null) vi.stubEnv('TMPDIR', '/var/lib');
  await using folder = await createTestFolder();
  // The way there is open: the files themselves are closed.
  await chmod(folder.path, 0o755);
  const secrets = keepSecrets(folder.path);
  keepDemoSignIn(folder.path, 'embedded', {
    email: 'a@b.c',
    password: 'p-secret',
    token: 't-secret',
    projectId: 1,
  });
  await using postgres = await startEmbeddedPostgres({
    dataDir: join(folder.path, 'postgres'),
    log,
  });
  await using other = await makeWorkplace(await findUser(), '/usr/bin/python3');
  const env = join(folder.path, 'scheduler.env');
  await writeFile(env, `SECRET_KEY=${secrets.SECRET_KEY}`, { mode: 0o600 });
  const { output } = await ground.run(
    `import os, honeyframe as hf
found, seen = [], []
for where, folders, files in os.walk(hf.params["folder"]):
    for name in files:
        path = os.path.join(where, name)
        try:
            with open(path, "rb") as file:
                text = file.read(1 << 20)
            seen.append(name)
            found += [path for secret in hf.params["secrets"] if secret.encode() in text]
        except OSError:
            pass
try:
    found += os.listdir(hf.params["other"])
except PermissionError:
    seen.append("closed")
hf.output({"found": found, "seen": sorted(seen)})`,
    {
      params: {
        folder: folder.path,
        other: other.folder,
        secrets: [
          ...Object.values(secrets),
          'p-secret',
          't-secret',
          new URL(postgres.url).password,
        ],
      },
    },
  );
  expect(output.value).toMatchObject({ found: [] });
  const { seen } = output.value as { seen: string[] };
  expect(seen).toContain('closed');
  expect(seen).not.toContain('password');
});

test('what it writes beside its folder is gone with it, and it sees no temporary file of others', async () => {
  const unshare = await findUnshare();
  const places = ['/tmp', '/var/tmp', '/dev/shm'].map((place) =>
    join(place, `hf-left-${process.pid}`),
  );
  await using folder = await createTestFolder();
  const { output } = await ground.run(
    `import os, honeyframe as hf
for path in hf.params["places"]:
    with open(path, "w") as file: file.write("left")
os.makedirs("closed/deep"); os.chmod("closed", 0)
hf.output({"sees": os.path.exists(hf.params["folder"]), "home": os.environ["HOME"], "here": os.getcwd()})`,
    { params: { places, folder: folder.path } },
  );
  // A container without CAP_SYS_ADMIN has one folder for all.
  if (unshare === null) for (const place of places) await rm(place);
  else expect(output.value).toEqual({ sees: false, home: '/tmp', here: '/tmp' });
  expect(places.filter((place) => existsSync(place))).toEqual([]);
});

test('the platform’s database asks it for a password, which it has not', async () => {
  const { host, port, user, database } = new pg.Client({ connectionString: ground.url });
  const { output } = await ground.run(
    `import honeyframe as hf, socket, struct
answers = []
for user in (hf.params["user"], "postgres", "nobody"):
    link = socket.create_connection((hf.params["host"], hf.params["port"]))
    words = b"".join(w.encode() + b"\\0" for w in ("user", user, "database", hf.params["database"])) + b"\\0"
    link.sendall(struct.pack("!ii", 8 + len(words), 196608) + words)
    answer = link.recv(9)
    answers.append([answer[:1].decode(), struct.unpack("!i", answer[5:9])[0]])
hf.output(answers)`,
    { params: { host, port, user: user!, database: database! } },
  );
  // R 10: SASL, that is a password.
  expect(output.value).toEqual(Array(3).fill(['R', 10]));
});

test('where the platform’s database lets everyone in, no code is run', async () => {
  await using folder = await createTestFolder();
  const dataDir = join(folder.path, 'postgres');
  await using postgres = await startEmbeddedPostgres({ dataDir, log });
  await writeFile(join(dataDir, 'cluster', 'pg_hba.conf'), 'host all all 127.0.0.1/32 trust\n');
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query('select pg_reload_conf()');
  await client.end();
  const python = createPython({
    program: undefined,
    allowUnfenced: false,
    databaseUrl: postgres.url,
  });
  await expect
    .poll(() =>
      python.find().then(
        () => 'found',
        (error: Error) => error.message,
      ),
    )
    .toMatch(
      /^Python is refused: the platform's database lets everyone .* as postgres.*scram-sha-256/,
    );
});

/** What a worker of another user than root finds, with these capabilities. */
async function asNobody(capabilities: readonly string[]) {
  const program = join(import.meta.dirname, 'fixture/as-nobody.ts');
  const become = ['--reuid=65534', '--regid=65534', '--clear-groups', ...capabilities];
  const { stdout } = await promisify(execFile)(
    'setpriv',
    [...become, process.execPath, program, ground.url],
    { cwd: '/', env: { PATH: process.env['PATH'] } },
  );
  return JSON.parse(stdout);
}

test('a worker that may not become another user refuses, unless it was allowed to go on', async () => {
  const { refusal, reason, ...rest } = await asNobody([]);
  expect(refusal).toMatch(/this worker may not become one.*root.*ALLOW_UNSANDBOXED_PYTHON=1/);
  expect(reason).toMatch(/^MemoryError/);
  expect(rest).toEqual({
    fenced: false,
    said: ['65534'],
    warnings: [
      expect.stringMatching(/runs as the user of the worker.*can read what the worker can/),
    ],
  });
});

test('four capabilities are enough for a worker that is not root', async () => {
  const names = '+setuid,+setgid,+chown,+kill';
  const found = await asNobody([`--inh-caps=${names}`, `--ambient-caps=${names}`]);
  expect(found).toMatchObject({ fenced: true, warnings: [], refusal: { fenced: true } });
  expect(Number(found.said[0])).toBeGreaterThan(65_534);
  expect(found.reason).toMatch(/^MemoryError/);
});

test('without Python the reason says what to install', async () => {
  const databaseUrl = ground.url;
  const find = (program?: string) =>
    createPython({ program, allowUnfenced: false, databaseUrl }).find();
  await expect(find('/nowhere/python3')).rejects.toThrow(
    /^There is no Python here: no \/nowhere\/python3\. Install Python 3\.9 or newer .* PYTHON/,
  );
  await expect(find('/bin/echo')).rejects.toThrow(/\/bin\/echo: it does not answer as Python does/);
  vi.stubEnv('PATH', '/usr/lib');
  await expect(find()).rejects.toThrow(/^There is no Python here: no python3 on PATH/);
});

test('a channel that is written into by hand ends the step, not the worker', async () => {
  expect(
    (await ground.failure(`import os; os.write(3, b"no json\\n")\nwhile True: pass`)).reason,
  ).toBe('The code wrote into the channel of the honeyframe module, which is file 3.');
  expect((await ground.failure(`import os\nwhile True: os.write(3, b"x" * 65536)`)).reason).toMatch(
    /^The code wrote into the channel/,
  );
});
