import { ageOn, type Day, dayOf } from '../../shared/kernel/china-time.ts';
import type { Reason } from '../../shared/kernel/errors.ts';
import { bookingErrors } from './errors.ts';
import { candidateLanes } from './lanes.ts';
import type { Lane } from './numbers.ts';
import { isOver, openSlots, type SlotQuestion } from './open-slots.ts';
import type { PatientRecord } from './patient-record.ts';
import { mostInWindow } from './periods.ts';
import type { BookingPolicy, LimitRule } from './policy.ts';
import type { RecordEntry } from './record-entry.ts';
import type { Claim, ScheduleDetail } from './store.ts';

/** Pure rules of booking: what refuses a booking, and what follows from absence. No input or output here. */

export interface BookingQuestion extends SlotQuestion {
  readonly policy: BookingPolicy;
  readonly claim: Pick<Claim, 'status' | 'free'>;
  readonly record: PatientRecord;
  /** Left out where no rule needs it. */
  readonly birthDate?: Day;
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

/** Every reason against the booking at once, or the lane to take a number from. */
export function judgeBooking(question: BookingQuestion): BookingAnswer {
  const { policy, detail, claim, channel, now } = question;
  const override = question.override === true;
  const reasons: Reason[] = [];
  const pools = policy.channels[channel];
  const open = override ? pools : pools.filter((pool) => detail.opensAt[pool] <= now);
  const slots = openSlots(question);
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
    (detail.day < birthDate || ageOn(birthDate, detail.day) < minimumAgeYears)
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
