import { bookAppointment } from '../../../functions/booking/book-appointment.ts';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { findWeek } from '../../../functions/booking/find-schedules.ts';
import { listAppointments } from '../../../functions/booking/list-appointments.ts';
import type { Appointment, ScheduleDetail } from '../../../functions/booking/store.ts';
import { addDays } from '../../../shared/kernel/china-time.ts';
import { addPatient, addSchedule, book, DEPARTMENT, FRIDAY, HOSPITAL } from '../../contexts/booking/scene.ts';
import { each, type Grown, peopleOf } from './grown.ts';

/** Of one schedule: as many as keep its item small. */
const NUMBERS = 50;

/** Each fifty of others are with a doctor of their own department. */
export const bookings: Grown = {
  what: 'bookings',
  batch: NUMBERS,
  async fill(deps, index) {
    const schedule = await addSchedule(deps, {
      departmentId: `department-${index}`,
      practitionerId: `other-${index}`,
      day: addDays(FRIDAY, index % 2),
      capacity: NUMBERS / 5,
      slotCount: 5,
    });
    for (let number = 0; number < NUMBERS; number += 1) await book(deps, schedule, `o${index}-${number}`);
  },
  async costs(deps, spent, round) {
    const residents = peopleOf(round);
    const schedules: ScheduleDetail[] = [];
    // One week's schedules are the same number in every round: each round has a week of its own.
    for (let half = 0; half < residents.length / NUMBERS; half += 1)
      schedules.push(
        await addSchedule(deps, {
          practitionerId: `doctor-${round}-${half}`,
          day: FRIDAY,
          departmentId: `${DEPARTMENT}-${round}`,
          capacity: 10,
          slotCount: 5,
        }),
      );
    for (const patientId of residents) await addPatient(deps, patientId);
    const booked: Appointment[] = [];
    const order = { hold: false, channel: 'MINI_PROGRAM' as const, doer: { by: 'bench' } };
    return {
      book: await each(spent, residents, async (patientId, index) => {
        const { scheduleId = '' } = schedules[index % schedules.length] ?? {};
        booked.push(
          await bookAppointment(deps, { ...order, patientId, scheduleId, requestKey: `${patientId}-key` }),
        );
      }),
      list: await each(spent, residents, (patientId) => listAppointments(deps, patientId, undefined)),
      week: await each(spent, residents, () =>
        findWeek(deps, { institutionId: HOSPITAL, departmentId: `${DEPARTMENT}-${round}` }, FRIDAY),
      ),
      cancel: await each(spent, residents, (_, index) => {
        const appointment = booked[index];
        if (appointment === undefined) throw new Error('nobody booked');
        return cancelAppointment(deps, appointment, { doer: { by: 'bench' } });
      }),
    };
  },
};
