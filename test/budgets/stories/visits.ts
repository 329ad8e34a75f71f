import { booking } from '../../../functions/booking/context.ts';
import { payment } from '../../../functions/payment/context.ts';
import { resident, staff } from '../../contexts/booking/door.ts';
import { addPatient, addSchedule, DEPARTMENT, FRIDAY, HOSPITAL } from '../../contexts/booking/scene.ts';
import {
  ACCOUNT,
  heldAppointment,
  ME,
  type PaymentScene,
  payerPays,
  paymentScene,
} from '../../contexts/payment/scene.ts';
import { Meter } from '../../support/meter.ts';
import { asker } from '../walks/asker.ts';
import { type Story, told } from './story.ts';

const MINE = '/booking/patients/{patientId}';
const PAYER = '/payment/patients/{patientId}';
const CALLED = '/booking/institutions/{institutionId}/schedules/{scheduleId}/patients/{patientId}';

/** Looked for, booked, looked at again, and attended: a number that is paid at the window. */
export async function oneBooking(): Promise<Story> {
  const meter = new Meter();
  const scene = await paymentScene({ meter });
  const { deps } = scene;
  await addPatient(deps, ME);
  const { scheduleId } = await addSchedule(deps);
  const me = () => resident(deps, ACCOUNT, ME);
  const doctor = () => staff(deps, 'acc-doctor', ['practitioner'], { practitionerId: 'doctor1' });
  const ask = asker(deps, booking, scene.hear);
  const at = { institutionId: HOSPITAL, departmentId: DEPARTMENT, patientId: ME, scheduleId };
  return told({ meter, deps, heardBy: ['booking', 'payment'] }, async () => {
    await ask('GET /booking/institutions/{institutionId}/departments/{departmentId}/week', at);
    await ask('GET /booking/schedules/{scheduleId}', at);
    await ask(`GET ${MINE}/schedules/{scheduleId}/standing`, at, { as: me });
    const booked = await ask(`POST ${MINE}/appointments`, at, { as: me, body: { scheduleId } });
    const mine = { ...at, appointmentId: booked.appointmentId };
    await ask(`GET ${MINE}/appointments/{appointmentId}`, mine, { as: me });
    deps.clock.set(`${FRIDAY}T00:50:00.000Z`);
    await ask(`POST ${MINE}/appointments/{appointmentId}/check-in`, mine, { as: me, body: {} });
    deps.clock.set(`${FRIDAY}T01:00:00.000Z`);
    for (const step of ['call', 'start', 'fulfil']) await ask(`POST ${CALLED}/${step}`, at, { as: doctor });
  });
}

/** A held number's charge: seen, settled, paid in WeChat, and seen to be paid. */
export async function onePayment(): Promise<Story> {
  const meter = new Meter();
  const scene = await paymentScene({ meter });
  const { deps } = scene;
  const me = () => resident(deps, ACCOUNT, ME);
  const ask = asker(deps, payment, scene.hear);
  const { charge } = await heldAppointment(scene, ME, {});
  await scene.hear();
  const at = { patientId: ME };
  return told({ meter, deps, heardBy: ['booking', 'payment'] }, async () => {
    await ask(`GET ${PAYER}/charges`, at, { as: me });
    const body = { chargeIds: [charge?.chargeId] };
    const { settlement, launch } = await ask(`POST ${PAYER}/settlements`, at, { as: me, body });
    await paid(scene, meter, launch.package.replace('prepay_id=', ''));
    const mine = { ...at, settlementId: settlement.settlementId };
    await ask(`GET ${PAYER}/settlements/{settlementId}`, mine, { as: me });
  });
}

/** WeChat's notification is a request like any other, though it does not come through a test's door. */
async function paid(scene: PaymentScene, meter: Meter, prepayId: string): Promise<void> {
  await payerPays(scene, prepayId);
  await meter.request(payment, 'POST', '/payment/notifications/wechat/1', async () => {
    await scene.standIn.agenda.runDue();
    return { status: 200 };
  });
  await scene.hear();
}
