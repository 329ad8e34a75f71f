import type { Mutant } from './mutant.ts';

const inSigning = (name: string, harm: string, file: string, from: string, to: string): Mutant => ({
  ...{ name, harm, from, to },
  workflow: 'signing',
  file: `functions/signing/${file}.ts`,
});

export const signingMutants: readonly Mutant[] = [
  inSigning(
    'team-over-its-capacity',
    'a team promises more residents than it can care for',
    'teams',
    `{ if: { active: true, free: { gt: 0 } } },`,
    `{ if: { active: true } },`,
  ),
  inSigning(
    'step-over-a-step',
    'of two steps at once the second forgets the first',
    'signing-moves',
    `      version: seen.version,\n`,
    `      version: { ge: 0 },\n`,
  ),
  inSigning(
    'door-stays-open',
    'a doctor reads the record of a resident who has left',
    'end-signing',
    `      ...closeRelations(seen),\n`,
    '',
  ),
  inSigning(
    'ends-under-a-payment',
    'an application lapses while its resident is paying',
    'charges',
    `      along: [withdrawCharge({ owner: OWNER, patientId, ...charge })],`,
    `      along: [],`,
  ),
  inSigning(
    'nobody-looks-after-a-wait',
    'an application whose machine died waits for ever',
    'signing-moves',
    `    timer: timerFor(policyNow(deps), after),`,
    `    timer: isEnded(after) || after.status === 'TEAM_REVIEW' ? null : timerFor(policyNow(deps), after),`,
  ),
  inSigning(
    'service-counted-twice',
    'a request that is repeated uses up two services',
    'use-entitlement',
    `        { if: { $exists: false } },\n`,
    '',
  ),
  inSigning(
    'timer-trusts-its-index-in-signing',
    'a sweep that reads an old index ends a wait before its time',
    'tick-signing',
    `  if (next.at > instant(deps.clock)) return setTimer(deps, seen, next.at);\n`,
    '',
  ),
];
