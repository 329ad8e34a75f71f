import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { messageEvent } from './message-event.ts';
import { type NotificationPolicy, notificationPolicy } from './policy.ts';
import { type Message, messages, phoneTasksOf } from './store.ts';
import { countOf } from './tally.ts';
import { isEnded, type MessageStatus, statesBefore } from './transitions.ts';

export const TICK = 'tick';

type Own =
  | 'recipientId'
  | 'messageId'
  | 'status'
  | 'version'
  | 'wakeAt'
  | 'endedAt'
  | 'lookupPk'
  | 'lookupSk';

export interface Change {
  readonly to: MessageStatus;
  readonly set?: Partial<Omit<Message, Own>>;
  readonly drop?: readonly 'claimedBy'[];
  /** When time has to look at it next. What has not ended always has such a time: nothing is left lying (rule N6). */
  readonly wakeAt?: string;
  /** Written with it, all or nothing. */
  readonly along?: readonly TransactOperation[];
}

export function policyNow({ city, clock }: Pick<Deps, 'city' | 'clock'>): NotificationPolicy {
  return city.policy(notificationPolicy).at(dayOf(clock.now()));
}

/**
 * Rule N1: one conditional write on the message as it was seen, along the transition table, with its event, its timer,
 * and its place on a clinic's list. Undefined: somebody was faster, or what goes along did not hold; nothing was written.
 */
export async function tryChange(deps: Deps, seen: Message, change: Change): Promise<Message | undefined> {
  const after = changed(deps, seen, change);
  const event = messageEvent(deps, after);
  const options = {
    if: { $all: [{ version: seen.version }, { status: { in: statesBefore(after.status) } }] },
    ...(event === undefined ? {} : { event }),
    timer: after.wakeAt === undefined ? null : { kind: TICK, at: after.wakeAt },
  };
  const along = [...(change.along ?? []), ...(isEnded(after) ? [countOf(deps, after)] : [])];
  // A transaction of one costs twice as much.
  const outcome =
    along.length === 0
      ? await messages.put(deps.table, seen, after, options)
      : await deps.table.transact([messages.putOperation(seen, after, options), ...along]);
  return outcome.ok ? after : undefined;
}

function changed(
  { clock }: Pick<Deps, 'clock'>,
  seen: Message,
  { to, set, drop = [], wakeAt }: Change,
): Message {
  const { wakeAt: _woke, lookupPk: _pk, lookupSk: _sk, ...kept } = seen;
  const gone: readonly string[] = drop;
  const entries = Object.entries({ ...kept, ...set }).filter(([name]) => !gone.includes(name));
  // The cast says what the filter proves: a message without the optional fields that are dropped.
  const facts = Object.fromEntries(entries) as unknown as typeof kept;
  const after = { ...facts, status: to, version: seen.version + 1 };
  if (isEnded(after)) return { ...after, endedAt: instant(clock) };
  return { ...after, ...(wakeAt === undefined ? {} : { wakeAt }), ...taskLink(after) };
}

/** Index attributes: what is of use for the shortest time is called about first. */
function taskLink({ status, institutionId, usefulUntil, messageId }: Message): Partial<Message> {
  if (status !== 'PHONE' && status !== 'CALLING') return {};
  if (institutionId === undefined) return {};
  return { lookupPk: phoneTasksOf(institutionId), lookupSk: `${usefulUntil}#${messageId}` };
}
