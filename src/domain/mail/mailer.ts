/** Several messages to one server, over conversations that are used again while all goes well: as many as there are
 *  messages at one time. What is known of a message is the same as when it is sent alone. */
import type { Conversation, MailServer } from './mail-server.ts';
import { converse } from './mail-server.ts';
import { compose, hand, judge, type MailOutcome, type OutgoingMail } from './send-mail.ts';

export type Mailer = Disposable & {
  /** One try. Never throws but for a message that cannot be written.
   *  @param signal gives the try up: refused before the message was begun, unknown after. */
  send(mail: OutgoingMail, signal: AbortSignal): Promise<MailOutcome>;
};

type Line = {
  readonly conversation: Conversation;
  /** Ends the conversation, whatever is under way. */
  readonly stop: AbortController;
  lost: boolean;
};

/** Opens nothing before the first message. Disposal closes every conversation. */
export function createMailer(server: MailServer): Mailer {
  const idle: Line[] = [];
  const open = new Set<Line>();

  const close = (line: Line) => {
    open.delete(line);
    line.conversation[Symbol.dispose]();
  };

  async function connect(signal: AbortSignal): Promise<Line> {
    signal.throwIfAborted();
    const stop = new AbortController();
    const giveUp = () => stop.abort(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      const line = { conversation: await converse(server, stop.signal), stop, lost: false };
      line.conversation.lost.catch(() => {
        line.lost = true;
      });
      open.add(line);
      return line;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  async function send(mail: OutgoingMail, signal: AbortSignal): Promise<MailOutcome> {
    const letter = await compose(server, mail);
    for (;;) {
      let line = idle.pop();
      if (line?.lost) {
        close(line);
        continue;
      }
      const used = line !== undefined;
      try {
        line ??= await connect(signal);
      } catch (error) {
        return judge(error, false);
      }
      const { stop, conversation } = line;
      const giveUp = () => stop.abort(signal.reason);
      if (signal.aborted) giveUp();
      else signal.addEventListener('abort', giveUp, { once: true });
      const outcome = await hand(conversation, letter);
      signal.removeEventListener('abort', giveUp);
      if (outcome.outcome === 'sent') {
        idle.push(line);
        return outcome;
      }
      const wasLost = line.lost;
      close(line);
      // A server may have hung up while nothing was said: the message was not begun, so it is no try.
      if (!(used && wasLost && outcome.outcome === 'refused' && !signal.aborted)) return outcome;
    }
  }

  return {
    send,
    [Symbol.dispose]() {
      for (const line of open) close(line);
    },
  };
}
