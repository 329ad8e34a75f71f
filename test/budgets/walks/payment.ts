import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { firstAppointmentOf } from '../../../functions/booking/charges.ts';
import { payment } from '../../../functions/payment/context.ts';
import { merchantList } from '../../../functions/payment/reconcile-merchants.ts';
import { openWork } from '../../../functions/payment/worklist.ts';
import { resident, staff } from '../../contexts/booking/door.ts';
import type { SceneSchedule } from '../../contexts/booking/scene.ts';
import { compareBills, DAY } from '../../contexts/payment/bill-scene.ts';
import {
  ACCOUNT,
  CLINIC,
  HOSPITAL,
  heldAppointment,
  ME,
  MERCHANTS,
  MINUTE,
  type PaymentScene,
  payerPays,
  paymentScene,
} from '../../contexts/payment/scene.ts';
import type { Meter } from '../../support/meter.ts';
import { FOLLOWING, WAITING } from '../rows/payment.ts';
import { type Ask, asker, type Person } from './asker.ts';

const PAYER = '/payment/patients/{patientId}';
const SETTLEMENT = `${PAYER}/settlements/{settlementId}`;
const AT = '/payment/institutions/{institutionId}';
const MERCHANT = '/payment/merchants/{mchid}';
const PLACE = { institutionId: HOSPITAL, patientId: ME, day: DAY, mchid: MERCHANTS.hospital };

/** WeChat calls it. */
const NOTIFICATION = 'POST /payment/notifications/wechat/{mchid}';

/** A payer who pays, looks and lets go; the window; refunds of every kind; the day's books. */
export async function walkPayment(meter: Meter): Promise<void> {
  const scene = await paymentScene({ meter });
  const { deps } = scene;
  const walk: Walk = {
    meter,
    scene,
    ask: asker(deps, payment),
    me: () => resident(deps, ACCOUNT, ME),
    clerk: () => staff(deps, 'acc-clerk', ['clerk']),
    administrator: () => staff(deps, 'acc-admin', ['institution-administrator']),
    authority: () => staff(deps, 'acc-authority', ['health-authority'], { institutionId: CLINIC }),
  };
  await walkPayer(walk);
  await walkWindow(walk);
  await walkRefunds(walk);
  await walkBooks(walk);
}

interface Walk {
  readonly meter: Meter;
  readonly scene: PaymentScene;
  readonly ask: Ask;
  readonly me: Person;
  readonly clerk: Person;
  readonly administrator: Person;
  readonly authority: Person;
}

/** What is outside of a request has a name of its own. */
async function named(meter: Meter, name: string, work: () => Promise<unknown>): Promise<void> {
  const before = meter.total;
  await work();
  meter.routes.set(name, meter.since(before));
}

async function held({ scene }: Walk, schedule: SceneSchedule): Promise<string> {
  const { charge } = await heldAppointment(scene, ME, schedule);
  await scene.hear();
  return charge?.chargeId ?? '';
}

async function claimed(
  walk: Walk,
  schedule: SceneSchedule,
): Promise<{ readonly settlementId: string; readonly prepayId: string }> {
  const chargeIds = [await held(walk, schedule)];
  const { settlement, launch } = await walk.ask(`POST ${PAYER}/settlements`, PLACE, {
    as: walk.me,
    body: { chargeIds },
  });
  await named(walk.meter, WAITING, walk.scene.hear);
  return { settlementId: settlement.settlementId, prepayId: launch.package.replace('prepay_id=', '') };
}

async function walkPayer(walk: Walk): Promise<void> {
  const { ask, me, scene, meter } = walk;
  const { settlementId, prepayId } = await claimed(walk, { practitionerId: 'doctor3', day: '2026-03-04' });
  const ids = { ...PLACE, settlementId };
  await ask(`GET ${PAYER}/charges`, ids, { as: me });
  await ask(`POST ${SETTLEMENT}/launch`, ids, { as: me });
  await ask(`GET ${PAYER}/settlements`, ids, { as: me });
  await ask(`GET ${SETTLEMENT}`, ids, { as: me });
  await ask(`POST ${SETTLEMENT}/check`, ids, { as: me });
  await payerPays(scene, prepayId);
  await named(meter, NOTIFICATION, () => scene.standIn.agenda.runDue());
  await named(meter, FOLLOWING, scene.hear);
  const other = await claimed(walk, { practitionerId: 'doctor4', day: '2026-03-05' });
  await ask(`POST ${SETTLEMENT}/close`, { ...PLACE, settlementId: other.settlementId }, { as: me });
  await scene.hear();
}

