/** Secrets at rest: AES-256-GCM under SECRET_KEY. What is sealed for one place cannot be opened in another
 *  (the place is authenticated with it), and a changed byte is noticed.
 *
 *  Envelope: version (1 byte, 1) · key id (4: the start of the key's SHA-256) · nonce (12) · tag (16) ·
 *  ciphertext. The key id only tells "another key" from "tampered with". */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const VERSION = 1;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES;
const OVERHEAD_BYTES = HEADER_BYTES + NONCE_BYTES + TAG_BYTES;

/** Why an envelope does not open. The message says what to do and holds no secret. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
}

/** 32 bytes each: SECRET_KEY, which seals, and those of SECRET_KEY_PREVIOUS, which still open. */
export type SecretKey = readonly [current: Buffer, ...previous: Buffer[]];

/** @param place what the secret belongs to, e.g. `connector:12`; needed again to open it. */
export function seal([key]: SecretKey, plaintext: string, place: string): Buffer {
  const header = Buffer.concat([Buffer.of(VERSION), keyId(key)]);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(header, place));
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  return Buffer.concat([header, nonce, cipher.getAuthTag(), ciphertext]);
}

/** The plaintext that was sealed for `place`.
 *  @throws SecretError for another key, another place, an unknown version or a changed byte. */
export function open(keys: SecretKey, envelope: Uint8Array, place: string): string {
  const sealed = Buffer.from(envelope.buffer, envelope.byteOffset, envelope.byteLength);
  if (sealed.length < OVERHEAD_BYTES || sealed[0] !== VERSION) {
    throw new SecretError(`The secret of ${place} has an unknown form; enter it again.`);
  }
  const header = sealed.subarray(0, HEADER_BYTES);
  const key = keys.find((each) => header.subarray(1).equals(keyId(each)));
  if (key === undefined) {
    throw new SecretError(
      `The secret of ${place} was sealed under another SECRET_KEY; name that key in SECRET_KEY_PREVIOUS or enter the secret again.`,
    );
  }
  const nonce = sealed.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES);
  const tag = sealed.subarray(HEADER_BYTES + NONCE_BYTES, OVERHEAD_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData(header, place));
  decipher.setAuthTag(tag);
  try {
    const plaintext = [decipher.update(sealed.subarray(OVERHEAD_BYTES)), decipher.final()];
    return Buffer.concat(plaintext).toString('utf8');
  } catch {
    throw new SecretError(
      `The secret of ${place} was changed or belongs elsewhere; enter it again.`,
    );
  }
}

/** Whether it was sealed under the key that seals now. */
export function isCurrent([key]: SecretKey, envelope: Uint8Array): boolean {
  return Buffer.from(envelope.subarray(1, HEADER_BYTES)).equals(keyId(key));
}

const keyId = (key: Buffer) => createHash('sha256').update(key).digest().subarray(0, KEY_ID_BYTES);

const associatedData = (header: Buffer, place: string) =>
  Buffer.concat([header, Buffer.from(place, 'utf8')]);
