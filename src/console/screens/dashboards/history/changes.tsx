/** What differs between two states of a dashboard, in words, and of SQL line by line. */
import type { DashboardComparisonQuery } from '../../../generated/graphql.ts';
import { Difference } from '../../../parts/difference.tsx';
import { filterWords, toFilter } from '../period/period.ts';
import { permissionWords, placeWords, VISUALISATION_WORDS } from '../words.ts';
import styles from './history.module.css';

type Change = DashboardComparisonQuery['compareDashboard'][number];
type FieldChange = Change['fields'][number];

export function Changes({
  changes,
  labels,
}: {
  changes: readonly Change[];
  labels: readonly [string, string];
}) {
  if (changes.length === 0) return <p className={styles['quiet']}>Nothing differs.</p>;
  return (
    <ul className={styles['changes']} aria-label={`From ${labels[0]} to ${labels[1]}`}>
      {changes.map(({ cardId, title, change, fields }) => (
        <li key={cardId ?? 'dashboard'} data-change={change}>
          <h3>
            {cardId === null ? 'The dashboard' : `${HEADS[change]} card “${title}”`}
            {change !== 'CHANGED' && <Kind fields={fields} />}
          </h3>
          {change === 'CHANGED' && (
            <ul>
              {fields
                .filter(({ field }) => field !== 'sql' && field !== 'layout')
                .flatMap(wordsOf)
                .map((words) => (
                  <li key={words}>{words}</li>
                ))}
            </ul>
          )}
          {fields
            .filter(({ field }) => field === 'sql')
            .map(({ before, after }) => (
              <Difference key="sql" before={textOf(before)} after={textOf(after)} labels={labels} />
            ))}
        </li>
      ))}
    </ul>
  );
}

const HEADS = { ADDED: 'Added', REMOVED: 'Removed', CHANGED: 'Changed' } as const;

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

function Kind({ fields }: { fields: readonly FieldChange[] }) {
  const found = fields.find(({ field }) => field === 'visualisation');
  const kind = textOf(found?.after ?? found?.before);
  return kind === '' ? null : <>, {VISUALISATION_WORDS[kind.toUpperCase()] ?? kind}</>;
}

const lower = (words: string) => words.charAt(0).toLowerCase() + words.slice(1);

/** Sentences without an end. */
function wordsOf({ field, before, after }: FieldChange): string[] {
  switch (field) {
    case 'title':
      return [`Renamed from “${textOf(before)}” to “${textOf(after)}”`];
    case 'visualisation':
      return [`Shown as ${kindOf(after)} instead of ${kindOf(before)}`];
    case 'default_time_filter':
      return [
        `Period: ${lower(filterWords(toFilter(after)))} instead of ${lower(filterWords(toFilter(before)))}`,
      ];
    case 'position':
      return [`Moved from ${placeWords(before)} to ${placeWords(after)}`];
    case 'required_permission':
      return [
        `Seen by ${lower(permissionWords(textOf(after)))} instead of ${lower(permissionWords(textOf(before)))}`,
      ];
    case 'options':
      return optionWords(before, after);
    default:
      return [`${field} differs`];
  }
}

const kindOf = (value: unknown) =>
  VISUALISATION_WORDS[textOf(value).toUpperCase()] ?? textOf(value);

function optionWords(before: unknown, after: unknown): string[] {
  const [was, is] = [before, after].map((each) => (each ?? {}) as Record<string, unknown>);
  return [...new Set([...Object.keys(was!), ...Object.keys(is!)])]
    .filter((name) => JSON.stringify(was![name]) !== JSON.stringify(is![name]))
    .map((name) => {
      if (name === 'text') return 'Other words';
      return `Option ${name}: ${shown(is![name])} instead of ${shown(was![name])}`;
    });
}

const shown = (value: unknown) =>
  value === undefined || value === null
    ? 'none'
    : Array.isArray(value)
      ? value.join(', ')
      : JSON.stringify(value);
