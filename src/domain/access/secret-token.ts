/** The text of a personal access token: made here, shown once, recognised by its hash ever after. */
import { createHash, randomBytes } from 'node:crypto';

export const TOKEN_MARK = 'hf_';

// 192 bits: guessing is out of the question, so a plain hash is enough and costs a lookup nothing.
const RANDOM_BYTES = 24;
// The mark and six characters: enough for a person to tell tokens apart, useless to anybody else.
const PREFIX_LENGTH = 9;

export type SecretToken = {
  /** The whole token; never stored. */
  readonly token: string;
  readonly prefix: string;
  readonly hash: string;
};

export function createSecretToken(): SecretToken {
  const token = `${TOKEN_MARK}${randomBytes(RANDOM_BYTES).toString('base64url')}`;
  return { token, prefix: token.slice(0, PREFIX_LENGTH), hash: hashToken(token) };
}

/** SHA-256 in hex: what `api_token.token_hash` holds. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
