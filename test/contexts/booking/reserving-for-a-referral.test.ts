import { describe, expect, test } from 'vitest';
import { confirmAppointment } from '../../../functions/booking/confirm-appointment.ts';
import { releaseNumber } from '../../../functions/booking/release-reservation.ts';
import { rescheduleAppointment } from '../../../functions/booking/reschedule-appointment.ts';
import { reserveNumber } from '../../../functions/booking/reserve-for-referral.ts';
import { appointments } from '../../../functions/booking/store.ts';
import { Refusal } from '../../../shared/kernel/errors.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
import { payment } from './payments.ts';
import {
  addPatient,
  addSchedule,
  book,
  claimOf,
  DEPARTMENT,
  freeCount,
  HOSPITAL,
  outcome,
  sweep,
} from './scene.ts';

const CALL = { requestId: 'request-1' };
const wanted = {
  patientId: 'pat00001',
  reservationId: 'ref1-1',
  institutionId: HOSPITAL,
  departmentId: DEPARTMENT,
  holdSeconds: 24 * 3600,
};

interface Reserved {
  readonly appointmentId: string;
  readonly day: string;
  readonly heldUntil: string;
}

async function scene(): Promise<TestDeps> {
  const deps = testDeps();
  await addPatient(deps, 'pat00001');
  await addPatient(deps, 'pat00002');
  return deps;
}

const reserve = async (deps: TestDeps, more: object = {}): Promise<Reserved> =>
  (await reserveNumber.handle(deps, { ...wanted, ...more }, CALL)) as Reserved;
const release = (deps: TestDeps, reservationId = 'ref1-1'): Promise<unknown> =>
  releaseNumber.handle(deps, { patientId: 'pat00001', reservationId }, CALL);

async function statusOf(deps: TestDeps, { appointmentId }: Reserved): Promise<string | undefined> {
  return (await appointments.get(deps.table, { patientId: 'pat00001', appointmentId }))?.status;
}

describe('a number for a referral', () => {
  test('is the earliest of the referral pool, and is held until the resident’s deadline', async () => {
    const deps = await scene();
    await addSchedule(deps, { day: '2026-03-06', quota: { REFERRAL: 1 } });
    await addSchedule(deps, {
      day: '2026-03-05',
      practitionerId: 'doctor2',
      quota: { REFERRAL: 1, COMMUNITY: 1 },
    });
    const reserved = await reserve(deps);
    expect([reserved.day, reserved.heldUntil]).toEqual(['2026-03-05', '2026-03-03T00:00:00.000Z']);
    const appointment = await appointments.get(deps.table, {
      patientId: 'pat00001',
      appointmentId: reserved.appointmentId,
    });
    expect([appointment?.status, appointment?.pool]).toEqual(['HELD', 'REFERRAL']);
  });

  test('is of the community’s pool where the other one is empty, and never of the public one', async () => {
    const deps = await scene();
    await addSchedule(deps, { quota: { COMMUNITY: 1 }, capacity: 3 });
    await reserve(deps);
    expect(await outcome(reserve(deps, { patientId: 'pat00002', reservationId: 'ref2-1' }))).toBe(
      'NO_NUMBER_FREE',
    );
  });

  test('is the same one however often it is asked for', async () => {
    const deps = await scene();
    const { scheduleId } = await addSchedule(deps, { quota: { REFERRAL: 3 } });
    const answers = [await reserve(deps), await reserve(deps), await reserve(deps)];
    expect(new Set(answers.map(({ appointmentId }) => appointmentId)).size).toBe(1);
    expect(await freeCount(deps, scheduleId)).toBe(2);
  });

  test('is another one for another attempt', async () => {
    const deps = await scene();
    await addSchedule(deps, { quota: { REFERRAL: 3 } });
    await addSchedule(deps, { practitionerId: 'doctor2', quota: { REFERRAL: 3 } });
    const first = await reserve(deps);
    const second = await reserve(deps, { reservationId: 'ref1-2' });
    expect(second.appointmentId).not.toBe(first.appointmentId);
  });

  test('is kept to the doctor, and to the day, that are asked for', async () => {
    const deps = await scene();
    await addSchedule(deps, { day: '2026-03-05', quota: { REFERRAL: 1 } });
    await addSchedule(deps, { day: '2026-03-06', practitionerId: 'doctor2', quota: { REFERRAL: 1 } });
    const reserved = await reserve(deps, { notBefore: '2026-03-06' });
    expect(reserved.day).toBe('2026-03-06');
    expect(
      await outcome(reserve(deps, { patientId: 'pat00002', reservationId: 'r', practitionerId: 'nobody' })),
    ).toBe('NO_NUMBER_FREE');
  });

  test('is not refused by limits: two visits of a day are a doctor’s decision', async () => {
    const deps = await scene();
    const own = await addSchedule(deps);
    await book(deps, own, 'pat00001', { channel: 'ONSITE' });
    await addSchedule(deps, { practitionerId: 'doctor2', quota: { REFERRAL: 1 } });
    expect((await reserve(deps)).day).toBe('2026-03-06');
  });

  test('is given to one of twenty who ask for the last one at once', async () => {
    const deps = await scene();
    await addSchedule(deps, { quota: { REFERRAL: 1 } });
    const patients = Array.from({ length: 20 }, (_, index) => `pat1${String(index).padStart(4, '0')}`);
    for (const patientId of patients) await addPatient(deps, patientId);
    const outcomes = await Promise.all(
      patients.map((patientId) => outcome(reserve(deps, { patientId, reservationId: `for-${patientId}` }))),
    );
    expect(outcomes.filter((one) => one === 'ok')).toHaveLength(1);
  });
});

