/** The Flow as the screen knows it: read again whenever a run moves on or somebody edits something. */
import {
  DataChangesDocument,
  DataFlowDocument,
  DataRunsDocument,
  type DataActivityPartsFragment,
  type DataNodePartsFragment,
  type DataFlowQuery,
} from '../../generated/graphql.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { useStream } from '../../live/use-stream.ts';
import { paths, usePlace } from '../../shell/place.ts';
import type { StateLook } from '../../words/states.ts';

export type FlowNode = DataNodePartsFragment;
export type Activity = DataActivityPartsFragment;
export type Flow = DataFlowQuery['flow'];

/** Changes whenever something of the project's data may have. */
export function useDataPulse(): string | null {
  const { project } = usePlace();
  const runs = useStream(DataRunsDocument, { projectId: project.id });
  const edits = useStream(DataChangesDocument, { projectId: project.id });
  return runs.pulse === null && edits.pulse === null ? null : `${runs.pulse} ${edits.pulse}`;
}

export function useFlow() {
  const { project } = usePlace();
  return useLiveQuery(DataFlowDocument, { projectId: project.id }, useDataPulse());
}

const PARTS = { DATASET: 'datasets', RECIPE: 'recipes', AGENT: 'agents' } as const;

export const KIND_WORDS = {
  DATASET: 'Dataset',
  RECIPE: 'Recipe',
  AGENT: 'Agent',
  DASHBOARD: 'Dashboard',
} as const satisfies Record<FlowNode['kind'], string>;

/** Where a node's page is. */
export function hrefOf(
  project: string,
  { kind, databaseId }: Pick<FlowNode, 'kind' | 'databaseId'>,
): string {
  return kind === 'DASHBOARD'
    ? paths.dashboard(project, databaseId)
    : paths.data(project, PARTS[kind], databaseId);
}

export const NODE_LOOKS = {
  FRESH: { label: 'Fresh', tone: 'good', shape: 'check' },
  STALE: { label: 'Stale', tone: 'warn', shape: 'clock' },
  NEVER: { label: 'Never written', tone: 'calm', shape: 'ring' },
  NONE: { label: 'Reads nothing here', tone: 'calm', shape: 'off' },
  QUEUED: { label: 'Queued', tone: 'calm', shape: 'dots' },
  RUNNING: { label: 'Running', tone: 'busy', shape: 'play' },
  FAILED: { label: 'Failed', tone: 'bad', shape: 'cross' },
} as const satisfies Record<string, StateLook>;

export type NodeState = keyof typeof NODE_LOOKS;

export const isActive = (activity: Activity | null | undefined): boolean =>
  activity?.state === 'RUNNING' || activity?.state === 'QUEUED';

/** What is shown of a node first: the work that goes on, a failure that nothing has made good, how fresh it is. */
export function stateOf({ freshness, activity, writtenAt }: FlowNode): NodeState {
  if (activity?.state === 'RUNNING' || activity?.state === 'QUEUED') return activity.state;
  if (activity?.state === 'FAILED' && isLater(activity.finishedAt, writtenAt)) return 'FAILED';
  return freshness;
}

const isLater = (at: string | null, than: string | null) =>
  at !== null && (than === null || Date.parse(at) > Date.parse(than));

/** Words for a person about a node that does not do well; null: there is nothing to say. */
export function whyOf(node: FlowNode): string | null {
  const state = stateOf(node);
  if (state === 'FAILED') return node.activity?.reason ?? null;
  return state === 'STALE' ? (node.why ?? null) : null;
}
