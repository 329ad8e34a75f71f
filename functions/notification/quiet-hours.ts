import { addDays, dayOf, epochMsOf, instantAt, minutesOf, timeOf } from '../../shared/kernel/china-time.ts';
import { spread } from './message-id.ts';
import type { NotificationPolicy } from './policy.ts';

type Quiet = NotificationPolicy['quiet'];

/** Rule N5: whether nothing but what is urgent goes out at that moment. `from` is quiet, `until` no more. */
export function isQuiet({ from, until }: Quiet, at: string | number): boolean {
  const [start, end, now] = [minutesOf(from), minutesOf(until), minutesOf(timeOf(at))];
  return start < end ? now >= start && now < end : now >= start || now < end;
}

/**
 * The first moment from `at` on at which the message may go: at once by day, else in the morning, at a minute that its id
 * says, so that a night's messages do not all go at eight.
 */
export function awake(quiet: Quiet, at: string, messageId: string): string {
  if (!isQuiet(quiet, at)) return at;
  const day = dayOf(at);
  const today = instantAt(day, quiet.until);
  const morning = epochMsOf(today) > epochMsOf(at) ? today : instantAt(addDays(day, 1), quiet.until);
  return new Date(epochMsOf(morning) + spread(messageId, quiet.spreadMinutes * 60_000)).toISOString();
}
