import type { Mutant } from './mutant.ts';

const inReferral = (name: string, harm: string, file: string, from: string, to: string): Mutant => ({
  ...{ name, harm, from, to },
  workflow: 'referral',
  file: file.startsWith('booking/') ? `functions/${file}.ts` : `functions/referral/${file}.ts`,
});

export const referralMutants: readonly Mutant[] = [
  inReferral(
    'two-open-referrals',
    'a patient is referred twice for the same thing',
    'lock',
    `    referrals.checkOperation({ patientId: place.patientId, referralId }, { status: { in: ENDED } }),\n`,
    '',
  ),
  inReferral(
    'number-never-given-back',
    'a referral that ended keeps its number when its machine died',
    'timers',
    `  if (!outcome.ok) return;\n`,
    `  if (outcome.ok || !outcome.ok) return;\n`,
  ),
  inReferral(
    'overdue-and-forgotten',
    'a referral whose machine died waits for ever',
    'timers',
    `  const moved = await expire(deps, seen);\n`,
    `  const moved = seen.turn < 0 ? await expire(deps, seen) : undefined;\n`,
  ),
  inReferral(
    'step-over-a-turn',
    'of two decisions at once the second forgets the first',
    'referral-moves',
    `condition: { turn: seen.turn, $all: [{ status: seen.status }, { status: { in: statesBefore(to) } }] },`,
    `condition: { $all: [{ status: { in: statesBefore(to) } }] },`,
  ),
  inReferral(
    'ended-and-on-a-worklist',
    'a coordinator is shown a referral that is over',
    'referral-moves',
    `        ...(link === undefined ? ['lookupPk', 'lookupSk'] : []),\n`,
    '',
  ),
  {
    ...inReferral(
      'reserved-twice',
      'a call of the machine that is repeated keeps a second number for nobody',
      'booking/reserve-for-referral',
      `    requestKey: reservationKeyOf(wanted.reservationId),`,
      `    requestKey: \`\${reservationKeyOf(wanted.reservationId)}:\${deps.ids.next(6)}\`,`,
    ),
    isRare: true,
  },
  {
    ...inReferral(
      'timer-of-a-step-that-was-left',
      'a reminder claimed as its wait ends clears the timer that gives the number back',
      'timers',
      `if (seen?.turn === referrals.from(item).turn)`,
      `if (seen !== undefined)`,
    ),
    isRare: true,
  },
];
