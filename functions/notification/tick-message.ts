import type { TimerHandler } from '../../shared/context.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { type Change, tryChange } from './message-moves.ts';
import type { NotificationDeps } from './notification-deps.ts';
import { isLater, sendMessage } from './send-message.ts';
import { settleAttempt } from './settle-attempt.ts';
import { type Message, messageOf, messages } from './store.ts';

/**
 * What time does with a message: its hour has come, its pause is over, its sender has died, nobody called. A message
 * that something has happened to since the timer was set has another timer.
 */
export const tickMessage: TimerHandler<NotificationDeps> = async (deps, { key }) => {
  const seen = await messages.get(deps.table, messageOf(key), { consistent: true });
  if (seen === undefined || (seen.wakeAt ?? '') > instant(deps.clock)) return;
  switch (seen.status) {
    case 'WAITING':
      return sendMessage(deps, seen);
    case 'SENDING':
      return senderDied(deps, seen);
    case 'PHONE':
      return written(deps, seen, { to: 'LAPSED' });
    case 'CALLING':
      return written(deps, seen, backOnList(seen, instant(deps.clock)));
    default:
      return;
  }
};

/** Rule N4: it may have been sent. A text message is asked for again under its id; WeChat's policy decides. */
async function senderDied(deps: NotificationDeps, seen: Message): Promise<void> {
  const meaning = seen.channel === 'SMS' ? 'AGAIN' : 'UNKNOWN';
  const settled = await settleAttempt(deps, seen, { meaning, outcome: 'UNANSWERED' });
  if (settled?.status === 'WAITING' && !isLater(deps, settled)) await sendMessage(deps, settled);
}

/** Whoever took the task on did not call: it is anybody's again, while it is of use. */
function backOnList({ usefulUntil }: Message, now: string): Change {
  if (usefulUntil <= now) return { to: 'LAPSED', drop: ['claimedBy'] };
  return { to: 'PHONE', drop: ['claimedBy'], wakeAt: usefulUntil };
}

async function written(deps: NotificationDeps, seen: Message, change: Change): Promise<void> {
  if ((await tryChange(deps, seen, change)) === undefined) throw houseErrors.refusal('CONFLICT');
}
