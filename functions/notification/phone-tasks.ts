import { keyOf, type Stepping } from '../../shared/access/acting.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { notificationErrors } from './errors.ts';
import { type Change, policyNow, tryChange } from './message-moves.ts';
import type { NotificationDeps } from './notification-deps.ts';
import type { NotificationPolicy } from './policy.ts';
import { isStillConcerned } from './recipients.ts';
import { type Message, type MessageId, messages } from './store.ts';

/** What a clinic calls about: each step is one conditional write, and of two who take a task on one has it. */

export const PHONE_STEPS = ['claim', 'done', 'unreachable', 'release'] as const;
export type PhoneStep = (typeof PHONE_STEPS)[number];

const MOST_ATTEMPTS = 12;

export interface PhoneTask extends MessageId {
  readonly institutionId: string;
}

/** A step of whoever calls. Repeating it answers as it stands. Nobody is called who may not act for the patient any more. */
export async function takePhoneStep(
  deps: NotificationDeps,
  task: PhoneTask,
  step: PhoneStep,
  stepping: Stepping,
): Promise<Message> {
  const requestKey = keyOf(stepping);
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const seen = await messages.get(deps.table, task, { consistent: true });
    // Another house's task is told from none by nobody.
    if (seen === undefined || seen.institutionId !== task.institutionId || seen.calls === undefined)
      throw notificationErrors.refusal('PHONE_TASK_NOT_FOUND');
    if (seen.requestKey === requestKey) return seen;
    const policy = policyNow(deps);
    if (seen.status === 'PHONE' && !(await isStillConcerned(deps, policy.templates[seen.template], seen))) {
      if ((await tryChange(deps, seen, { to: 'WITHDRAWN' })) === undefined) continue;
      throw wrongState('WITHDRAWN');
    }
    const change = changeOf(deps, policy, seen, step, stepping.doer.by);
    const after = await tryChange(deps, seen, { ...change, set: { ...change.set, requestKey } });
    if (after !== undefined) return after;
  }
  throw houseErrors.refusal('CONFLICT');
}

/** @throws Refusal WRONG_STATE, CLAIMED_BY_OTHER */
function changeOf(
  { clock }: NotificationDeps,
  { phone }: NotificationPolicy,
  { status, claimedBy, usefulUntil, calls = 0 }: Message,
  step: PhoneStep,
  by: string,
): Change {
  if (status === 'CALLING' && claimedBy !== by) throw notificationErrors.refusal('CLAIMED_BY_OTHER');
  if (step === 'claim') {
    if (status === 'PHONE' && usefulUntil <= instant(clock)) throw wrongState('LAPSED');
    if (status !== 'PHONE') throw wrongState(status);
    const lapses = new Date(clock.now() + phone.claimMinutes * 60_000).toISOString();
    return { to: 'CALLING', set: { claimedBy: by }, wakeAt: lapses };
  }
  if (status !== 'CALLING') throw wrongState(status);
  if (step === 'done') return { to: 'REACHED', set: { calls: calls + 1 } };
  const isLast = step === 'unreachable' && calls + 1 >= phone.calls;
  if (isLast) return { to: 'UNREACHED', set: { calls: calls + 1 } };
  const called = step === 'unreachable' ? { set: { calls: calls + 1 } } : {};
  return { to: 'PHONE', ...called, drop: ['claimedBy'], wakeAt: usefulUntil };
}

function wrongState(status: Message['status']) {
  return notificationErrors.refusal('WRONG_STATE', { context: { status } });
}
