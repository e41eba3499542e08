/** What the forms choose from: connectors and what each type reads. */
import { DataFormsDocument } from '../../generated/graphql.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { usePlace } from '../../shell/place.ts';

export function useForms() {
  const { project } = usePlace();
  const { data, error } = useLiveQuery(DataFormsDocument, { projectId: project.id });
  const types = data?.connectorTypes ?? [];
  const sourceOf = (connectorId: string): unknown => {
    const connector = data?.connectors.find(({ id }) => id === connectorId);
    return types.find(({ type }) => type === connector?.type)?.source ?? null;
  };
  return {
    error,
    isRead: data !== undefined,
    /** Those that rows can be read through. */
    readers: (data?.connectors ?? []).filter(
      ({ type }) => types.find((each) => each.type === type)?.source != null,
    ),
    /** Those that an agent can be asked through. */
    models: (data?.connectors ?? []).filter(({ type }) => type === 'llm'),
    sourceOf,
  };
}
