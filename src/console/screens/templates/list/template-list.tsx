/** Templates below each other: what fires their scenarios, of which steps they are, and how they stand in projects. */
import { Link } from 'wouter';
import {
  TemplatesChangedDocument,
  TemplatesListDocument,
  type TemplateListPartsFragment,
} from '../../../generated/graphql.ts';
import { useLiveQuery } from '../../../live/use-live-query.ts';
import { useStream } from '../../../live/use-stream.ts';
import { Failure, Skeleton } from '../../../parts/notice.tsx';
import { Pager, usePageVariables } from '../../../parts/pager.tsx';
import { count } from '../../../parts/progress.tsx';
import { Tips } from '../../../parts/tips.tsx';
import { paths, usePlace } from '../../../shell/place.ts';
import { hrefOf, type Filters } from '../filters.ts';
import { NoMatch } from '../nothing.tsx';
import styles from './template-list.module.css';

const PAGE = 50;

export function TemplateList({ filters }: { filters: Filters }) {
  const page = usePageVariables(PAGE);
  const changes = useStream(TemplatesChangedDocument, {});
  const { data, error, reread } = useLiveQuery(
    TemplatesListDocument,
    { ...page, q: filters.text || null },
    changes.pulse,
  );
  if (!data) {
    return error ? (
      <Failure error={error} onRetry={reread} />
    ) : (
      <div className={styles['list']}>
        <div className={styles['skeleton']}>
          <Skeleton lines={10} height="1.75rem" />
        </div>
      </div>
    );
  }
  const { nodes, totalCount, pageInfo } = data.templates;
  if (nodes.length === 0) {
    return (
      <div className={styles['list']}>
        <NoMatch filters={{ ...filters, projects: '', state: null }} />
      </div>
    );
  }
  return (
    <>
      {error && <Failure error={error} onRetry={reread} />}
      <Tips className={styles['list']!}>
        <table className={styles['table']} aria-label="Templates">
          <thead>
            <tr>
              <th scope="col">Template</th>
              <th scope="col">Fires</th>
              <th scope="col">Steps</th>
              <th scope="col">In projects</th>
            </tr>
          </thead>
          <tbody>
            {nodes.map((template) => (
              <Row key={template.id} template={template} />
            ))}
          </tbody>
        </table>
        <Pager label="Pages of templates" page={pageInfo} total={totalCount} />
      </Tips>
    </>
  );
}

function Row({ template }: { template: TemplateListPartsFragment }) {
  const { project } = usePlace();
  const { slug, displayName, description, triggerText, stepKinds, defaultEnabled } = template;
  return (
    <tr data-id={template.id}>
      <td className={styles['name']}>
        <Link href={paths.template(project.slug, slug)} data-tip-cut="">
          {displayName}
        </Link>
        {defaultEnabled && (
          <span
            className={styles['badge']}
            data-tip="Projects that are made from now on begin with it on."
          >
            on by default
          </span>
        )}
        <p className={styles['quiet']} data-tip-cut="">
          <code>{slug}</code>
          {description && ` · ${description}`}
        </p>
      </td>
      <td className={styles['fires']}>
        <p data-tip-cut="">{triggerText || 'only by hand'}</p>
      </td>
      <td>
        <ul className={styles['kinds']}>
          {stepKinds.map((kind) => (
            <li key={kind}>{kind}</li>
          ))}
        </ul>
      </td>
      <td>
        <States template={template} />
      </td>
    </tr>
  );
}

/** Each leads to its cells in the matrix. */
function States({ template: { slug, counts } }: { template: TemplateListPartsFragment }) {
  const { project } = usePlace();
  const shown = [
    { state: 'ON', words: 'on', of: counts.on },
    { state: 'NEEDS_VALUES', words: 'need values', of: counts.needsValues },
    { state: 'BROKEN', words: 'broken', of: counts.broken },
    { state: 'OFF', words: 'off', of: counts.off },
  ] as const;
  return (
    <ul className={styles['states']}>
      {shown
        .filter(({ of, state }) => of > 0 || state === 'ON')
        .map(({ state, words, of }) => {
          const href = hrefOf(project.slug, {
            ...{ view: 'matrix', text: slug, projects: '', template: slug },
            state: of > 0 ? state : null,
          });
          return (
            <li key={state} data-state={of > 0 ? state : 'NONE'}>
              <Link href={href}>
                {count(of)} {words}
              </Link>
            </li>
          );
        })}
    </ul>
  );
}