describe('the undo', () => {
  test('gives the number back to its pool, once', async () => {
    const deps = await scene();
    const { scheduleId } = await addSchedule(deps, { quota: { REFERRAL: 1 } });
    const reserved = await reserve(deps);
    expect(await release(deps)).toEqual({ released: true });
    expect(await release(deps)).toEqual({ released: false });
    expect(await statusOf(deps, reserved)).toBe('CANCELLED_BY_HOSPITAL');
    expect((await claimOf(deps, scheduleId)).free['R0']).toHaveLength(1);
  });

  test('of what was never reserved, or has lapsed, does nothing', async () => {
    const deps = await scene();
    await addSchedule(deps, { quota: { REFERRAL: 1 } });
    expect(await release(deps)).toEqual({ released: false });
    const reserved = await reserve(deps);
    deps.clock.advance(25 * 3_600_000);
    await sweep(deps);
    expect(await statusOf(deps, reserved)).toBe('EXPIRED');
    expect(await release(deps)).toEqual({ released: false });
  });

  test('leaves the patient’s own bookings alone', async () => {
    const deps = await scene();
    const own = await addSchedule(deps);
    const mine = await book(deps, own, 'pat00001');
    await release(deps);
    expect((await appointments.get(deps.table, mine))?.status).toBe('BOOKED');
  });

  test.each(['ONLINE', 'ONSITE'] as const)(
    'waits while somebody is paying what is due %s',
    async (paymentMode) => {
      const deps = await scene();
      await addSchedule(deps, { quota: { REFERRAL: 1 }, feeFen: 500, paymentMode });
      const { appointmentId } = await reserve(deps);
      const id = { patientId: 'pat00001', appointmentId };
      if (paymentMode === 'ONSITE') await confirmAppointment(deps, id, { by: 'account-1' });
      const appointment = await appointments.get(deps.table, id);
      if (appointment === undefined) throw new Error('nothing was reserved');
      await payment(deps, appointment, 'claim');
      const refused = await release(deps).catch((error: unknown) => error);
      expect(refused instanceof Refusal && refused.code).toBe('PAYMENT_UNDER_WAY');
      await payment(deps, appointment, 'pay');
      expect(await release(deps)).toEqual({ released: true });
      const ended = await appointments.get(deps.table, id);
      expect([ended?.status, ended?.charge?.status]).toEqual(['CANCELLED_BY_HOSPITAL', 'REFUND_DUE']);
    },
  );

  test('is changed by its referral only: the patient cannot move it to another day', async () => {
    const deps = await scene();
    await addSchedule(deps, { day: '2026-03-05', quota: { REFERRAL: 1 } });
    const elsewhere = await addSchedule(deps, { day: '2026-03-06' });
    const { appointmentId } = await reserve(deps);
    const id = { patientId: 'pat00001', appointmentId };
    const doer = { by: 'account-1' };
    await confirmAppointment(deps, id, doer);
    const before = deps.all();
    const move = rescheduleAppointment(deps, {
      id,
      scheduleId: elsewhere.scheduleId,
      channel: 'MINI_PROGRAM',
      requestKey: 'request-move',
      doer,
    });
    expect(await outcome(move)).toBe('GIVEN_BY_REFERRAL');
    expect(deps.all()).toEqual(before);
  });
});
