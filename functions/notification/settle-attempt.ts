import type { TransactOperation } from '../../shared/data/table.ts';
import { addDays, dayOf, instantAt } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { emptyCredits, returnCredit } from './credits.ts';
import { spread } from './message-id.ts';
import { type Change, policyNow, tryChange } from './message-moves.ts';
import type { NotificationDeps } from './notification-deps.ts';
import type { Meaning } from './outcomes.ts';
import type { NotificationPolicy } from './policy.ts';
import { awake } from './quiet-hours.ts';
import type { Message } from './store.ts';
import { templateOf } from './templates.ts';
import { channelAfter } from './ways.ts';

export interface Tried {
  readonly meaning: Meaning;
  /** In the provider's words. */
  readonly outcome: string;
}

/** Of a message on its way to another channel: whoever sends it goes on at once, and the timer sees to it if they die. */
const NET_MS = 120_000;

/**
 * Writes down how a try ended and what follows. Undefined: somebody else did already, which is only ever the timer that
 * took the sender for dead; then what it wrote stands.
 */
export async function settleAttempt(
  deps: NotificationDeps,
  sending: Message,
  tried: Tried,
): Promise<Message | undefined> {
  const at = instant(deps.clock);
  const attempts = [...sending.attempts, { channel: sending.channel, at, outcome: tried.outcome }];
  const change = followOf(deps, { ...sending, attempts }, tried.meaning);
  const written = { ...change, set: { ...change.set, attempts } };
  const along = creditMoves(sending, tried.meaning);
  const settled = await tryChange(deps, sending, { ...written, along });
  // The resident agreed again in this very moment: those consents count.
  return settled ?? (along.length === 0 ? undefined : tryChange(deps, sending, written));
}

function creditMoves(sending: Message, meaning: Meaning): readonly TransactOperation[] {
  if (sending.channel !== 'WECHAT') return [];
  if (meaning === 'NO_CREDIT') return [emptyCredits(sending)];
  return meaning === 'SENT' || meaning === 'UNKNOWN' ? [] : [returnCredit(sending)];
}

function followOf(deps: NotificationDeps, sending: Message, meaning: Meaning): Change {
  const policy = policyNow(deps);
  switch (meaning) {
    case 'SENT':
      return { to: 'SENT' };
    case 'UNKNOWN':
      return policy.templates[sending.template].ifUnanswered === 'TAKE_AS_SENT'
        ? { to: 'UNANSWERED' }
        : goOn(deps, policy, sending, 'UNANSWERED');
    case 'AGAIN':
      return again(deps, policy, sending);
    case 'TOMORROW':
      return tomorrow(deps, policy, sending);
    case 'NO_CREDIT':
    case 'NEVER':
      return goOn(deps, policy, sending);
  }
}

/** To the next channel; where there is none, the message has ended. */
function goOn(
  { clock }: NotificationDeps,
  { templates }: NotificationPolicy,
  sending: Message,
  end: 'FAILED' | 'UNANSWERED' = 'FAILED',
): Change {
  const channel = channelAfter(templates[sending.template], sending.channel);
  if (channel === undefined) return { to: end };
  return {
    to: 'WAITING',
    set: { channel, tries: 0 },
    wakeAt: new Date(clock.now() + NET_MS).toISOString(),
  };
}

/** A doubling pause, the later part of it by the message's own dice: those that failed together do not return together. */
function again(deps: NotificationDeps, policy: NotificationPolicy, sending: Message): Change {
  const { most, firstSeconds, mostSeconds } = policy.tries;
  if (sending.tries >= most) return goOn(deps, policy, sending, endOf(sending));
  const seconds = Math.min(mostSeconds, firstSeconds * 2 ** (sending.tries - 1));
  const jitter = spread(`${sending.messageId}${sending.version}`, seconds * 500);
  return pausing(sending, new Date(deps.clock.now() + seconds * 500 + jitter).toISOString());
}

function tomorrow(deps: NotificationDeps, policy: NotificationPolicy, sending: Message): Change {
  const morning = instantAt(addDays(dayOf(deps.clock.now()), 1), policy.quiet.until);
  const wait = spread(sending.messageId, policy.quiet.spreadMinutes * 60_000);
  const at = awake(policy.quiet, new Date(Date.parse(morning) + wait).toISOString(), sending.messageId);
  // What somebody may come to harm without does not wait for a night.
  const isInTime = at < sending.usefulUntil && templateOf(sending.template).urgent !== true;
  return isInTime ? pausing(sending, at) : goOn(deps, policy, sending);
}

function pausing({ sendAt }: Message, at: string): Change {
  return { to: 'WAITING', set: { sendAt: at > sendAt ? at : sendAt }, wakeAt: at };
}

/** A text message that was never answered may have arrived. */
function endOf({ channel, attempts }: Message): 'FAILED' | 'UNANSWERED' {
  return attempts.some((one) => one.channel === channel && one.outcome === 'UNANSWERED')
    ? 'UNANSWERED'
    : 'FAILED';
}
