/** Amounts of money, small ones with as many digits as tell them from nothing. */

/** `US$12.40`, `€0.0031`. @param currency three letters; of one that nobody knows, the letters stand before it. */
export function amount(value: number, currency: string): string {
  const digits = value !== 0 && Math.abs(value) < 0.1 ? { maximumSignificantDigits: 2 } : {};
  return new Intl.NumberFormat('en-GB', { style: 'currency', currency, ...digits }).format(value);
}
