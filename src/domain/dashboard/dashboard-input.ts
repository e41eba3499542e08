/** What an editor sends, checked: every problem at once, each with its place. */
import { z } from 'zod';
import { invalid, type Problem } from '#platform/errors.ts';
import { may, type Principal } from '../access/principal.ts';
import { parseForm } from '../step/form-problems.ts';
import { bindPeriod } from '../warehouse/bind-period.ts';
import { cardOptions, cardPermission, cardPosition, VISUALISATIONS } from './card.ts';
import { maySeeCard, type StoredCard } from './dashboard.ts';
import { timeFilterForm } from './time-filter.ts';

const MAX_CARDS = 60;

const title = z.string().trim().min(1).max(200);

const card = z.strictObject({
  /** Of one that is there; without it a new one. */
  id: z.int().nullish(),
  title,
  visualisation: z.enum(VISUALISATIONS),
  sql: z.string().max(20_000).nullish(),
  options: cardOptions.nullish(),
  position: cardPosition,
  requiredPermission: cardPermission.nullish(),
});

/** A whole dashboard: cards that are not in it go, except for those that the editor may not see. */
const form = z.strictObject({
  title,
  defaultTimeFilter: timeFilterForm.nullish(),
  cards: z.array(card).max(MAX_CARDS),
});

export type CardDraft = Omit<StoredCard, 'id'> & { readonly id: number | null };

export type Draft = {
  readonly title: string;
  readonly defaultTimeFilter: unknown;
  readonly cards: readonly CardDraft[];
};

/** @param now the cards that are there, all of them.
 *  @throws DomainError VALIDATION. */
export function parseDashboard(
  who: Principal,
  projectId: number,
  input: unknown,
  now: readonly StoredCard[],
): Draft {
  const { data, problems } = parseForm(form, input);
  if (data === null) throw invalid(problems);
  const seen = new Map(
    now.filter((each) => maySeeCard(who, projectId, each)).map((each) => [each.id, each]),
  );
  const found = data.cards.flatMap((each, index) =>
    cardProblems(who, projectId, each, seen).map((problem) => ({
      ...problem,
      path: ['cards', index, ...problem.path],
    })),
  );
  const ids = data.cards.flatMap(({ id }) => id ?? []);
  if (new Set(ids).size < ids.length) {
    found.push({ path: ['cards'], message: 'names a card twice' });
  }
  // As JSON spells a NUL and half a surrogate pair; Postgres keeps neither.
  if (/\\u(?:0000|d[89a-f]..)/.test(JSON.stringify(input))) {
    found.push({ path: [], message: 'holds a character that cannot be stored' });
  }
  if (found.length > 0) throw invalid(found);
  return {
    title: data.title,
    defaultTimeFilter: data.defaultTimeFilter ?? null,
    cards: data.cards.map((each) => ({
      id: each.id ?? null,
      title: each.title,
      visualisation: each.visualisation,
      sql: each.visualisation === 'text' ? null : (each.sql ?? null),
      options: withoutUndefined(each.options ?? {}),
      position: each.position,
      required_permission: each.requiredPermission ?? null,
    })),
  };
}

function cardProblems(
  who: Principal,
  projectId: number,
  { id, sql, visualisation, requiredPermission }: z.output<typeof card>,
  seen: ReadonlyMap<number, StoredCard>,
): Problem[] {
  const problems: Problem[] = [];
  if (id != null && !seen.has(id)) {
    const message = 'is no card of this dashboard; leave it out for a new one';
    problems.push({ path: ['id'], message, value: id });
  }
  if (visualisation !== 'text' && !sql?.trim()) {
    problems.push({ path: ['sql'], message: 'is missing; write a SELECT' });
  }
  for (const { line, column, message } of bindPeriod(sql ?? '').flaws) {
    problems.push({ path: ['sql'], message: `line ${line}, column ${column}: ${message}` });
  }
  if (requiredPermission != null && !may(who, requiredPermission, projectId)) {
    const message = 'you do not have this permission yourself and would lose sight of the card';
    problems.push({ path: ['requiredPermission'], message, value: requiredPermission });
  }
  return problems;
}

const withoutUndefined = (options: object) =>
  JSON.parse(JSON.stringify(options)) as StoredCard['options'];
