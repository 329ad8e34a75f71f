import type { DomainEvent } from '../../shared/data/table.ts';
import { addDays, dayOf, instantAt } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors, Refusal } from '../../shared/kernel/errors.ts';
import { logEntry } from '../../shared/observability/log.ts';
import type { Announcement, Draft, Withdrawal } from './draft.ts';
import { messageIdOf } from './message-id.ts';
import { policyNow, TICK, tryChange } from './message-moves.ts';
import type { NotificationDeps } from './notification-deps.ts';
import type { TemplatePolicy } from './policy.ts';
import { awake } from './quiet-hours.ts';
import { recipientsOf } from './recipients.ts';
import { sendMessage } from './send-message.ts';
import { type Message, type MessageId, messages, type Recipient } from './store.ts';
import { templateOf } from './templates.ts';
import { sealWords, wordsOf } from './words.ts';

const LEFT = logEntry('NOTIFICATION_LEFT_TO_TIMER', 'a message could not be sent at once; its timer will');

/** Of a message that is to go at once: the timer only finds it if whoever made it died before sending. */
const NET_MS = 120_000;

/** Makes the messages that follow from an event, and sends those whose hour it is; or takes back what was to be said. */
export async function announce(
  deps: NotificationDeps,
  { tell }: Announcement,
  event: DomainEvent,
): Promise<void> {
  const told = tell(event, policyNow(deps));
  for (const one of told === undefined ? [] : [told].flat()) {
    const policy = policyNow(deps).templates[one.template];
    const recipients = await recipientsOf(deps, policy, one);
    for (const recipient of recipients) {
      const id = idOf(policy, event, one, recipient);
      if ('withdraw' in one) await withdraw(deps, id, one, recipient);
      else await tellOne(deps, id, one, recipient);
    }
    // Who has an account by now had none when it was made: then it was for the phone they gave at a desk.
    const { patientId } = one;
    if ('withdraw' in one && patientId !== undefined && recipients.every(({ id }) => id !== patientId))
      await takeBack(deps, idOf(policy, event, one, { kind: 'PATIENT', id: patientId }));
  }
}

function idOf(
  { onceFor }: Pick<TemplatePolicy, 'onceFor'>,
  { id, at }: DomainEvent,
  { template, subject, on }: Draft | Withdrawal,
  { id: recipientId }: Recipient,
): MessageId {
  const today = dayOf(at);
  const [about, key] = {
    EVENT: [at, id],
    DAY: [instantAt(today, '00:00'), `${subject}|${today}`],
    // Of a subject that has no instant of its own the id must not depend on when it was heard of.
    SUBJECT: [on ?? '', subject],
  }[onceFor];
  return { recipientId, messageId: messageIdOf(about ?? '', [template, key ?? '', recipientId]) };
}

/** Rule N2: put where there is none. Who finds it there already leaves it to its timer. */
async function tellOne(
  deps: NotificationDeps,
  id: MessageId,
  draft: Draft,
  { kind: recipientKind }: Recipient,
): Promise<void> {
  const policy = policyNow(deps);
  const { template, patientId, institutionId } = draft;
  const { channels } = policy.templates[template];
  const now = instant(deps.clock);
  const sendAt = draft.sendAt !== undefined && draft.sendAt > now ? draft.sendAt : now;
  const isUrgent = templateOf(template).urgent === true;
  const first = isUrgent ? sendAt : awake(policy.quiet, sendAt, id.messageId);
  const isNow = first === now;
  const wakeAt = isNow ? new Date(deps.clock.now() + NET_MS).toISOString() : first;
  const words = await wordsOf(deps, policy.templates[template], draft);
  const message: Message = {
    ...id,
    recipientKind,
    template,
    ...(patientId === undefined ? {} : { patientId }),
    ...(institutionId === undefined ? {} : { institutionId }),
    status: 'WAITING',
    version: 1,
    channel: channels[0] ?? 'PHONE',
    tries: 0,
    attempts: [],
    sealed: await sealWords(deps, id, words),
    createdAt: now,
    sendAt,
    wakeAt,
    usefulUntil: draft.usefulUntil ?? instantAt(addDays(dayOf(first), policy.usefulDays), '00:00'),
  };
  const outcome = await messages.put(deps.table, id, message, {
    if: { $exists: false },
    timer: { kind: TICK, at: wakeAt },
  });
  if (outcome.ok && isNow) await sendOrLeave(deps, message);
}

/** The event is done with once the message stands: what goes wrong in sending it is its timer's. */
async function sendOrLeave(deps: NotificationDeps, message: Message): Promise<void> {
  try {
    await sendMessage(deps, message);
  } catch (error) {
    deps.log.warn(LEFT, { messageId: message.messageId, refused: error instanceof Refusal }, error);
  }
}

const MOST_ATTEMPTS = 12;

/** Also of a message that has not been made yet: its place is taken, so that the event that makes it, coming late, does not. */
async function withdraw(
  deps: NotificationDeps,
  id: MessageId,
  { template }: Withdrawal,
  { kind: recipientKind }: Recipient,
): Promise<void> {
  const now = instant(deps.clock);
  const tombstone: Message = {
    ...id,
    recipientKind,
    template,
    status: 'WITHDRAWN',
    version: 1,
    channel: 'WECHAT',
    tries: 0,
    attempts: [],
    sealed: '',
    createdAt: now,
    sendAt: now,
    usefulUntil: now,
    endedAt: now,
  };
  const outcome = await messages.put(deps.table, id, tombstone, { if: { $exists: false } });
  if (!outcome.ok) await takeBack(deps, id);
}

/** @throws Refusal CONFLICT while it is being sent, which may fail and be tried again: the bus brings this one again. */
async function takeBack(deps: NotificationDeps, id: MessageId): Promise<void> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const current = await messages.get(deps.table, id, { consistent: true });
    if (current?.status === 'SENDING') throw houseErrors.refusal('CONFLICT');
    if (current?.status !== 'WAITING' && current?.status !== 'PHONE') return;
    if ((await tryChange(deps, current, { to: 'WITHDRAWN' })) !== undefined) return;
  }
}
