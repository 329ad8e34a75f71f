import type { Mutant } from './mutant.ts';

const inFollowup = (name: string, harm: string, file: string, from: string, to: string): Mutant => ({
  ...{ name, harm, from, to },
  workflow: 'followup',
  file: file.startsWith('shared/') ? `${file}.ts` : `functions/followup/${file}.ts`,
});

export const followupMutants: readonly Mutant[] = [
  inFollowup(
    'task-over-a-version',
    'two sweeps at once remind a patient twice',
    'moves',
    `      version: seen.version,\n      ...(to === undefined ? {} : { $all: [{ status: seen.status }, { status: { in: tasksBefore(to) } }] }),`,
    `      ...(to === undefined ? { $exists: true } : { status: { in: tasksBefore(to) } }),`,
  ),
  inFollowup(
    'opened-for-the-dead',
    'the family of somebody who died is asked to come',
    'open-plan',
    `    newTaskOperation(deps, task),\n    checkCare(care),\n`,
    `    newTaskOperation(deps, task),\n`,
  ),
  inFollowup(
    'return-not-kept',
    'the arrival of a stay that is over, heard late, takes a patient out of follow-up',
    'follow-referral',
    `  await keepCare(deps, patientId, (seen) => (hasEnded(seen, over) ? undefined : withEnded(seen, over)));\n`,
    '',
  ),
  inFollowup(
    'proposed-at-each-answer',
    'a doctor is told of one finding again and again',
    'answer-task',
    `(level === 'REFER' || level === 'EMERGENCY') && plan.proposal === undefined;`,
    `level === 'REFER' || level === 'EMERGENCY';`,
  ),
  inFollowup(
    'timer-trusts-its-index-of-tasks',
    'a sweep that reads an old index reminds of what has been put off',
    'tick-task',
    `  if (next.at > instant(deps.clock)) return write(deps, task, { timerAt: next.at });\n`,
    '',
  ),
  inFollowup(
    'reminded-at-night',
    'a patient is woken by a sweep that comes late',
    'tick-task',
    `TOLD.includes(next.due) && isQuiet(policy, deps.clock.now());`,
    `TOLD.includes(next.due) && isQuiet(policy, Date.parse(next.at));`,
  ),
  inFollowup(
    'plan-ends-and-keeps-its-lock',
    'nobody can ever follow that disease up again',
    'moves',
    `    ...(to === 'ENDED' ? [locks.deleteOperation(after, { if: { planId: after.planId } })] : []),\n`,
    '',
  ),
  {
    ...inFollowup(
      'old-findings-count-after-the-return',
      'somebody who was just treated is sent to hospital again',
      'follow-referral',
      `set: { streaks: {}, openTask`,
      `set: { openTask`,
    ),
    isRare: true,
  },
  inFollowup(
    'contract-over-before-it-was-heard-of',
    'a team goes on with a resident who has left',
    'follow-signing',
    `    if (hasEnded(seen, signingId)) return { ...rest, heardAt: at };\n`,
    '',
  ),
  inFollowup(
    'sweep-ends-what-it-no-longer-has',
    'a visit that one sweep has just set the hour of is never looked at again',
    'shared/data/sweep',
    `  return { dueShard: shard, dueClaim: name };`,
    `  return { dueShard: shard };`,
  ),
];
