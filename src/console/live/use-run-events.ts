/** The events of one run, in order, each once, those to come included. After a lost connection the rest is asked for
 *  from the last number on, so nothing is missing and nothing comes twice. */
import { useEffect, useState } from 'react';
import type { Client as Socket } from 'graphql-ws';

export type RunEvent = {
  readonly seq: number;
  readonly type: string;
  /** ISO 8601. */
  readonly at: string;
  readonly payload: Readonly<Record<string, unknown>>;
};

export type RunEvents = {
  readonly events: readonly RunEvent[];
  /** All that the run will ever say has been said. */
  readonly ended: boolean;
  /** The server no longer keeps what came before. */
  readonly resync: string | null;
  readonly error: string | null;
};

const QUERY = `subscription RunEvents($runId: ID!, $after: Int!) {
  runEvents(runId: $runId, after: $after) {
    ... on RunEvent { seq type at payload }
    ... on Resync { after reason }
  }
}`;

type Message = { runEvents: RunEvent | { after: number; reason: string } };

const NOTHING: RunEvents = { events: [], ended: false, resync: null, error: null };
// A page is drawn at most this often, however fast a run talks.
const DRAW_MS = 60;

/** For another run the component must be another one: give it a `key`. */
export function useRunEvents(socket: Socket, runId: string): RunEvents {
  const [state, setState] = useState<RunEvents>(NOTHING);

  useEffect(() => {
    let last = 0;
    let drawing: ReturnType<typeof setTimeout> | undefined;
    let events: RunEvent[] = [];
    let latest = NOTHING;
    const draw = (change: Partial<RunEvents>) => {
      latest = { ...latest, ...change };
      drawing ??= setTimeout(() => {
        drawing = undefined;
        latest = { ...latest, events: events.slice() };
        setState(latest);
      }, DRAW_MS);
    };
    const end = socket.subscribe<Message>(
      {
        query: QUERY,
        variables: {
          runId,
          // Read again whenever the client subscribes again.
          get after() {
            return last;
          },
        },
      },
      {
        next({ data, errors }) {
          if (errors) return draw({ error: errors.map(({ message }) => message).join('; ') });
          const message = data?.runEvents;
          if (!message) return;
          if ('seq' in message) {
            if (message.seq <= last) return;
            last = message.seq;
            events.push(message);
            draw({ error: null });
          } else {
            last = message.after;
            events = [];
            draw({ resync: message.reason });
          }
        },
        error: (error) =>
          draw({ error: error instanceof Error ? error.message : 'The stream ended.' }),
        complete: () => draw({ ended: true }),
      },
    );
    return () => {
      clearTimeout(drawing);
      end();
    };
  }, [socket, runId]);

  return state;
}
