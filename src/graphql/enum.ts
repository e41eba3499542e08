/** Enumerations whose members are the words of the tables, in capitals. */

/** `{ RUNNING: { value: 'running', description: … } }` from the words that the tables use. */
export function enumValues<Word extends string>(texts: Record<Word, string>) {
  return Object.fromEntries(
    Object.entries<string>(texts).map(([value, description]) => [
      value.toUpperCase(),
      { value, description },
    ]),
  ) as { [W in Word as Uppercase<W>]: { value: W; description: string } };
}
