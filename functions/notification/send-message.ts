import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { spendCredit } from './credits.ts';
import { spread } from './message-id.ts';
import { type Change, policyNow, tryChange } from './message-moves.ts';
import type { NotificationDeps } from './notification-deps.ts';
import { meaningOfSms, meaningOfWeChat, wordOf } from './outcomes.ts';
import type { NotificationPolicy } from './policy.ts';
import { awake, isQuiet } from './quiet-hours.ts';
import { isStillConcerned } from './recipients.ts';
import { settleAttempt, type Tried } from './settle-attempt.ts';
import { type Message, messages, preferences } from './store.ts';
import { templateOf } from './templates.ts';
import { type Way, wayTo } from './ways.ts';

/** Longer than a worker lives: whoever finds a message under way after that finds one whose sender has died. */
const SENDING_MS = 90_000;
/** Those that find a second full come again within so many. */
const NEXT_TURN_MS = 30_000;
/** Each lost race is another step that was taken at the same moment; each channel is one round. */
const MOST_ROUNDS = 12;

/**
 * Sends a message that waits, by the first channel that reaches its recipient, and goes on to the next one at once where
 * a channel says never. Called by whoever made the message and by its timer; any number of times at once (rule N1).
 */
export async function sendMessage(deps: NotificationDeps, waiting: Message): Promise<void> {
  let seen: Message | undefined = waiting;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    if (seen?.status !== 'WAITING' || (round > 0 && isLater(deps, seen))) return;
    const step = await nextStep(deps, seen);
    if ('change' in step) {
      if ((await tryChange(deps, seen, step.change)) !== undefined) return;
    } else {
      const sending = await tryChange(deps, seen, startOf(deps, seen, step.way));
      if (sending !== undefined) {
        seen = await settleAttempt(deps, sending, await attempt(deps, sending, step.way));
        continue;
      }
    }
    seen = await messages.get(deps.table, waiting, { consistent: true });
  }
  // Left to its timer, which the sweep would clear if this were an end.
  throw houseErrors.refusal('CONFLICT');
}

type SentWay = Exclude<Way, { readonly channel: 'PHONE' }>;
type Step = { readonly change: Change } | { readonly way: SentWay };

async function nextStep(deps: NotificationDeps, seen: Message): Promise<Step> {
  const policy = policyNow(deps);
  const template = policy.templates[seen.template];
  const now = instant(deps.clock);
  if (seen.usefulUntil <= now) return { change: { to: 'LAPSED' } };
  if (seen.sendAt > now) return { change: { to: 'WAITING', wakeAt: seen.sendAt } };
  if (isTooLate(policy, seen, now))
    return { change: { to: 'WAITING', wakeAt: awake(policy.quiet, now, seen.messageId) } };
  if (!(await isStillConcerned(deps, template, seen))) return { change: { to: 'WITHDRAWN' } };
  if (!template.mandatory && (await isSwitchedOff(deps, seen))) return { change: { to: 'SWITCHED_OFF' } };
  const way = await wayTo(deps, template, seen);
  if (way === undefined) return { change: { to: 'FAILED' } };
  if (way.channel === 'PHONE') return { change: phoneTask(policy, seen, now) };
  if (await deps.takeTurn(way.channel)) return { way };
  const pause = 1_000 + spread(`${seen.messageId}${seen.version}`, NEXT_TURN_MS);
  return { change: { to: 'WAITING', wakeAt: new Date(deps.clock.now() + pause).toISOString() } };
}

/** Rule N5: at night only what somebody may come to harm without. */
function isTooLate({ quiet }: NotificationPolicy, { template }: Message, now: string): boolean {
  return templateOf(template).urgent !== true && isQuiet(quiet, now);
}

/** Its pause is not over, or its hour has not come. */
export function isLater({ clock }: Pick<NotificationDeps, 'clock'>, { sendAt }: Message): boolean {
  return sendAt > instant(clock);
}

async function isSwitchedOff({ table }: NotificationDeps, seen: Message): Promise<boolean> {
  if (seen.recipientKind !== 'ACCOUNT') return false;
  const { off = [] } = (await preferences.get(table, seen.recipientId)) ?? {};
  return off.includes(templateOf(seen.template).topic);
}

function phoneTask({ phone }: NotificationPolicy, { usefulUntil }: Message, now: string): Change {
  const latest = new Date(Date.parse(now) + phone.days * 86_400_000).toISOString();
  const until = usefulUntil < latest ? usefulUntil : latest;
  return { to: 'PHONE', set: { channel: 'PHONE', calls: 0, usefulUntil: until }, wakeAt: until };
}

/** Rule N3: a credit is spent, or the message does not go. */
function startOf({ clock }: NotificationDeps, seen: Message, way: SentWay): Change {
  const { channel } = way;
  return {
    to: 'SENDING',
    set: {
      channel,
      tries: channel === seen.channel ? seen.tries + 1 : 1,
      ...(way.channel === 'WECHAT' ? { granted: way.granted } : {}),
    },
    wakeAt: new Date(clock.now() + SENDING_MS).toISOString(),
    along: way.channel === 'WECHAT' ? [spendCredit(seen)] : [],
  };
}

/** Certainly not sent: the credit comes back. */
const TOO_LATE: Tried = { meaning: 'AGAIN', outcome: 'TOO_LATE' };

/**
 * The hour is looked at once more with nothing between it and the call: the writes before may have taken until night, or
 * longer than a sender is given, and then somebody else goes on with the message (rules N1, N5).
 */
async function attempt(deps: NotificationDeps, sending: Message, way: SentWay): Promise<Tried> {
  const now = instant(deps.clock);
  if (isTooLate(policyNow(deps), sending, now) || now >= (sending.wakeAt ?? now)) return TOO_LATE;
  if (way.channel === 'WECHAT') {
    const outcome = (await deps.weChatMessages?.send(way.message)) ?? 'NOT_REACHED';
    return { meaning: meaningOfWeChat(outcome), outcome: wordOf(outcome) };
  }
  const { phone, templateId, params } = way;
  const outcome = await deps.sms.send({ phone, templateId, params, requestId: sending.messageId });
  return { meaning: meaningOfSms(outcome), outcome: wordOf(outcome) };
}
