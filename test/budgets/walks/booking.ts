import { booking } from '../../../functions/booking/context.ts';
import { resident, staff } from '../../contexts/booking/door.ts';
import {
  addDoctor,
  addPatient,
  addSchedule,
  book,
  DEPARTMENT,
  FRIDAY,
  HOSPITAL,
  slotsOf,
} from '../../contexts/booking/scene.ts';
import { testDeps } from '../../support/deps.ts';
import type { Meter } from '../../support/meter.ts';
import { asker } from './asker.ts';

const ME = 'pat00001';
const MINE = '/booking/patients/{patientId}';
const APPOINTMENT = `${MINE}/appointments/{appointmentId}`;
const SCHEDULE = `${MINE}/schedules/{scheduleId}`;
const DESK = '/booking/institutions/{institutionId}/schedules';
const CALLED = `${DESK}/{scheduleId}/patients/{patientId}`;

/** A resident who books, moves, cancels, waits and comes; a clinic that is planned, attended and called off. */
export async function walkBooking(meter: Meter): Promise<void> {
  const deps = testDeps({ meter });
  const ask = asker(deps, booking);
  const me = () => resident(deps, 'account-me', ME);
  const clerk = () => staff(deps, 'acc-clerk', ['clerk']);
  const doctor = () => staff(deps, 'acc-doctor', ['practitioner'], { practitionerId: 'doctor1' });
  for (const patientId of [ME, 'pat00002', 'pat00003']) await addPatient(deps, patientId);
  const { scheduleId } = await addSchedule(deps);
  const second = await addSchedule(deps, { practitionerId: 'doctor2' });
  const at = { institutionId: HOSPITAL, departmentId: DEPARTMENT, patientId: ME, scheduleId };

  await ask('GET /booking/institutions/{institutionId}/departments/{departmentId}/week', at);
  await ask('GET /booking/schedules/{scheduleId}', at);
  await ask('GET /booking/schedules/{scheduleId}/alternatives', at);
  await ask(`GET ${SCHEDULE}/standing`, at, { as: me });
  const held = await ask(`POST ${MINE}/appointments`, at, { as: me, body: { scheduleId, hold: true } });
  const mine = { ...at, ...held };
  await ask(`POST ${APPOINTMENT}/confirm`, mine, { as: me });
  await ask(`GET ${MINE}/appointments`, mine, { as: me });
  await ask(`GET ${APPOINTMENT}`, mine, { as: me });
  const body = { scheduleId: second.scheduleId };
  const moved = await ask(`POST ${APPOINTMENT}/reschedule`, mine, { as: me, body });
  await ask(`POST ${APPOINTMENT}/cancel`, { ...at, ...moved }, { as: me, body: {} });
  await ask(`GET ${MINE}/record`, at, { as: me });
  const full = await addSchedule(deps, { capacity: 1, practitionerId: 'doctor3' });
  await book(deps, full, 'pat00002');
  const wanted = { ...at, scheduleId: full.scheduleId };
  await ask(`POST ${SCHEDULE}/waitlist`, wanted, { as: me });
  await ask(`GET ${SCHEDULE}/waitlist`, wanted, { as: me });
  await ask(`DELETE ${SCHEDULE}/waitlist`, wanted, { as: me });

  await addDoctor(deps, 'doctor4');
  const clinic = {
    practitionerId: 'doctor4',
    departmentId: DEPARTMENT,
    half: 'A',
    visitKind: 'general',
    feeFen: 500,
    paymentMode: 'ONSITE',
    slots: slotsOf({}),
  };
  await ask(
    'PUT /booking/institutions/{institutionId}/templates/{templateId}',
    { ...at, templateId: 't-1' },
    { as: clerk, body: { ...clinic, weekdays: [1], from: '2026-03-01' } },
  );
  await ask(`POST ${DESK}`, at, { as: clerk, body: { ...clinic, day: '2026-03-07' } });
  await ask(`POST ${DESK}/{scheduleId}/extra-numbers`, at, {
    as: doctor,
    body: { slot: '09:00', reason: '老病人' },
  });
  await ask(`GET ${DESK}/{scheduleId}/appointments`, at, { as: clerk });
  const online = await book(deps, { scheduleId }, ME);
  const onsite = { ...at, patientId: 'pat00003' };
  await ask(`POST ${DESK}/{scheduleId}/appointments`, at, {
    as: clerk,
    body: { patientId: 'pat00003', channel: 'CALL_CENTRE' },
  });
  await book(deps, { scheduleId }, 'pat00004');
  const away = { ...at, patientId: 'pat00004' };
  await ask(`POST ${CALLED}/cancellation`, away, { as: clerk, body: { reason: '本人要求' } });

  deps.clock.set(`${FRIDAY}T00:50:00.000Z`);
  await ask(
    `POST ${APPOINTMENT}/check-in`,
    { ...at, appointmentId: online.appointmentId },
    { as: me, body: {} },
  );
  await ask(`POST ${CALLED}/check-in`, onsite, { as: clerk });
  deps.clock.set(`${FRIDAY}T01:00:00.000Z`);
  for (const step of ['call', 'miss', 'call', 'start', 'fulfil'])
    await ask(`POST ${CALLED}/${step}`, onsite, { as: doctor });
  await ask(`POST ${DESK}/{scheduleId}/cancellation`, at, { as: clerk, body: { reason: '医生生病' } });
}
