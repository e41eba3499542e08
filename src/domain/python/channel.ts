/** The worker's end of the channel to Python: one question a line in JSON, one answer a line and perhaps bytes behind
 *  it. Nothing that comes is trusted: the code on the other side may write into the socket what it likes. */
import type { Duplex } from 'node:stream';
import { Failure } from '../connector/failure.ts';

/** What answers a question. A Failure is told to the code, which may go on; anything else that is thrown ends it. */
export type Answer = { readonly fields?: object; readonly bytes?: Uint8Array };
export type Asked = { readonly op: string } & Readonly<Record<string, unknown>>;

// The module sends rows by half a megabyte; one row may be much longer.
const MAX_QUESTION = 32 * 1024 * 1024;

/** Answers until the other side has gone.
 *  @throws Failure when what comes is no question; what `answer` threw. */
export async function serveChannel(
  channel: Duplex,
  answer: (asked: Asked) => Promise<Answer>,
): Promise<void> {
  // It ends in the middle of anything when the process is killed: that is told by how the process ended.
  channel.on('error', () => {});
  for await (const line of linesOf(channel)) {
    const { fields = {}, bytes } = await answered(parse(line), answer);
    const head = bytes === undefined ? fields : { ...fields, bytes: bytes.byteLength };
    channel.write(`${JSON.stringify(head)}\n`);
    if (bytes !== undefined) channel.write(bytes);
  }
}

async function answered(asked: Asked, answer: (asked: Asked) => Promise<Answer>): Promise<Answer> {
  try {
    return await answer(asked);
  } catch (error) {
    if (error instanceof Failure) return { fields: { error: error.message } };
    throw error;
  }
}

function parse(line: string): Asked {
  try {
    const asked: unknown = JSON.parse(line);
    if (typeof asked === 'object' && asked !== null && 'op' in asked) return asked as Asked;
  } catch {
    // Told below: whatever is no JSON is no question either.
  }
  throw notUnderstood();
}

const notUnderstood = () =>
  new Failure('The code wrote into the channel of the honeyframe module, which is file 3.');

async function* linesOf(channel: Duplex): AsyncGenerator<string> {
  let pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of channel as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at; (at = chunk.indexOf(10, from)) !== -1; from = at + 1) {
        pieces.push(chunk.subarray(from, at));
        yield Buffer.concat(pieces).toString('utf8');
        pieces = [];
        size = 0;
      }
      pieces.push(chunk.subarray(from));
      size += chunk.length - from;
      if (size > MAX_QUESTION) throw notUnderstood();
    }
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code?.startsWith('E')) throw error;
  }
}
