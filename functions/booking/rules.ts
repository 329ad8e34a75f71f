import { ageOn, type Day, dayOf } from '../../shared/kernel/china-time.ts';
import type { Reason } from '../../shared/kernel/errors.ts';
import { bookingErrors } from './errors.ts';
import { candidateLanes } from './lanes.ts';
import type { Lane } from './numbers.ts';
import { banEnd, inPeriod, mostInWindow } from './periods.ts';
import type { BookingPolicy, Channel, LimitRule, Pool } from './policy.ts';
import type { Ban, Claim, PatientRecord, RecordEntry, ScheduleDetail } from './store.ts';

/** Pure rules of booking: what refuses a booking, and what follows from absence. No input or output here. */

export interface BookingQuestion {
  readonly policy: BookingPolicy;
  readonly detail: ScheduleDetail;
  readonly claim: Pick<Claim, 'status' | 'free' | 'holders'>;
  readonly record: PatientRecord;
  readonly channel: Channel;
  /** Undefined: any slot. -1: a slot the schedule does not have. */
  readonly slotIndex: number | undefined;
  /** Left out where no rule needs it. */
  readonly birthDate?: Day;
  /** Instant, UTC ISO. */
  readonly now: string;
  /** An appointment that will be given up in the same step (reschedule). */
  readonly except?: string;
  /** An authorised person sets aside window, limits, age and bans. Capacity and state never. */
  readonly override?: boolean;
}

export type BookingAnswer =
  | { readonly ok: true; readonly lanes: readonly Lane[] }
  | { readonly ok: false; readonly reasons: readonly Reason[]; readonly soldOut: boolean };

/** Every reason against the booking at once, or the lanes to take a number from. */
export function judgeBooking(question: BookingQuestion): BookingAnswer {
  const { policy, detail, claim, channel, slotIndex, now } = question;
  const reasons: Reason[] = [];
  const pools = policy.channels[channel];
  const override = question.override === true;
  const open = override ? pools : pools.filter((pool) => detail.opensAt[pool] <= now);
  if (claim.status === 'CANCELLED') reasons.push(bookingErrors.reason('SCHEDULE_CANCELLED'));
  if (claim.status === 'ENDED') reasons.push(bookingErrors.reason('SCHEDULE_ENDED'));
  if (slotIndex === -1) reasons.push(bookingErrors.reason('NO_SUCH_SLOT'));
  if (open.length === 0) {
    const opensAt = pools.map((pool) => detail.opensAt[pool]).toSorted()[0] ?? '';
    reasons.push(bookingErrors.reason('NOT_OPEN_YET', { opensAt }));
  }
  const closedAt = closingAt(detail, channel);
  if (!override && now >= closedAt) reasons.push(bookingErrors.reason('BOOKING_CLOSED', { closedAt }));
  reasons.push(...personalReasons(question));
  const lanes = candidateLanes(claim, detail, open, slotIndex === -1 ? undefined : slotIndex);
  const soldOut = open.length > 0 && lanes.length === 0;
  if (soldOut) reasons.push(bookingErrors.reason('SOLD_OUT'));
  return reasons.length === 0 ? { ok: true, lanes } : { ok: false, reasons, soldOut };
}

/** The reasons that lie in the patient: limits, bans, age. They are judged again under the record's version. */
export function personalReasons({
  policy,
  detail,
  record,
  channel,
  birthDate,
  now,
  except,
  override,
}: Omit<BookingQuestion, 'claim' | 'slotIndex'>): readonly Reason[] {
  if (override === true) return [];
  const reasons: Reason[] = [];
  const today = dayOf(now);
  for (const ban of record.bans) {
    if (policy.bannedChannels.includes(channel) && ban.from <= today && today <= ban.until) {
      reasons.push(bookingErrors.reason('BANNED', { rule: ban.rule, until: ban.until }));
    }
  }
  const { minimumAgeYears } = policy;
  if (
    minimumAgeYears !== undefined &&
    birthDate !== undefined &&
    ageOn(birthDate, detail.day) < minimumAgeYears
  ) {
    reasons.push(bookingErrors.reason('TOO_YOUNG', { minimumAgeYears }));
  }
  const entries = Object.entries(record.entries)
    .filter(([id, entry]) => id !== except && (entry.state === 'A' || entry.state === 'N'))
    .map(([, entry]) => entry);
  for (const rule of policy.limits) {
    if (countedBy(rule, detail, entries) > rule.max) {
      reasons.push(bookingErrors.reason('LIMIT_REACHED', { rule: rule.id, max: rule.max }));
    }
  }
  return reasons;
}

/** Appointments the rule would count with the new one among them. */
function countedBy(rule: LimitRule, detail: ScheduleDetail, entries: readonly RecordEntry[]): number {
  const alike = entries.filter((entry) =>
    rule.same.every((what) => {
      switch (what) {
        case 'institution':
          return entry.institutionId === detail.institutionId;
        case 'department':
          return entry.institutionId === detail.institutionId && entry.departmentId === detail.departmentId;
        case 'practitioner':
          return entry.practitionerId === detail.practitioner.id;
        case 'half-day':
          return entry.half === detail.half;
        default:
          return what satisfies never;
      }
    }),
  );
  return mostInWindow(rule.period, detail.day, [detail.day, ...alike.map(({ day }) => day)]);
}

/** On-site numbers are given out until the clinic ends; the other channels stop at the booking cut-off. */
export function closingAt(
  detail: Pick<ScheduleDetail, 'bookableUntil' | 'endsAt'>,
  channel: Channel,
): string {
  return channel === 'ONSITE' ? detail.endsAt : detail.bookableUntil;
}

export type PenaltyEvent = BookingPolicy['penalties'][number]['event'];

/** The bans that an event brings, given the record with that event already in it. */
export function bansAfter(
  policy: BookingPolicy,
  record: PatientRecord,
  { event, on, cause }: { readonly event: PenaltyEvent; readonly on: Day; readonly cause: string },
): readonly Ban[] {
  return policy.penalties
    .filter((rule) => rule.event === event)
    .flatMap((rule) => {
      const times = Object.values(record.entries).filter((entry) => {
        const day = dayOfEvent(entry, event);
        return day !== undefined && day <= on && inPeriod(rule.period, on, day);
      }).length;
      const steps = rule.steps.toSorted((a, b) => a.count - b.count);
      const step = steps.findLast(({ count }) => count <= times);
      if (step === undefined) return [];
      return [{ rule: rule.id, from: on, until: banEnd(step.ban, on), cause }];
    });
}

function dayOfEvent(entry: RecordEntry, event: PenaltyEvent): Day | undefined {
  switch (event) {
    case 'no-show':
      return entry.state === 'N' ? entry.day : undefined;
    case 'cancellation':
      return entry.state === 'C' ? entry.endedOn : undefined;
    case 'same-day-refund':
      return entry.state === 'C' && entry.sameDayRefund === true ? entry.endedOn : undefined;
  }
}

/** The pool a freed number goes to: its own while that is still apart, else the public one. */
export function poolForFreed(
  policy: BookingPolicy,
  detail: Pick<ScheduleDetail, 'releasedAt'>,
  origin: Pool,
  now: string,
): Pool {
  if (policy.cancelledNumberReturnsTo === 'PUBLIC') return 'PUBLIC';
  const releasedAt = detail.releasedAt[origin];
  return releasedAt !== undefined && releasedAt <= now ? 'PUBLIC' : origin;
}
