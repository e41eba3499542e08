/** A configuration as YAML that reads back to the same. */
import { Document, isScalar, visit } from 'yaml';
import type { Configuration } from './plan.ts';

/** Fields that are as when left out are left out. `owner_user_id` is told only on request: it is a number of
 *  this installation. */
export function toYaml(
  { slug, name, description, owner_user_id, enabled, trigger, steps, policies }: Configuration,
  { withOwner = false } = {},
): string {
  const document = new Document({
    ...{ slug, name },
    ...(description !== '' && { description }),
    ...(withOwner && { owner_user_id }),
    ...(!enabled && { enabled }),
    ...(trigger !== null && { trigger }),
    ...(Object.keys(policies).length > 0 && { policies }),
    steps: steps.map(({ kind, name: stepName, ...fields }) => ({
      kind,
      name: stepName,
      ...fields,
    })),
  });
  visit(document, {
    Pair(_key, { key, value }) {
      // As the handbook writes them; a bare `* * * * *` would not even be YAML.
      if (isScalar(key) && key.value === 'cron' && isScalar(value)) value.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** Several in one file. */
export function joinDocuments(documents: readonly string[]): string {
  return documents.join('---\n');
}
