import { bookAppointment } from '../../functions/booking/book-appointment.ts';
import { cancelAppointment } from '../../functions/booking/cancel-appointment.ts';
import { findWeek } from '../../functions/booking/find-schedules.ts';
import { listAppointments } from '../../functions/booking/list-appointments.ts';
import type { Appointment, ScheduleDetail } from '../../functions/booking/store.ts';
import { addDays } from '../../shared/kernel/china-time.ts';
import { addPatient, addSchedule, book, DEPARTMENT, FRIDAY, HOSPITAL } from '../contexts/booking/scene.ts';
import { type TestDeps, testDeps } from '../support/deps.ts';
import { median } from './median.ts';

const FIRST = 100;
const FACTORS = [1, 10, 100] as const;
const ROUNDS = 5;
const RESIDENTS = 100;
/** Of one schedule: as many as keep its item small. */
const NUMBERS = 50;
const MOST_MORE = 1.1;

type Operation = 'book' | 'list' | 'week' | 'cancel';
const OPERATIONS: readonly Operation[] = ['book', 'list', 'week', 'cancel'];

interface Cost {
  readonly units: number;
  readonly micros: number;
}

/**
 * A hundred bookings of others in the table, then a thousand, then ten thousand: what a resident's booking, list, search
 * and cancellation cost then, in units and in time of the processor. In memory, so that it is our code's and not an engine's.
 */
export async function growth(): Promise<boolean> {
  const spent = { units: 0 };
  const deps = testDeps({
    memory: {
      onConsumed: ({ readUnits, writeUnits }) => {
        spent.units += readUnits + writeUnits;
      },
    },
  });
  let stored = 0;
  // Compiled before anything is measured.
  await costs(deps, spent, 'warm');
  const found: Record<Operation, Cost>[] = [];
  for (const factor of FACTORS) {
    for (; stored < FIRST * factor; stored += NUMBERS) await fillSchedule(deps, stored / NUMBERS);
    const rounds: Record<Operation, Cost>[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      rounds.push(await costs(deps, spent, `${factor}x${round}`));
    found.push(
      Object.fromEntries(
        OPERATIONS.map((name) => [
          name,
          {
            units: median(rounds.map((each) => each[name].units)),
            micros: median(rounds.map((each) => each[name].micros)),
          },
        ]),
      ) as Record<Operation, Cost>,
    );
  }
  const [least] = found;
  const most = found.at(-1);
  if (least === undefined || most === undefined) throw new Error('nothing was measured');
  console.table(
    Object.fromEntries(
      OPERATIONS.map((name) => [
        name,
        Object.fromEntries(
          found.flatMap((costsOf, index) => [
            [`units, ${FIRST * (FACTORS[index] ?? 1)} stored`, Number(costsOf[name].units.toFixed(2))],
            [`µs, ${FIRST * (FACTORS[index] ?? 1)}`, Math.round(costsOf[name].micros)],
          ]),
        ),
      ]),
    ),
  );
  const more = (of: keyof Cost): number =>
    OPERATIONS.reduce((sum, name) => sum + most[name][of], 0) /
    OPERATIONS.reduce((sum, name) => sum + least[name][of], 0);
  console.log(
    `a hundred times as many bookings: units ${more('units').toFixed(3)}, time ${more('micros').toFixed(3)} times; bar ${MOST_MORE}`,
  );
  return more('units') <= MOST_MORE && more('micros') <= MOST_MORE;
}

/** Fifty bookings of others with a doctor of their own department. */
async function fillSchedule(deps: TestDeps, index: number): Promise<void> {
  const schedule = await addSchedule(deps, {
    departmentId: `department-${index}`,
    practitionerId: `other-${index}`,
    day: addDays(FRIDAY, index % 2),
    capacity: NUMBERS / 5,
    slotCount: 5,
  });
  for (let number = 0; number < NUMBERS; number += 1) await book(deps, schedule, `o${index}-${number}`);
}

async function costs(
  deps: TestDeps,
  spent: { readonly units: number },
  round: string,
): Promise<Record<Operation, Cost>> {
  const schedules: ScheduleDetail[] = [];
  for (let half = 0; half < RESIDENTS / NUMBERS; half += 1) {
    const practitionerId = `doctor-${round}-${half}`;
    // One week's schedules are the same number in every round: each round has a week of its own.
    schedules.push(
      await addSchedule(deps, {
        practitionerId,
        day: FRIDAY,
        departmentId: `${DEPARTMENT}-${round}`,
        capacity: 10,
        slotCount: 5,
      }),
    );
  }
  const residents = Array.from({ length: RESIDENTS }, (_, index) => `r${round}-${index}`);
  for (const patientId of residents) await addPatient(deps, patientId);
  const booked: Appointment[] = [];
  const each = async (work: (patientId: string, index: number) => Promise<unknown>): Promise<Cost> => {
    const before = { units: spent.units, cpu: process.cpuUsage() };
    for (const [index, patientId] of residents.entries()) await work(patientId, index);
    const { user, system } = process.cpuUsage(before.cpu);
    return { units: (spent.units - before.units) / RESIDENTS, micros: (user + system) / RESIDENTS };
  };
  const order = { hold: false, channel: 'MINI_PROGRAM' as const, doer: { by: 'bench' } };
  return {
    book: await each(async (patientId, index) => {
      const { scheduleId = '' } = schedules[index % schedules.length] ?? {};
      booked.push(
        await bookAppointment(deps, { ...order, patientId, scheduleId, requestKey: `${patientId}-key` }),
      );
    }),
    list: await each((patientId) => listAppointments(deps, patientId, undefined)),
    week: await each(() =>
      findWeek(deps, { institutionId: HOSPITAL, departmentId: `${DEPARTMENT}-${round}` }, FRIDAY),
    ),
    cancel: await each((_, index) => {
      const appointment = booked[index];
      if (appointment === undefined) throw new Error('nobody booked');
      return cancelAppointment(deps, appointment, { doer: { by: 'bench' } });
    }),
  };
}
