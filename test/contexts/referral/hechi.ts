import type { Accepted } from '../../../functions/referral/counts.ts';
import { Dice } from '../../support/dice.ts';

/**
 * Generated referrals of 桂西北医联体: 6,350 up and 315 down in three years between its lead and 22 members, as the
 * hospital reported. Invented patients; the same seed makes the same list.
 */

export const LEAD = 'hechi-people-hospital';
const MEMBERS = Array.from({ length: 22 }, (_, index) => `member-${String(index + 1).padStart(2, '0')}`);
const UP = 6350;
const DOWN = 315;
const FIRST = Date.parse('2015-01-01T00:00:00.000Z');
const LAST = Date.parse('2017-12-31T12:00:00.000Z');

export function hechiReferrals(seed: number): readonly Accepted[] {
  const dice = new Dice(seed);
  const all = Array.from({ length: UP + DOWN }, (_, index): Accepted => {
    const member = dice.pick(MEMBERS);
    const isUp = index < UP;
    return {
      patientId: `synthetic${String(dice.below(5000)).padStart(5, '0')}`,
      referralId: `hechi${String(index).padStart(6, '0')}`,
      direction: isUp ? 'UP' : 'DOWN',
      fromInstitutionId: isUp ? member : LEAD,
      toInstitutionId: isUp ? LEAD : member,
      at: new Date(FIRST + dice.below(LAST - FIRST)).toISOString(),
    };
  });
  return all.toSorted((one, other) => (one.at < other.at ? -1 : 1));
}
