import * as z from 'zod/mini';
import { CHARGE_CATEGORIES } from '../../shared/charges/charge.ts';
import { daySchema, fenSchema, hourMinuteSchema, instantSchema } from '../../shared/kernel/schemas.ts';
import { APPOINTMENT_STATUSES } from './transitions.ts';

/** The published language of booking. Times of day are Asia/Shanghai, instants UTC, money fen. */

export const idSchema = z.string().check(z.regex(/^[\w-]{1,64}$/));
export const scheduleIdSchema = z.string().check(z.regex(/^\d{8}[APE]-[\w-]{1,48}$/));
export const appointmentIdSchema = z.string().check(z.regex(/^\d{8}[APE]-[\w-]{1,48}_\d{1,5}$/));

export const poolSchema = z.enum(['PUBLIC', 'COMMUNITY', 'REFERRAL', 'ONSITE']);
export const halfSchema = z.enum(['A', 'P', 'E']);
export const visitKindSchema = z.enum(['general', 'expert']);
export const paymentModeSchema = z.enum(['ONLINE', 'ONSITE']);
const reasonText = z.string().check(z.trim(), z.minLength(2), z.maxLength(200));

export const patientParams = z.strictObject({ patientId: idSchema });
export const appointmentParams = z.strictObject({ patientId: idSchema, appointmentId: appointmentIdSchema });
export const patientScheduleParams = z.strictObject({ patientId: idSchema, scheduleId: scheduleIdSchema });
export const institutionParams = z.strictObject({ institutionId: idSchema });
export const departmentParams = z.strictObject({ institutionId: idSchema, departmentId: idSchema });
export const scheduleParams = z.strictObject({ scheduleId: scheduleIdSchema });
export const deskParams = z.strictObject({ institutionId: idSchema, scheduleId: scheduleIdSchema });
export const deskPatientParams = z.strictObject({
  institutionId: idSchema,
  scheduleId: scheduleIdSchema,
  patientId: idSchema,
});

const quotaSchema = z.strictObject({
  PUBLIC: z._default(z.int().check(z.nonnegative()), 0),
  COMMUNITY: z._default(z.int().check(z.nonnegative()), 0),
  REFERRAL: z._default(z.int().check(z.nonnegative()), 0),
  ONSITE: z._default(z.int().check(z.nonnegative()), 0),
});

export const slotInput = z.strictObject({
  start: hourMinuteSchema,
  end: hourMinuteSchema,
  capacity: z.int().check(z.positive(), z.maximum(200)),
  quota: quotaSchema,
});

const scheduleBase = {
  practitionerId: idSchema,
  departmentId: idSchema,
  half: halfSchema,
  visitKind: visitKindSchema,
  feeFen: fenSchema,
  paymentMode: paymentModeSchema,
  room: z.optional(z.string().check(z.maxLength(40))),
  slots: z.array(slotInput).check(z.minLength(1), z.maxLength(24)),
};

export const createScheduleBody = z.strictObject({ ...scheduleBase, day: daySchema });

export const templateParams = z.strictObject({ institutionId: idSchema, templateId: idSchema });
export const templateBody = z.strictObject({
  ...scheduleBase,
  /** ISO weekdays, 1 Monday … 7 Sunday. */
  weekdays: z.array(z.int().check(z.minimum(1), z.maximum(7))).check(z.minLength(1), z.maxLength(7)),
  /** Whether to hold the clinic on days that are not working days of the State Council's calendar. */
  onHolidays: z._default(z.boolean(), false),
  from: daySchema,
  until: z.optional(daySchema),
});
export const templateResponse = z.object({ templateId: idSchema, schedulesCreated: z.int() });

export const slotView = z.object({
  start: hourMinuteSchema,
  end: hourMinuteSchema,
  /** Extra numbers (加号) included. */
  capacity: z.int(),
  /** From this instant on the slot is not booked from home any more. */
  bookableUntil: instantSchema,
  /** Free numbers by pool, as far as they are open now. */
  free: z.object({ PUBLIC: z.int(), COMMUNITY: z.int(), REFERRAL: z.int(), ONSITE: z.int() }),
});

export const scheduleView = z.object({
  scheduleId: scheduleIdSchema,
  institutionId: idSchema,
  departmentId: idSchema,
  practitioner: z.object({ id: idSchema, name: z.string(), title: z.string() }),
  day: daySchema,
  half: halfSchema,
  visitKind: visitKindSchema,
  feeFen: fenSchema,
  paymentMode: paymentModeSchema,
  room: z.optional(z.string()),
  status: z.enum(['OPEN', 'CANCELLED', 'ENDED']),
  opensAt: z.object({
    PUBLIC: instantSchema,
    COMMUNITY: instantSchema,
    REFERRAL: instantSchema,
    ONSITE: instantSchema,
  }),
  slots: z.array(slotView),
});

export const weekQuery = z.strictObject({ from: z.optional(daySchema) });

/**
 * A department's week in at most 4 KB: doctors stand once, free public numbers are columns.
 * A schedule's id is `<day without dashes><half>-<practitioner id>`.
 */
export const weekView = z.object({
  from: daySchema,
  days: z.int(),
  practitioners: z.array(
    z.object({
      id: idSchema,
      name: z.string(),
      title: z.string(),
      kind: visitKindSchema,
      feeFen: fenSchema,
      /** One string a day: `A`, `P`, `E` with the free numbers, `-` for a cancelled clinic: `A12P0`. */
      free: z.array(z.string()),
    }),
  ),
});

