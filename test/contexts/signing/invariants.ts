import type { Resident, Signing, Team } from '../../../functions/signing/store.ts';
import { IN_FORCE, PENDING } from '../../../functions/signing/transitions.ts';
import type { Item } from '../../../shared/data/table.ts';
import { dayOf } from '../../../shared/kernel/china-time.ts';

/** The rules of signing told a second time, on what is stored, without the code that keeps them. */

export class RuleBroken extends Error {}

function must(rule: string, holds: boolean, what: string): void {
  if (!holds) throw new RuleBroken(`${rule}: ${what}`);
}

// Nothing but the context wrote these items.
const kind = <T>(items: readonly Item[], is: (item: Item) => boolean): readonly T[] =>
  items.filter(is) as unknown as readonly T[];

/** Holds between any two writes. */
export function checkRules(items: readonly Item[], now: string): void {
  const signings = kind<Signing>(
    items,
    ({ pk, sk }) => pk.startsWith('signing#') && sk.startsWith('signing#'),
  );
  const teams = kind<Team>(items, ({ pk, sk }) => pk.startsWith('signing#team#') && sk === 'team');
  const residents = kind<Resident>(
    items,
    ({ pk, sk }) => pk.startsWith('signing#patient#') && sk === 'resident',
  );
  const inForce = signings.filter(({ status }) => IN_FORCE.includes(status));
  const pending = signings.filter(({ status }) => PENDING.includes(status));
  for (const { careTeamId, capacity, free, reserved, signed } of teams) {
    const of = (some: readonly Signing[]) => some.filter((one) => one.careTeamId === careTeamId).length;
    must('S2', of(inForce) + of(pending) <= capacity, `${careTeamId} is over its capacity`);
    must('S2', free >= 0 && free + reserved + signed === capacity, `${careTeamId} does not add up`);
    must('S2', reserved === of(pending) && signed === of(inForce), `${careTeamId} counts what is not there`);
  }
  for (const patientId of new Set(signings.map((one) => one.patientId))) {
    const mine = (some: readonly Signing[]) => some.filter((one) => one.patientId === patientId);
    const [held, asked] = [mine(inForce), mine(pending)];
    const resident = residents.find((one) => one.patientId === patientId);
    must('S1', held.length <= 1 && asked.length <= 1, `${patientId} is with two teams`);
    must('S1', resident?.holder?.signingId === held[0]?.signingId, `${patientId}’s holder is another`);
    must('S1', resident?.waiting?.signingId === asked[0]?.signingId, `${patientId}’s application is another`);
    checkRelations(items, patientId, held[0], now);
  }
  checkTallies(items, residents);
  for (const { entitlements } of signings) {
    for (const { left, total } of Object.values(entitlements))
      must('S4', left >= 0 && left <= total, 'used too often');
  }
}

function checkRelations(
  items: readonly Item[],
  patientId: string,
  held: Signing | undefined,
  now: string,
): void {
  const open = items
    .filter(({ pk, sk }) => pk === `relation#${patientId}` && sk.startsWith('SIGNED#'))
    .filter((item) => String(item['until']) > now)
    .map((item) => String(item['holderId']));
  const term = held?.term?.until ?? '';
  const stands = held !== undefined && dayOf(now) <= term;
  if (stands) must('S6', open.toSorted().join() === held.staff.toSorted().join(), `${patientId}’s doctors`);
  else if (held === undefined) must('S6', open.length === 0, `${patientId} is open to who is not signed`);
}

function checkTallies(items: readonly Item[], residents: readonly Resident[]): void {
  for (const tally of items.filter(({ pk }) => pk.startsWith('signing#county#'))) {
    const here = residents.filter((one) => one.divisionCode === tally.sk && one.deceased !== true);
    const signed = here.filter(({ holder }) => holder !== undefined);
    must('S5', Number(tally['signed'] ?? 0) === signed.length, 'the village’s signed');
    must(
      'S5',
      Number(tally['signed:ELDERLY'] ?? 0) ===
        signed.filter(({ groups }) => groups.includes('ELDERLY')).length,
      'the village’s old',
    );
  }
}
