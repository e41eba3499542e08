/** The report's colours and letters: the console's tokens in their light form, since paper and most mail are white. */
export const LOOK = {
  ground: '#f7f6f3',
  surface: '#ffffff',
  sunken: '#efede8',
  line: '#e3e0d8',
  lineStrong: '#8e8a80',
  ink: '#1d1e20',
  ink2: '#54565a',
  ink3: '#6b6d71',
  accent: '#8a5a00',
  accentSolid: '#e8a413',
  bad: '#b3261e',
  badGround: '#fce8e6',
  warn: '#855300',
  warnGround: '#fdf0d5',
} as const;

/** What browsers fall back on where the fonts are not embedded. */
export const SANS = `Inter, 'Inter Variable', 'Noto Sans JP Variable', 'Noto Sans KR Variable', 'Noto Sans SC Variable', 'Noto Color Emoji', 'Apple Color Emoji', 'Segoe UI Emoji', 'Noto Emoji', system-ui, -apple-system, 'Segoe UI', sans-serif`;

// Marks: at least 3 to 1 on white, and told apart by those who do not tell red from green by their lightness.
const CATEGORICAL = [
  '#3a78dc',
  '#c98300',
  '#2f8f58',
  '#8457c2',
  '#d43d33',
  '#1a8a94',
  '#8b5a2b',
  '#c2478f',
  '#5c5f66',
  '#4c5aa8',
];
const SEQUENTIAL = [
  '#6b4500',
  '#8a5a00',
  '#a86f00',
  '#c98300',
  '#d9961f',
  '#e8a413',
  '#efb94b',
  '#f3c96f',
  '#f6d894',
  '#f9e6b8',
];

export function paletteOf(name: 'categorical' | 'sequential' = 'categorical'): readonly string[] {
  return name === 'sequential' ? SEQUENTIAL : CATEGORICAL;
}

/** More series than that cannot be told apart. */
export const MOST_SERIES = CATEGORICAL.length;