async function walkWindow(walk: Walk): Promise<void> {
  const { ask, clerk, authority, scene } = walk;
  await ask(
    `PUT ${AT}/payee`,
    { institutionId: CLINIC },
    { as: authority, body: { mchid: MERCHANTS.clinic } },
  );
  await ask(`GET ${AT}/payee`, { institutionId: CLINIC }, { as: authority });
  const chargeId = await held(walk, { practitionerId: 'doctor5', day: '2026-03-06' });
  await ask(`GET ${AT}/patients/{patientId}/charges`, PLACE, { as: clerk });
  const body = { patientId: ME, chargeIds: [chargeId], means: 'CASH' };
  const { settlementId } = await ask(`POST ${AT}/onsite-settlements`, PLACE, { as: clerk, body });
  await scene.hear();
  await cancelAppointment(
    scene.deps,
    { patientId: ME, appointmentId: firstAppointmentOf(chargeId) },
    { doer: { by: 'me' } },
  );
  await scene.pass(10 * MINUTE);
  const { refunds } = await ask(
    `GET ${AT}/settlements/{settlementId}`,
    { ...PLACE, settlementId },
    { as: clerk },
  );
  const { refundNo } = refunds[0];
  await ask(
    `POST ${AT}/settlements/{settlementId}/refunds/{refundNo}/confirm`,
    { ...PLACE, settlementId, refundNo },
    { as: clerk },
  );
}

/** One that WeChat closes, so that it is asked for anew. */
async function walkRefunds(walk: Walk): Promise<void> {
  const { ask, clerk, scene } = walk;
  const { settlementId, prepayId } = await claimed(walk, { practitionerId: 'doctor6', day: '2026-03-07' });
  await payerPays(scene, prepayId);
  await scene.pass(MINUTE);
  const ids = { ...PLACE, settlementId };
  const shown = await ask(`GET ${AT}/settlements/{settlementId}`, ids, { as: clerk });
  const { chargeId } = shown.lines[0];
  scene.standIn.knobs.set({ closedRefunds: 1 });
  const body = { chargeId, amountFen: 1_000, reason: '部分项目未做' };
  const { refund } = await ask(`POST ${AT}/settlements/{settlementId}/refunds`, ids, { as: clerk, body });
  await scene.pass(2 * MINUTE);
  await ask(
    `POST ${AT}/settlements/{settlementId}/refunds/{refundNo}/retry`,
    { ...ids, refundNo: refund.refundNo },
    { as: clerk },
  );
  await scene.pass(2 * MINUTE);
}

async function walkBooks({ ask, clerk, administrator, authority, scene }: Walk): Promise<void> {
  await compareBills(scene);
  await ask(`GET ${AT}/days/{day}/summary`, PLACE, { as: clerk });
  await ask(`GET ${AT}/days/{day}/export`, PLACE, { as: clerk, query: { format: 'csv' } });
  await ask(`GET ${AT}/reconciliations/{day}`, PLACE, { as: clerk });
  await ask(`POST ${AT}/reconciliations/{day}`, PLACE, { as: administrator });
  await ask('GET /payment/reconciliations/{day}', PLACE, { as: authority });
  await ask(`GET ${MERCHANT}/reconciliations/{day}`, PLACE, { as: authority });
  await ask(`POST ${MERCHANT}/reconciliations/{day}`, PLACE, { as: authority });
  for (const listId of [HOSPITAL, merchantList(PLACE.mchid)]) {
    const work = {
      workItemId: 'bill-1',
      listId,
      kind: 'BILL_REMOTE_ONLY',
      mchid: PLACE.mchid,
      theirFen: 1,
    } as const;
    await scene.deps.table.transact([openWork(scene.deps, work)]);
  }
  const body = { note: '已核实' };
  await ask(`GET ${AT}/work-items`, PLACE, { as: clerk });
  await ask(
    `POST ${AT}/work-items/{workItemId}/resolve`,
    { ...PLACE, workItemId: 'bill-1' },
    { as: clerk, body },
  );
  await ask(`GET ${MERCHANT}/work-items`, PLACE, { as: authority });
  await ask(
    `POST ${MERCHANT}/work-items/{workItemId}/resolve`,
    { ...PLACE, workItemId: 'bill-1' },
    { as: authority, body },
  );
}
