/** Who one is, the newest projects, and the project of the address, which may be any of thousands. */
import { useState } from 'react';
import { useQuery } from 'urql';
import { ShellDocument, ShellProjectDocument } from '../generated/graphql.ts';
import { lastProject, type Project } from './place.ts';

/** @param slug of the address; undefined: it names no project. */
export function useShell(slug: string | undefined) {
  // The project of the first address comes with the first answer; where that names none, the one of the last visit.
  const [first] = useState(() => slug ?? lastProject());
  const [{ data, error }, ask] = useQuery({
    query: ShellDocument,
    variables: { slug: first ?? '', hasSlug: first !== null },
  });
  const known = data && [data.project, ...data.projects.nodes].find((each) => each?.slug === slug);
  const isOther = data !== undefined && !known && slug !== undefined && slug !== first;
  const [other] = useQuery({
    query: ShellProjectDocument,
    variables: { slug: slug ?? '' },
    pause: !isOther,
  });
  const found = other.data?.project?.slug === slug ? other.data?.project : null;
  const project: Project | null = known ?? (isOther ? (found ?? null) : null);
  return {
    data,
    error: error ?? (isOther ? other.error : undefined),
    ask,
    project,
    /** Whether the project is still asked for. */
    asking: isOther && found === null && other.fetching,
  };
}
