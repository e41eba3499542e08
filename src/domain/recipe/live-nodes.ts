/** What a watcher sees of a build's nodes while it is under way: a table as it stands, small enough to be sent with each
 *  change. The output has all of it. */
import type { Json } from '../step/kind.ts';
import { hasFailed, type BuiltNode } from './build-nodes.ts';

// Some 100 bytes each, and two changes of every node.
const MAX_NODES = 100;
const MAX_MESSAGE = 200;

/** The nodes in the order in which they began; of more than a hundred those that run, those that failed, and the last. */
export function liveNodes(nodes: readonly BuiltNode[]): Json {
  const matters = (node: BuiltNode) => node.status === 'running' || hasFailed(node);
  const first = nodes.filter(matters).slice(-MAX_NODES);
  const room = MAX_NODES - first.length;
  const others = nodes.filter((node) => !matters(node));
  const kept = new Set([...first, ...(room > 0 ? others.slice(-room) : [])]);
  return {
    nodes: nodes
      .filter((node) => kept.has(node))
      .map(({ name, type, status, rows, seconds, message }) => ({
        ...{ name, type, status, rows, seconds },
        message: message?.slice(0, MAX_MESSAGE) ?? null,
      })),
  };
}
