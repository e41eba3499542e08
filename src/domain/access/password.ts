/** Passwords: argon2id, stored in PHC string form with its parameters, so that they can be raised later
 *  while older hashes still verify. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);

// OWASP's minimum for argon2id: 19 MiB, two passes, one lane; about 35 ms here.
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const SALT_BYTES = 16;
const TAG_BYTES = 32;

// What a stored hash may ask of this process: a damaged row must not take gigabytes.
const MAX_MEMORY_KIB = 1_048_576;
const MAX_PASSES = 16;

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Hashes a password with a salt of its own: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<tag>`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await derive('argon2id', {
    message: normalise(password),
    nonce: salt,
    parallelism: LANES,
    tagLength: TAG_BYTES,
    memory: MEMORY_KIB,
    passes: PASSES,
  });
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${unpadded(salt)}$${unpadded(tag)}`;
}

/** Whether the password belongs to the hash. With no hash (unknown e-mail, no password set) the same work
 *  is done and the answer is no, so that the time taken tells nobody which accounts exist.
 *  @throws Error when a stored hash cannot be read: a damaged row, not a wrong password. */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const stored = readPhc(hash ?? NOBODY);
  const tag = await derive('argon2id', {
    message: normalise(password),
    nonce: stored.salt,
    parallelism: stored.lanes,
    tagLength: stored.tag.length,
    memory: stored.memoryKib,
    passes: stored.passes,
  });
  return timingSafeEqual(tag, stored.tag) && hash !== null;
}

// A hash that stands in for accounts that have none; its tag belongs to no password that was ever chosen.
const NOBODY = `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${unpadded(Buffer.alloc(SALT_BYTES))}$${unpadded(Buffer.alloc(TAG_BYTES))}`;

function readPhc(hash: string) {
  const [, memory, passes, lanes, salt, tag] = PHC.exec(hash) ?? [];
  const found = {
    memoryKib: Number(memory),
    passes: Number(passes),
    lanes: Number(lanes),
    salt: Buffer.from(salt ?? '', 'base64'),
    tag: Buffer.from(tag ?? '', 'base64'),
  };
  const bounded = found.memoryKib <= MAX_MEMORY_KIB && found.passes <= MAX_PASSES;
  if (tag === undefined || !bounded) throw new Error('a stored password hash cannot be read');
  return found;
}

// The same letters typed on another keyboard may be composed differently.
function normalise(password: string): string {
  return password.normalize('NFKC');
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
