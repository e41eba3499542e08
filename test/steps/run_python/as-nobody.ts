/** What Python is told by a worker that may not become another user: a program of its own, started as such a user.
 *  Prints the refusal, and then how it goes where that is allowed. */
import { createPython } from '#domain/python/python.ts';

const databaseUrl = process.argv[2]!;
const options = { program: undefined, databaseUrl };
const said: string[] = [];

const refusal = await createPython({ ...options, allowUnfenced: false })
  .find()
  .catch((error: Error) => error.message);
const allowed = createPython({ ...options, allowUnfenced: true });
const { fenced, warnings } = await allowed.find();
const code = {
  name: 'step.py',
  text: 'import os; print(os.getuid()); bytearray(2 ** 32)',
  params: {},
  memoryMb: 1024,
  cpuSeconds: 10,
};
const reason = await allowed.run(code, {
  signal: new AbortController().signal,
  onLine: (line, from) => void (from === 'stdout' && said.push(line)),
  answer: async () => ({}),
});
console.log(JSON.stringify({ refusal, fenced, warnings, said, reason }));
