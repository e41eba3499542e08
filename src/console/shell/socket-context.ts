/** The socket, for what subscribes by itself: events by number. */
import { createContext, use } from 'react';
import type { Client } from 'graphql-ws';

export const SocketContext = createContext<Client | null>(null);

export function useSocket(): Client {
  const socket = use(SocketContext);
  if (!socket) throw new Error('no socket above');
  return socket;
}
