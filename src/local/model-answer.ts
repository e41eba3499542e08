/** What the demo's model answers: made from the row's words by rule, the same each time. It knows the mood of some words
 *  and fills the form that is asked for; it is no model, and says so by its name. */

type Schema = {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
};

const GOOD =
  /\b(?:good|great|excellent|love|loved|fast|quick|friendly|perfect|happy|helpful|thanks?|recommend|solved|nice)\b/giu;
const BAD =
  /\b(?:bad|broken|slow|late|never|refund|angry|terrible|rude|worst|missing|damaged|wrong|delay(?:ed|s)?|unhappy|high)\b/giu;

/** @param row the row as JSON text. @returns an object in the form of the schema. */
export function answerTo(row: string, schema: Schema): unknown {
  const good = row.match(GOOD)?.length ?? 0;
  const bad = row.match(BAD)?.length ?? 0;
  const mood = good === bad ? 'neutral' : good > bad ? 'positive' : 'negative';
  const score = good + bad === 0 ? 0.5 : good / (good + bad);
  return fill(schema, { row, mood, score, seed: hash(row) });
}

type Facts = {
  readonly row: string;
  readonly mood: string;
  readonly score: number;
  readonly seed: number;
};

function fill(schema: Schema, facts: Facts): unknown {
  if (schema.enum !== undefined && schema.enum.length > 0) return choose(schema.enum, facts);
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0];
  switch (type) {
    case 'object': {
      const entries = Object.entries(schema.properties ?? {});
      return Object.fromEntries(entries.map(([name, part]) => [name, fill(part, facts)]));
    }
    case 'array':
      return [];
    case 'boolean':
      return facts.mood === 'negative';
    case 'integer':
      return Math.round(facts.score * 10);
    case 'number':
      return Math.round(facts.score * 100) / 100;
    default:
      return longestText(facts.row).slice(0, 80);
  }
}

/** The mood where it is among the choices, else one that the row names, else any, always the same. */
function choose(choices: readonly unknown[], { row, mood, seed }: Facts): unknown {
  const words = choices.map(String);
  const text = row.toLowerCase();
  const at = [
    words.findIndex((word) => word.toLowerCase() === mood),
    words.findIndex((word) => text.includes(word.toLowerCase())),
  ].find((index) => index >= 0);
  return choices[at ?? seed % choices.length];
}

function longestText(row: string): string {
  const texts = row.match(/"(?:[^"\\]|\\.)*"(?!\s*:)/g) ?? [];
  const longest = texts.toSorted((a, b) => b.length - a.length)[0];
  return longest === undefined ? 'nothing to say' : String(JSON.parse(longest));
}

function hash(text: string): number {
  let value = 0;
  for (const character of text) value = (value * 31 + character.codePointAt(0)!) >>> 0;
  return value;
}
