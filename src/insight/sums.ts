import { Big } from 'big.js';
import { AMOUNT_BASES, AMOUNT_QUALIFIERS } from '../resources/commitments/commitments.schema.js';

export interface Amount {
  /** Decimal string. */
  value: string;
  currency: string;
  qualifier: string;
  basis: string;
}

/** Amounts of one currency and basis, added up by qualifier: an aim and a promise are never one sum. */
export interface CurrencyTotal {
  currency: string;
  basis: string;
  count: number;
  amounts: AmountSum[];
}

export interface AmountSum {
  qualifier: string;
  count: number;
  /** Decimal string; exact. */
  value: string;
  /** The part of it that also counts in other groups; absent when there is none. */
  shared?: { count: number; value: string };
}

interface Running {
  amount: Amount;
  count: number;
  value: Big;
  shared: { count: number; value: Big };
}

const ORDER = {
  basis: Object.keys(AMOUNT_BASES),
  qualifier: Object.keys(AMOUNT_QUALIFIERS),
};

/** Adds amounts up, exactly: decimals never become floats, and currencies, bases and qualifiers stay apart. */
export function addUp(amounts: readonly { amount: Amount; isShared: boolean }[]): CurrencyTotal[] {
  const sums = new Map<string, Running>();
  for (const { amount, isShared } of amounts) {
    const key = `${amount.currency} ${amount.basis} ${amount.qualifier}`;
    const sum = sums.get(key) ?? { amount, count: 0, value: Big(0), shared: { count: 0, value: Big(0) } };
    sum.count += 1;
    sum.value = sum.value.plus(amount.value);
    if (isShared) sum.shared = { count: sum.shared.count + 1, value: sum.shared.value.plus(amount.value) };
    sums.set(key, sum);
  }
  const totals = new Map<string, CurrencyTotal>();
  for (const { amount, count, value, shared } of [...sums.values()].sort(inOrder)) {
    const { currency, basis, qualifier } = amount;
    const total = totals.get(`${currency} ${basis}`) ?? { currency, basis, count: 0, amounts: [] };
    total.count += count;
    total.amounts.push({
      ...{ qualifier, count, value: value.toFixed() },
      ...(shared.count > 0 && { shared: { count: shared.count, value: shared.value.toFixed() } }),
    });
    totals.set(`${currency} ${basis}`, total);
  }
  return [...totals.values()];
}

function inOrder({ amount: a }: Running, { amount: b }: Running): number {
  if (a.currency !== b.currency) return a.currency < b.currency ? -1 : 1;
  const byBasis = ORDER.basis.indexOf(a.basis) - ORDER.basis.indexOf(b.basis);
  return byBasis || ORDER.qualifier.indexOf(a.qualifier) - ORDER.qualifier.indexOf(b.qualifier);
}
