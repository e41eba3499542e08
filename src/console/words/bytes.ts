/** Sizes in words. */
const UNITS = ['bytes', 'KB', 'MB', 'GB'] as const;

/** `812 bytes`, `48 KB`, `1.4 MB`; a KB is 1,000 bytes. */
export function bytes(size: number): string {
  let [value, unit] = [size, 0];
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  const digits = unit > 0 && value < 10 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}
