/** A non-negative amount in whole currency units: up to 18 digits, up to 6 decimals, no exponent, no leading zeros. */
export const DECIMAL_PATTERN = /^(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,6})?$/;

/** A fixed-width text for a decimal (DECIMAL_PATTERN) whose byte order is the numeric order; never goes through a float. */
export function decimalSortKey(decimal: string): string {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return `${whole.padStart(18, '0')}.${fraction.padEnd(6, '0')}`;
}
