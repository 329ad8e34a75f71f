import * as z from 'zod/mini';
import { addDays, instantAt } from '../../shared/kernel/china-time.ts';
import { daySchema, hourMinuteSchema, instantSchema } from '../../shared/kernel/schemas.ts';
import type { appointmentMoved } from '../booking/contracts.ts';
import type { Announcement, Draft } from './draft.ts';
import type { TemplateName } from './templates.ts';

/** Of booking's event what is told; one without a visit is of a number nobody was ever told of. */
const moved = z.object({
  patientId: z.string(),
  appointmentId: z.string(),
  by: z.string(),
  institutionId: z.optional(z.string()),
  departmentId: z.optional(z.string()),
  practitionerId: z.optional(z.string()),
  day: z.optional(daySchema),
  start: z.optional(hourMinuteSchema),
  heldUntil: z.optional(instantSchema),
}) satisfies z.ZodMiniType<z.output<typeof appointmentMoved>>;

type Moved = z.output<typeof moved>;

function visitOf({ institutionId, departmentId, practitionerId, day, start }: Moved) {
  if (institutionId === undefined || departmentId === undefined || practitionerId === undefined)
    return undefined;
  if (day === undefined || start === undefined) return undefined;
  const at = instantAt(day, start);
  const said = {
    hospital: { institution: institutionId },
    department: { department: departmentId },
    doctor: { practitioner: practitionerId },
    time: { at },
  } as const;
  return { institutionId, day, at, said };
}

function draftOf(template: TemplateName, data: Moved): Draft | undefined {
  const visit = visitOf(data);
  if (visit === undefined) return undefined;
  const { patientId, appointmentId: subject } = data;
  return { template, patientId, subject, institutionId: visit.institutionId, said: visit.said };
}

/** Until the visit begins. */
function beforeVisit(template: TemplateName, data: Moved): Draft | undefined {
  const [draft, visit] = [draftOf(template, data), visitOf(data)];
  return draft === undefined || visit === undefined ? undefined : { ...draft, usefulUntil: visit.at };
}

const reminderOf = ({ patientId, appointmentId: subject }: Moved, on: string) =>
  ({ template: 'APPOINTMENT_REMINDER', patientId, subject, on }) as const;

const booked: Announcement = {
  event: 'booking.appointment-booked',
  tell: ({ data, at }, { visitReminder: { daysBefore, at: time } }) => {
    const told = moved.parse(data);
    const [draft, visit] = [beforeVisit('APPOINTMENT_BOOKED', told), visitOf(told)];
    if (draft === undefined || visit === undefined) return undefined;
    const sendAt = instantAt(addDays(visit.day, -daysBefore), time);
    // Who books after that hour has just been told.
    return sendAt <= at ? draft : [draft, { ...draft, ...reminderOf(told, visit.at), sendAt }];
  },
};

/** Whatever ends a visit takes back its reminder, in whichever order the two are heard of. */
function ended(status: string, template?: TemplateName): Announcement {
  return {
    event: `booking.appointment-${status}`,
    tell: ({ data }) => {
      const told = moved.parse(data);
      const visit = visitOf(told);
      if (visit === undefined) return undefined;
      const withdrawal = { ...reminderOf(told, visit.at), withdraw: true } as const;
      const draft = template === undefined ? undefined : draftOf(template, told);
      return draft === undefined ? withdrawal : [draft, withdrawal];
    },
  };
}

const offered: Announcement = {
  event: 'booking.appointment-held',
  tell: ({ data }) => {
    const told = moved.parse(data);
    const draft = draftOf('WAITLIST_OFFER', told);
    const { by, heldUntil } = told;
    if (by !== 'waitlist' || draft === undefined || heldUntil === undefined) return undefined;
    return { ...draft, said: { ...draft.said, deadline: { at: heldUntil } }, usefulUntil: heldUntil };
  },
};

export const bookingAnnouncements: readonly Announcement[] = [
  booked,
  offered,
  ended('cancelled-by-hospital', 'APPOINTMENT_CANCELLED'),
  ended('cancelled-by-patient'),
  ended('expired', 'APPOINTMENT_EXPIRED'),
  ended('no-show', 'APPOINTMENT_NO_SHOW'),
];
