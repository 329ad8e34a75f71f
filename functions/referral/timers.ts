import { SYSTEM } from '../../shared/access/acting.ts';
import type { TimerHandler } from '../../shared/context.ts';
import type { Deps } from '../../shared/deps.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { expire } from './expire.ts';
import { executionName, MACHINE } from './follow-machine.ts';
import { REMINDER_DUE, referralEvent } from './referral-event.ts';
import { policyNow, tryMove } from './referral-moves.ts';
import { idOf, type Referral, referrals } from './store.ts';
import { isEnded } from './transitions.ts';
import { NEXT_VISIT, OVERDUE, overdueTimer, placeOf, REMIND, UNDO, undoTimer } from './waits.ts';

/** Shortly before a step ends by itself: the event is what reminds, and the timer becomes the step's safety net. */
async function remind(deps: Deps, seen: Referral): Promise<void> {
  const { patientId, referralId, turn } = seen;
  await referrals.update(
    deps.table,
    { patientId, referralId },
    {},
    { if: { turn }, event: referralEvent(deps, REMINDER_DUE, seen, SYSTEM), timer: overdueTimer(seen) },
  );
}

/** The machine ends a wait to the second. If it died, this does. */
async function endOverdue(deps: Deps, seen: Referral): Promise<void> {
  const moved = await expire(deps, seen);
  if (moved?.ok === false) throw houseErrors.refusal('CONFLICT');
}

/** The next return of a standing referral: a round, and an execution, of its own. */
async function beginNextVisit(deps: Deps, seen: Referral): Promise<void> {
  if (seen.status !== 'BETWEEN_VISITS') return;
  const next = {
    round: seen.round + 1,
    takes: seen.takes + 1,
    owesRelease: true,
    arrangement: 'NUMBER',
  } as const;
  const moved = await tryMove(deps, seen, {
    to: 'ACCEPTED',
    doer: SYSTEM,
    next,
    // The last visit may have been on the ward.
    remove: ['expectedOn'],
    reason: 'NEXT_VISIT',
    starts: true,
  });
  if (!moved.ok) throw houseErrors.refusal('CONFLICT');
}

/** An ended referral whose number nobody has given back: its execution has died, so another one does it. */
async function undo(deps: Deps, seen: Referral): Promise<void> {
  if (!isEnded(seen) || !seen.owesRelease) return;
  const { patientId, referralId, turn, undoes } = seen;
  const outcome = await referrals.update(
    deps.table,
    { patientId, referralId },
    { set: { undoes: undoes + 1 } },
    { if: { turn, undoes, owesRelease: true }, timer: undoTimer(deps.clock.now()) },
  );
  if (!outcome.ok) return;
  await deps.workflows.start(
    MACHINE,
    `${executionName(seen)}-undo${undoes + 1}`,
    placeOf(policyNow(deps), seen, deps.clock.now()),
  );
}

/** A step that was left since its timer was claimed has nothing to do any more, and the one after it a timer of its own. */
function onReferral(work: (deps: Deps, seen: Referral) => Promise<void>): TimerHandler {
  return async (deps, { key, item }) => {
    const seen = await referrals.get(deps.table, idOf(key), { consistent: true });
    if (seen?.turn === referrals.from(item).turn) await work(deps, seen);
  };
}

export const timers: Readonly<Record<string, TimerHandler>> = {
  [REMIND]: onReferral(remind),
  [OVERDUE]: onReferral(endOverdue),
  [NEXT_VISIT]: onReferral(beginNextVisit),
  [UNDO]: onReferral(undo),
};
