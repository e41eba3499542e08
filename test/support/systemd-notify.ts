/** A systemd-notify that writes down what it is told: the real one needs a systemd to talk to. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestFolder } from './folder.ts';

export async function createSystemdNotify() {
  const folder = await createTestFolder();
  const file = join(folder.path, 'systemd-notify');
  const book = join(folder.path, 'told');
  await writeFile(file, `#!/bin/sh\necho "$@" >> ${book}\n`);
  await chmod(file, 0o755);
  await writeFile(book, '');
  return {
    /** For the process that is to find it. */
    env: { PATH: `${folder.path}:${process.env['PATH'] ?? ''}`, NOTIFY_SOCKET: '/run/none' },
    told: async () => (await readFile(book, 'utf8')).split('\n').filter(Boolean),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
