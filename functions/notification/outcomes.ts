import type { SmsOutcome } from '../../shared/sms/sms-provider.ts';
import type { SubscribeOutcome } from '../../shared/wechat/subscribe-message.ts';

/**
 * What a provider's answer means for the message.
 * AGAIN: it was certainly not sent, and may be later. TOMORROW: the day's quota is used up. NEVER: not by this channel.
 * NO_CREDIT: WeChat has no consent of this user. UNKNOWN: it may have been sent, and nobody can say.
 */
export type Meaning = 'SENT' | 'AGAIN' | 'TOMORROW' | 'NEVER' | 'NO_CREDIT' | 'UNKNOWN';

const WECHAT_MEANINGS: ReadonlyMap<number, Meaning> = new Map([
  /** System busy. */
  [-1, 'AGAIN'],
  /** The access token, refused twice running. */
  [40001, 'AGAIN'],
  [40014, 'AGAIN'],
  [42001, 'AGAIN'],
  [45011, 'AGAIN'],
  [45009, 'TOMORROW'],
  [43101, 'NO_CREDIT'],
]);

/** Everything else that WeChat answers (40003 openid, 40037 template, 47003 a field, 41030 page) stays so. */
export function meaningOfWeChat(outcome: SubscribeOutcome): Meaning {
  if (outcome === 'SENT') return 'SENT';
  if (outcome === 'NOT_REACHED') return 'AGAIN';
  if (outcome === 'UNANSWERED') return 'UNKNOWN';
  return WECHAT_MEANINGS.get(outcome.errcode) ?? 'NEVER';
}

const SMS_MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ['BUSY', 'AGAIN'],
  ['THROTTLED', 'AGAIN'],
  ['QUOTA_USED_UP', 'TOMORROW'],
]);

/** The provider knows a message by its request id, so that what was not answered is asked again. */
export function meaningOfSms(outcome: SmsOutcome): Meaning {
  if (outcome === 'SENT') return 'SENT';
  if (outcome === 'NOT_REACHED' || outcome === 'UNANSWERED') return 'AGAIN';
  return SMS_MEANINGS.get(outcome.code) ?? 'NEVER';
}

/** As an attempt records it. */
export function wordOf(outcome: SubscribeOutcome | SmsOutcome): string {
  if (typeof outcome === 'string') return outcome;
  return 'errcode' in outcome ? String(outcome.errcode) : outcome.code;
}