const bookFields = {
  scheduleId: scheduleIdSchema,
  /** Start of the wanted slot; left out: the one with the most free numbers. */
  slot: z.optional(hourMinuteSchema),
  /** `true` keeps the number for the policy's hold time until it is confirmed. */
  hold: z._default(z.boolean(), false),
};

export const bookBody = z.strictObject(bookFields);

export const deskBookBody = z.strictObject({
  patientId: idSchema,
  slot: z.optional(hourMinuteSchema),
  hold: z._default(z.boolean(), false),
  channel: z.enum(['ONSITE', 'CALL_CENTRE']),
  /** Sets aside window, limits, age and ban, never capacity; institution administrators only. */
  override: z.optional(z.strictObject({ reason: reasonText })),
});

export const rescheduleBody = z.strictObject({
  scheduleId: scheduleIdSchema,
  slot: z.optional(hourMinuteSchema),
});
export const cancelBody = z._default(z.strictObject({ reason: z.optional(reasonText) }), {});
export const staffReasonBody = z.strictObject({ reason: reasonText });
export const extraNumberBody = z.strictObject({ slot: hourMinuteSchema, reason: reasonText });
export const emptyBody = z.optional(z.strictObject({}));

export const chargeView = z.object({
  /** What payment calls it. */
  chargeId: z.string(),
  category: z.enum(CHARGE_CATEGORIES),
  amountFen: fenSchema,
  payeeId: idSchema,
  status: z.enum(['OPEN', 'PAID', 'VOID', 'REFUND_DUE', 'REFUNDED']),
  payBy: z.optional(instantSchema),
});

export const appointmentView = z.object({
  appointmentId: appointmentIdSchema,
  patientId: idSchema,
  scheduleId: scheduleIdSchema,
  institutionId: idSchema,
  departmentId: idSchema,
  practitionerId: idSchema,
  day: daySchema,
  number: z.int(),
  slot: z.object({ start: hourMinuteSchema, end: hourMinuteSchema }),
  pool: poolSchema,
  channel: z.enum(['MINI_PROGRAM', 'COMMUNITY', 'ONSITE', 'CALL_CENTRE']),
  status: z.enum(APPOINTMENT_STATUSES),
  /** Instant at which a held number lapses. */
  heldUntil: z.optional(instantSchema),
  offeredFromWaitlist: z.boolean(),
  charge: z.optional(chargeView),
  rescheduledTo: z.optional(appointmentIdSchema),
  rescheduledFrom: z.optional(appointmentIdSchema),
  endedReason: z.optional(z.string()),
  bookedAt: instantSchema,
});

export const appointmentQuery = z.strictObject({ after: z.optional(z.string()) });
export const appointmentList = z.object({
  appointments: z.array(appointmentView),
  next: z.optional(z.string()),
});

export const deskList = z.object({
  scheduleId: scheduleIdSchema,
  appointments: z.array(
    z.object({
      patientId: idSchema,
      appointmentId: appointmentIdSchema,
      number: z.int(),
      slot: z.object({ start: hourMinuteSchema, end: hourMinuteSchema }),
      status: z.enum(APPOINTMENT_STATUSES),
      checkedInAt: z.optional(instantSchema),
    }),
  ),
});

export const alternativesView = z.object({
  alternatives: z.array(
    z.object({
      scheduleId: scheduleIdSchema,
      day: daySchema,
      half: halfSchema,
      practitioner: z.object({ id: idSchema, name: z.string(), title: z.string() }),
      feeFen: fenSchema,
      free: z.int(),
    }),
  ),
});

export const standingView = z.object({
  /** Every reason that would refuse a booking of this schedule now; empty: it may be booked. */
  reasons: z.array(
    z.object({
      code: z.string(),
      message: z.string(),
      detail: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
    }),
  ),
});

export const recordView = z.object({
  bans: z.array(z.object({ rule: z.string(), from: daySchema, until: daySchema })),
  noShows: z.array(z.object({ day: daySchema, institutionId: idSchema })),
});

export const scheduleCancelled = z.object({ scheduleId: scheduleIdSchema, status: z.literal('CANCELLED') });
export const extraNumberView = z.object({ scheduleId: scheduleIdSchema, number: z.int() });

export const waitlistView = z.object({
  scheduleId: scheduleIdSchema,
  patientId: idSchema,
  status: z.enum(['WAITING', 'OFFERED', 'LEFT', 'CLOSED']),
  /** People ahead; 0 is the next in turn. */
  ahead: z.int(),
  appointmentId: z.optional(appointmentIdSchema),
});

/**
 * `booking.appointment-<status>`. Where and when the visit is stands in the events that people are told of: booked, held,
 * ended; a number that a dead request left behind has none.
 */
export const appointmentMoved = z.object({
  patientId: idSchema,
  appointmentId: z.string(),
  /** Account, or `system`, or `waitlist`. */
  by: z.string(),
  institutionId: z.optional(idSchema),
  departmentId: z.optional(idSchema),
  practitionerId: z.optional(idSchema),
  day: z.optional(daySchema),
  start: z.optional(hourMinuteSchema),
  /** Of a held number. */
  heldUntil: z.optional(instantSchema),
});

export type CreateSchedule = z.output<typeof createScheduleBody>;
export type AppointmentView = z.input<typeof appointmentView>;
