import { expect, it } from 'vitest';
import { booking } from '../../functions/booking/context.ts';
import { payment } from '../../functions/payment/context.ts';
import { type Answer, door, resident } from '../contexts/booking/door.ts';
import {
  addPatient,
  addSchedule,
  book,
  DEPARTMENT,
  FRIDAY,
  HOSPITAL,
  type SceneSchedule,
} from '../contexts/booking/scene.ts';
import {
  ACCOUNT,
  heldAppointment,
  ME,
  type PaymentScene,
  payerPays,
  paymentScene,
} from '../contexts/payment/scene.ts';

/** Calls of the table, write units and read units. */
type Units = readonly [calls: number, write: number, read: number];

const PATIENT = '/booking/patients/{patientId}';
const APPOINTMENT = `${PATIENT}/appointments/{appointmentId}`;
const SCHEDULE = `${PATIENT}/schedules/{scheduleId}`;
const PAYER = '/payment/patients/{patientId}';
const SETTLEMENT = `${PAYER}/settlements/{settlementId}`;

/** Outside of any request of the resident. */
const WAITING = 'what follows of a settlement: the visit waits for it';
const NOTIFICATION = "WeChat's notification";
const FOLLOWING = 'what follows of it: the visit is booked';

/**
 * What a resident's request costs, all of it: the relation, the use case, the audit; session, keys and
 * merchants are known to the container. A route costs what its row says: a change that makes one dearer has to say so here.
 */
const BUDGET: Readonly<Record<string, Units>> = {
  'GET /booking/institutions/{institutionId}/departments/{departmentId}/week': [2, 0, 1.5],
  'GET /booking/schedules/{scheduleId}': [2, 0, 1],
  'GET /booking/schedules/{scheduleId}/alternatives': [3, 0, 2],
  [`GET ${SCHEDULE}/standing`]: [4, 2, 7],
  [`POST ${PATIENT}/appointments`]: [6, 5, 5],
  [`POST ${APPOINTMENT}/confirm`]: [3, 1, 3.5],
  [`GET ${PATIENT}/appointments`]: [3, 2, 3.5],
  [`GET ${APPOINTMENT}`]: [3, 2, 4],
  [`POST ${APPOINTMENT}/reschedule`]: [11, 10, 14],
  [`POST ${APPOINTMENT}/cancel`]: [12, 3, 11],
  [`POST ${APPOINTMENT}/check-in`]: [5, 1, 6],
  [`GET ${PATIENT}/record`]: [3, 2, 3.5],
  [`POST ${SCHEDULE}/waitlist`]: [11, 3, 13],
  [`GET ${SCHEDULE}/waitlist`]: [4, 2, 5],
  [`DELETE ${SCHEDULE}/waitlist`]: [3, 3, 3],
  [`GET ${PAYER}/charges`]: [3, 2, 3.5],
  [`POST ${PAYER}/settlements`]: [7, 13, 6],
  [WAITING]: [5, 8, 2],
  [NOTIFICATION]: [2, 8, 1],
  [FOLLOWING]: [7, 8, 3.5],
  [`GET ${PAYER}/settlements`]: [3, 2, 3.5],
  [`GET ${SETTLEMENT}`]: [3, 2, 4],
  [`POST ${SETTLEMENT}/launch`]: [4, 2, 5],
  [`POST ${SETTLEMENT}/check`]: [2, 0, 4],
  [`POST ${SETTLEMENT}/close`]: [5, 10, 5],
};

interface Walk {
  readonly scene: PaymentScene;
  readonly found: Map<string, Units>;
  measured<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** A resident's request, which must succeed; what follows of it is delivered, and not counted. */
  ask(route: string, ids: Readonly<Record<string, string>>, body?: object): Promise<Answer>;
}

async function openWalk(): Promise<Walk> {
  const spent = { calls: 0, write: 0, read: 0 };
  const found = new Map<string, Units>();
  const scene = await paymentScene({
    onConsumed: ({ readUnits, writeUnits }) => {
      spent.calls += 1;
      spent.read += readUnits;
      spent.write += writeUnits;
    },
  });
  const measured: Walk['measured'] = async (name, work) => {
    const { calls, write, read } = spent;
    const answer = await work();
    found.set(name, [spent.calls - calls, spent.write - write, spent.read - read]);
    return answer;
  };
  await addPatient(scene.deps, ME);
  const as = await resident(scene.deps, ACCOUNT, ME);
  const doors = { booking: door(scene.deps, booking), payment: door(scene.deps, payment) };
  // The container has seen this session before.
  await doors.booking('GET', `/booking/patients/${ME}/record`, { as });
  const ask: Walk['ask'] = async (route, ids, body) => {
    const [method = '', path = ''] = route.split(' ');
    const real = path.replace(/\{(\w+)\}/g, (_, param: string) => ids[param] ?? '');
    const through = path.startsWith('/booking') ? doors.booking : doors.payment;
    const asking = { as, ...(body === undefined ? {} : { body }) };
    const answer = await measured(route, () => through(method, real, asking));
    expect(answer.status, `${route}: ${answer.code}`).toBeLessThan(300);
    await (route.endsWith('/settlements') && method === 'POST'
      ? measured(WAITING, scene.hear)
      : scene.hear());
    return answer;
  };
  return { scene, found, measured, ask };
}

