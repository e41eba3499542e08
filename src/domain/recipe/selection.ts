/** What of a project a build takes, in dbt's words. */

export const SCOPES = ['only', 'upstream', 'downstream', 'full'] as const;
/** The named ones; with all that they read; with all that reads them; both. */
export type Scope = (typeof SCOPES)[number];

export function selectorsOf(models: readonly string[], scope: Scope): string[] {
  const before = scope === 'upstream' || scope === 'full' ? '+' : '';
  const behind = scope === 'downstream' || scope === 'full' ? '+' : '';
  return models.map((model) => `${before}${model}${behind}`);
}
