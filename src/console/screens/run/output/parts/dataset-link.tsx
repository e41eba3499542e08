/** A dataset that a step wrote, by its slug; a link once it is known where it is to be found. */
import { useQuery } from 'urql';
import { Link } from 'wouter';
import { RunDatasetDocument } from '../../../../generated/graphql.ts';
import { paths, usePlace } from '../../../../shell/place.ts';
import styles from './output.module.css';

export function DatasetLink({ slug }: { slug: string }) {
  const { project } = usePlace();
  const [{ data }] = useQuery({
    query: RunDatasetDocument,
    variables: { projectId: project.id, slug },
  });
  // The question is for a part of a name, too.
  const found = data?.datasets.nodes.find((each) => each.slug === slug);
  if (!found) return <>{slug}</>;
  return (
    <Link href={paths.data(project.slug, 'datasets', found.databaseId)} className={styles['more']}>
      {slug}
    </Link>
  );
}
