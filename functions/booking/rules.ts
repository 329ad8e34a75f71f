import { ageOn, type Day, dayOf, instantAt } from '../../shared/kernel/china-time.ts';
import type { Reason } from '../../shared/kernel/errors.ts';
import { slotClosesAt } from './cutoffs.ts';
import { bookingErrors } from './errors.ts';
import { candidateLanes } from './lanes.ts';
import type { Lane } from './numbers.ts';
import type { PatientRecord } from './patient-record.ts';
import { banEnd, inPeriod, mostInWindow } from './periods.ts';
import type { BookingPolicy, Channel, LimitRule, Pool } from './policy.ts';
import type { RecordEntry } from './record-entry.ts';
import type { Ban, Claim, ScheduleDetail } from './store.ts';

/** Pure rules of booking: what refuses a booking, and what follows from absence. No input or output here. */

export interface BookingQuestion {
  readonly policy: BookingPolicy;
  readonly detail: ScheduleDetail;
  readonly claim: Pick<Claim, 'status' | 'free'>;
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
  | { readonly ok: true; readonly lane: Lane }
  | {
      readonly ok: false;
      readonly reasons: readonly Reason[];
      /** No number is free and nothing else is in the way. */
      readonly onlySoldOut: boolean;
      /** Some of the reasons lie in the patient's record. */
      readonly personal: boolean;
    };

/** The place of the slot that starts then: -1 where the schedule has none, undefined where any will do. */
export function wantedSlot({ slots }: ScheduleDetail, start: string | undefined): number | undefined {
  return start === undefined ? undefined : slots.findIndex((slot) => slot.start === start);
}

/** Every reason against the booking at once, or the lane to take a number from. */
export function judgeBooking(question: BookingQuestion): BookingAnswer {
  const { policy, detail, claim, channel, now } = question;
  const override = question.override === true;
  const reasons: Reason[] = [];
  const pools = policy.channels[channel];
  const open = override ? pools : pools.filter((pool) => detail.opensAt[pool] <= now);
  const slots = slotsFor(question);
  if (claim.status === 'CANCELLED') reasons.push(bookingErrors.reason('SCHEDULE_CANCELLED'));
  else if (isOver(claim, detail, now)) reasons.push(bookingErrors.reason('SCHEDULE_ENDED'));
  if (slots.wanted.length === 0) reasons.push(bookingErrors.reason('NO_SUCH_SLOT'));
  if (open.length === 0) {
    const opensAt = pools.map((pool) => detail.opensAt[pool]).toSorted()[0] ?? '';
    reasons.push(bookingErrors.reason('NOT_OPEN_YET', { opensAt }));
  }
  if (slots.coming.length === 0 && slots.closedAt !== undefined) {
    reasons.push(bookingErrors.reason('BOOKING_CLOSED', { closedAt: slots.closedAt }));
  }
  const inThePatient = personalReasons(question);
  reasons.push(...inThePatient);
  const others = reasons.length;
  const [lane] = slots.inOrder.flatMap((indexes) => candidateLanes(claim, open, indexes));
  if (lane === undefined && open.length > 0 && slots.wanted.length > 0) {
    reasons.push(bookingErrors.reason('SOLD_OUT'));
  }
  if (lane !== undefined && others === 0) return { ok: true, lane };
  return { ok: false, reasons, onlySoldOut: others === 0, personal: inThePatient.length > 0 };
}

export function isOver(
  { status }: Pick<Claim, 'status'>,
  { endsAt }: Pick<ScheduleDetail, 'endsAt'>,
  now: string,
): boolean {
  return status === 'ENDED' || endsAt <= now;
}

/** The slots the question is about, and those of them that still take bookings; `closedAt` is when the last one closes. */
function slotsFor({
  detail,
  channel,
  slotIndex,
  now,
  override,
}: Pick<BookingQuestion, 'detail' | 'channel' | 'slotIndex' | 'now' | 'override'>): {
  readonly wanted: readonly number[];
  readonly coming: readonly number[];
  /** To look for a number in: on site a slot that is over comes last. */
  readonly inOrder: readonly (readonly number[])[];
  readonly closedAt: string | undefined;
} {
  const every = detail.slots.map((slot, index) => ({
    index,
    closesAt: slotClosesAt(detail, slot, channel),
    over: instantAt(detail.day, slot.end) <= now,
  }));
  const wanted = slotIndex === undefined ? every : every.filter(({ index }) => index === slotIndex);
  const coming = override === true ? wanted : wanted.filter(({ closesAt }) => now < closesAt);
  const [fresh, over] = [coming.filter(({ over }) => !over), coming.filter(({ over }) => over)];
  return {
    wanted: wanted.map(indexOf),
    coming: coming.map(indexOf),
    inOrder: coming.length > 0 ? [fresh.map(indexOf), over.map(indexOf)] : [wanted.map(indexOf)],
    closedAt: wanted
      .map(({ closesAt }) => closesAt)
      .toSorted()
      .at(-1),
  };
}

function indexOf({ index }: { readonly index: number }): number {
  return index;
}

/** Slots that still take bookings of this channel. */
export function slotsStillOpen(detail: ScheduleDetail, channel: Channel, now: string): readonly number[] {
  return slotsFor({ detail, channel, slotIndex: undefined, now }).coming;
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
  const closedByBans = policy.bannedChannels.some((banned) => banned === channel);
  for (const ban of record.bans) {
    // Rule I6: a ban closes channels, never the patient's care.
    if (closedByBans && ban.from <= today && today <= ban.until) {
      reasons.push(bookingErrors.reason('BANNED', { rule: ban.rule, until: ban.until }));
    }
  }
  const { minimumAgeYears } = policy;
  if (
    minimumAgeYears !== undefined &&
    birthDate !== undefined &&
    channel !== 'ONSITE' &&
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
