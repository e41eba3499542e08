/** A password that somebody hands over once; whoever gets it chooses another one. */
import { randomInt } from 'node:crypto';

// Nothing that reads like something else: no 0, o, 1, l, i.
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const PER_GROUP = 4;

/** As in `k7mq-x2vd-9ehb-t4rw`: 79 bits. */
export function createOneTimePassword(): string {
  const group = () =>
    Array.from({ length: PER_GROUP }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}