async function walkBooking({ scene: { deps }, ask }: Walk): Promise<void> {
  const patientId = ME;
  const place = { institutionId: HOSPITAL, departmentId: DEPARTMENT };
  const [first, second] = [await addSchedule(deps), await addSchedule(deps, { half: 'P' })];
  const { scheduleId } = first;
  await ask('GET /booking/institutions/{institutionId}/departments/{departmentId}/week', place);
  await ask('GET /booking/schedules/{scheduleId}', { scheduleId });
  await ask('GET /booking/schedules/{scheduleId}/alternatives', { scheduleId });
  await ask(`GET ${SCHEDULE}/standing`, { patientId, scheduleId });
  const held = await ask(`POST ${PATIENT}/appointments`, { patientId }, { scheduleId, hold: true });
  const { appointmentId } = Object(held.body);
  await ask(`POST ${APPOINTMENT}/confirm`, { patientId, appointmentId });
  await ask(`GET ${PATIENT}/appointments`, { patientId });
  await ask(`GET ${APPOINTMENT}`, { patientId, appointmentId });
  const moved = await ask(
    `POST ${APPOINTMENT}/reschedule`,
    { patientId, appointmentId },
    { scheduleId: second.scheduleId },
  );
  await ask(`POST ${APPOINTMENT}/cancel`, { patientId, appointmentId: Object(moved.body).appointmentId }, {});
  await ask(`GET ${PATIENT}/record`, { patientId });
  const full = await addSchedule(deps, { capacity: 1, practitionerId: 'doctor2' });
  await book(deps, full, 'pat00002');
  const wanted = { patientId, scheduleId: full.scheduleId };
  await ask(`POST ${SCHEDULE}/waitlist`, wanted);
  await ask(`GET ${SCHEDULE}/waitlist`, wanted);
  await ask(`DELETE ${SCHEDULE}/waitlist`, wanted);
}

async function walkPayment({ scene, ask, measured }: Walk): Promise<void> {
  const patientId = ME;
  const pay = async (clinic: SceneSchedule): Promise<{ settlementId: string; prepayId: string }> => {
    const { settlements } = { settlements: `POST ${PAYER}/settlements` };
    const { appointmentId } = await heldAppointment(scene, ME, clinic);
    await scene.hear();
    const { body } = await ask(settlements, { patientId }, { chargeIds: [appointmentId] });
    const { settlement, launch } = Object(body);
    return { settlementId: settlement.settlementId, prepayId: launch.package.replace('prepay_id=', '') };
  };
  const { settlementId, prepayId } = await pay({ practitionerId: 'doctor3', day: '2026-03-04' });
  await ask(`GET ${PAYER}/charges`, { patientId });
  await ask(`POST ${SETTLEMENT}/launch`, { patientId, settlementId });
  await ask(`GET ${PAYER}/settlements`, { patientId });
  await ask(`GET ${SETTLEMENT}`, { patientId, settlementId });
  await ask(`POST ${SETTLEMENT}/check`, { patientId, settlementId });
  await payerPays(scene, prepayId);
  await measured(NOTIFICATION, () => scene.standIn.agenda.runDue());
  await measured(FOLLOWING, () => scene.hear());
  await ask(`POST ${SETTLEMENT}/close`, {
    patientId,
    ...(await pay({ practitionerId: 'doctor4', day: '2026-03-05' })),
  });
}

/** On the morning of the visit. */
async function walkIn({ scene: { deps }, ask }: Walk): Promise<void> {
  const schedule = await addSchedule(deps, { practitionerId: 'doctor5' });
  const { appointmentId } = await book(deps, schedule, ME);
  deps.clock.set(`${FRIDAY}T00:50:00.000Z`);
  await ask(`POST ${APPOINTMENT}/check-in`, { patientId: ME, appointmentId }, {});
}

it('a resident’s request costs what its row says', async () => {
  const walk = await openWalk();
  await walkBooking(walk);
  await walkPayment(walk);
  await walkIn(walk);
  expect(Object.fromEntries(walk.found)).toEqual(BUDGET);
});

it.each([booking, payment])('$name has no route of a resident without a row', ({ routes }) => {
  const ofResidents = routes.filter(
    ({ access, takes }) =>
      takes === 'json' && (access === 'public' || access.some(({ role }) => role === 'resident')),
  );
  expect(ofResidents.length).toBeGreaterThan(5);
  const names = ofResidents.map(({ method, path }) => `${method} ${path}`);
  expect(names.filter((name) => BUDGET[name] === undefined)).toEqual([]);
});
