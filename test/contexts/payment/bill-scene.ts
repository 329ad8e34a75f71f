import { payment } from '../../../functions/payment/context.ts';
import { postingsOn } from '../../../functions/payment/ledger-queries.ts';
import { merchantList } from '../../../functions/payment/reconcile-merchants.ts';
import {
  type Difference,
  differencesOf,
  type Reconciliation,
  reconciliations,
} from '../../../functions/payment/reconcile-store.ts';
import { refunds, type Settlement } from '../../../functions/payment/store.ts';
import { type WorkItem, workItems } from '../../../functions/payment/worklist.ts';
import type { Day } from '../../../shared/kernel/china-time.ts';
import { createWorker } from '../../../shared/worker.ts';
import { LAMBDA } from '../booking/scene.ts';
import {
  CLINIC,
  foreignCharge,
  HOSPITAL,
  ME,
  MERCHANTS,
  opened,
  type PaymentScene,
  payerPays,
} from './scene.ts';

/** The day the scene begins on, and when its bills are compared. */
export const DAY: Day = '2026-03-02';
export const MORNING_AFTER = '2026-03-03T02:30:00.000Z';

let charges = 0;

/** Claims examinations of so much, each at its institution, and asks WeChat for the order. */
export async function asked(
  scene: PaymentScene,
  fees: readonly { readonly amountFen: number; readonly payeeId?: string }[],
): Promise<{ readonly settlement: Settlement; readonly prepayId: string }> {
  const appointments = [];
  for (const { amountFen, payeeId = HOSPITAL } of fees) {
    charges += 1;
    const chargeId = `examination-${charges}`;
    await foreignCharge(scene, { owner: 'examining', chargeId, amountFen, payeeId });
    appointments.push({ appointmentId: chargeId, patientId: ME } as Parameters<typeof opened>[1][number]);
  }
  return opened(scene, appointments);
}

/** Paid, and told by WeChat. */
export async function paid(
  scene: PaymentScene,
  ...fees: readonly (readonly [amountFen: number, payeeId?: string])[]
): Promise<Settlement> {
  const { settlement, prepayId } = await asked(
    scene,
    fees.map(([amountFen, payeeId]) => ({ amountFen, ...(payeeId === undefined ? {} : { payeeId }) })),
  );
  await payerPays(scene, prepayId);
  await scene.standIn.agenda.runDue();
  await scene.hear();
  return settlement;
}

/** Paid, and we never heard of it. */
export async function paidUnheard(scene: PaymentScene, amountFen: number): Promise<Settlement> {
  const { settlement, prepayId } = await asked(scene, [{ amountFen }]);
  scene.standIn.knobs.set({ lost: 1 });
  await payerPays(scene, prepayId);
  return settlement;
}

/** The schedule fires, and the worker's timers after it. */
export async function compareBills(scene: PaymentScene, at = MORNING_AFTER): Promise<void> {
  if (scene.deps.clock.now() < Date.parse(at)) scene.deps.clock.set(at);
  await createWorker(payment, scene.deps)({ schedule: 'reconcile', at }, LAMBDA);
  await scene.sweep();
}

export async function runOf(
  { deps }: PaymentScene,
  mchid: string = MERCHANTS.hospital,
  day: Day = DAY,
): Promise<Reconciliation> {
  const run = await reconciliations.get(deps.table, { day, mchid }, { consistent: true });
  if (run === undefined) throw new Error('no such reconciliation');
  return run;
}

export function found(
  { deps }: PaymentScene,
  mchid: string = MERCHANTS.hospital,
  day: Day = DAY,
): Promise<readonly Difference[]> {
  return differencesOf(deps.table, { day, mchid });
}

export async function listed({ deps }: PaymentScene, listId = HOSPITAL): Promise<readonly WorkItem[]> {
  const { pk } = workItems.key({ listId, workItemId: '' });
  return (await workItems.query(deps.table, { pk })).items;
}

export async function allListed(scene: PaymentScene): Promise<readonly WorkItem[]> {
  const lists = [HOSPITAL, CLINIC, ...Object.values(MERCHANTS).map(merchantList)];
  return (await Promise.all(lists.map((listId) => listed(scene, listId)))).flat();
}

export function ledgerOf({ deps }: PaymentScene, day: Day = DAY) {
  return postingsOn(deps.table, day);
}

export async function refundsOf({ deps }: PaymentScene, { settlementId }: Settlement) {
  const { pk, sk } = refunds.key({ settlementId, refundNo: '' });
  return (await refunds.query(deps.table, { pk, sk: { beginsWith: sk } })).items;
}
