import type { Clock } from '../../../../shared/kernel/clock.ts';
import { Refused } from './answers.ts';
import type { Books } from './books.ts';
import type { PayKnobs } from './knobs.ts';
import type { PayMerchant } from './merchants.ts';

/** What every part of the stand-in works with. */
export interface Desk {
  readonly books: Books;
  readonly clock: Clock;
  readonly knobs: PayKnobs;
  readonly merchants: ReadonlyMap<string, PayMerchant>;
}

/** @throws Refused */
export function merchantOf({ merchants }: Pick<Desk, 'merchants'>, mchid: string): PayMerchant {
  const merchant = merchants.get(mchid);
  if (merchant === undefined) throw new Refused('MCH_NOT_EXISTS');
  return merchant;
}

/** Numbers are unique under the merchant that placed the order. */
export function recordId(mchid: string, number: string): string {
  return `${mchid}|${number}`;
}
