import { type BookingOrder, bookAppointment } from '../../../functions/booking/book-appointment.ts';
import { booking } from '../../../functions/booking/context.ts';
import type { CreateSchedule } from '../../../functions/booking/contracts.ts';
import { createSchedule } from '../../../functions/booking/create-schedule.ts';
import {
  type Appointment,
  type AppointmentId,
  appointments,
  type Claim,
  claims,
  practitioners,
  type ScheduleDetail,
} from '../../../functions/booking/store.ts';
import { patientProfileKey, writePatientProfile } from '../../../shared/access/patient-view.ts';
import type { Deps } from '../../../shared/deps.ts';
import type { Day } from '../../../shared/kernel/china-time.ts';
import { Refusal } from '../../../shared/kernel/errors.ts';
import { createWorker } from '../../../shared/worker.ts';

export const HOSPITAL = 'jx-hospital';
export const DEPARTMENT = 'cardiology';
export const DOCTOR = 'doctor1';
/** What the test clock starts at is 2026-03-02 08:00 in China; schedules lie on this Friday unless told otherwise. */
export const FRIDAY = '2026-03-06';

export interface SceneDoctor {
  readonly institutionId?: string;
  readonly departmentId?: string;
  readonly active?: boolean;
}

/** A doctor of the hospital, as directory's event leaves it in booking. */
export async function addDoctor(
  deps: Deps,
  practitionerId = DOCTOR,
  { institutionId = HOSPITAL, departmentId = DEPARTMENT, active = true }: SceneDoctor = {},
): Promise<void> {
  await practitioners.put(deps.table, practitionerId, {
    practitionerId,
    sites: [{ institutionId, departmentId }],
    name: '测试医生',
    title: 'chief',
    active,
    version: 1,
  });
}

/** A registered patient, as identity leaves them in the shared view. */
export async function addPatient(
  deps: Deps,
  patientId: string,
  birthDate: Day = '1980-01-01',
): Promise<void> {
  await writePatientProfile(deps, patientId, { birthDate, sex: 'female', synthetic: true });
}

export interface SceneSchedule extends Partial<Omit<CreateSchedule, 'slots'>> {
  readonly institutionId?: string;
  /** Numbers per slot, all PUBLIC unless `quota` says otherwise. */
  readonly capacity?: number;
  readonly slotCount?: number;
  readonly quota?: Partial<CreateSchedule['slots'][number]['quota']>;
}

/** A morning at 郏县人民医院: slots of an hour from 09:00, free of charge, unless told otherwise. */
export async function addSchedule(
  deps: Deps,
  { capacity = 3, slotCount = 1, quota = {}, institutionId = HOSPITAL, ...rest }: SceneSchedule = {},
): Promise<ScheduleDetail> {
  const practitionerId = rest.practitionerId ?? DOCTOR;
  const { departmentId = DEPARTMENT } = rest;
  await addDoctor(deps, practitionerId, { institutionId, departmentId });
  const detail = await createSchedule(deps, institutionId, {
    departmentId,
    day: FRIDAY,
    half: 'A',
    visitKind: 'expert',
    feeFen: 0,
    paymentMode: 'ONSITE',
    room: undefined,
    ...rest,
    practitionerId,
    slots: slotsOf({ capacity, slotCount, quota }),
  });
  if (detail === undefined) throw new Error('the scene has this schedule already');
  return detail;
}

export function slotsOf({
  capacity = 3,
  slotCount = 1,
  quota = {},
}: Pick<SceneSchedule, 'capacity' | 'slotCount' | 'quota'>): CreateSchedule['slots'] {
  const given = { PUBLIC: 0, COMMUNITY: 0, REFERRAL: 0, ONSITE: 0, ...quota };
  const apart = given.COMMUNITY + given.REFERRAL + given.ONSITE;
  return Array.from({ length: slotCount }, (_, index) => ({
    start: `${String(9 + index).padStart(2, '0')}:00`,
    end: `${String(9 + index).padStart(2, '0')}:50`,
    capacity,
    quota: { ...given, PUBLIC: capacity - apart },
  })) as CreateSchedule['slots'];
}

/** A request by the patient's own mini-program; the patient is registered if need be. */
export async function book(
  deps: Deps,
  { scheduleId }: Pick<ScheduleDetail, 'scheduleId'>,
  patientId: string,
  rest: Partial<BookingOrder> = {},
): Promise<Appointment> {
  if ((await deps.table.get(patientProfileKey(patientId))) === undefined) await addPatient(deps, patientId);
  return bookAppointment(deps, {
    scheduleId,
    patientId,
    hold: false,
    channel: 'MINI_PROGRAM',
    requestKey: `request-${patientId}-${scheduleId}`,
    doer: { by: `account-${patientId}` },
    ...rest,
  });
}

export async function claimOf(deps: Deps, scheduleId: string): Promise<Claim> {
  const claim = await claims.get(deps.table, scheduleId, { consistent: true });
  if (claim === undefined) throw new Error('the scene has no such schedule');
  return claim;
}

export async function appointmentNow(deps: Deps, id: AppointmentId): Promise<Appointment> {
  const appointment = await appointments.get(deps.table, id, { consistent: true });
  if (appointment === undefined) throw new Error('the scene has no such appointment');
  return appointment;
}

/** Free numbers of all lanes. */
export async function freeCount(deps: Deps, scheduleId: string): Promise<number> {
  return Object.values((await claimOf(deps, scheduleId)).free).flat().length;
}

export const LAMBDA = { awsRequestId: 'request-1' } as Parameters<ReturnType<typeof createWorker>>[1];

/** What the minute's rule does: booking's due timers, through its worker. */
export async function sweep(deps: Deps): Promise<void> {
  await createWorker(booking, deps)({ sweep: true }, LAMBDA);
}

/** `ok`, or the code; of a booking that was refused all its reasons, each with the rule it names. */
export async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const reasons = error.details.reasons?.map(({ code, detail }) =>
      [code, detail?.['rule']].join(' ').trim(),
    );
    return reasons === undefined ? error.code : reasons.join(', ');
  }
}
