import { beforeEach, expect, test } from 'vitest';
import { checkSettlement } from '../../../functions/payment/check-settlement.ts';
import { closeSettlement } from '../../../functions/payment/close-settlement.ts';
import { applyRefundState } from '../../../functions/payment/end-refund.ts';
import { launchSettlement } from '../../../functions/payment/launch-settlement.ts';
import { openSettlement } from '../../../functions/payment/open-settlement.ts';
import { policyNow } from '../../../functions/payment/payment-deps.ts';
import { receivePayment } from '../../../functions/payment/receive-payment.ts';
import { askRefund } from '../../../functions/payment/request-refund.ts';
import { confirmRefund, retryRefund } from '../../../functions/payment/retry-refund.ts';
import { type Refund, refunds, type Settlement, settlements } from '../../../functions/payment/store.ts';
import { chargeLockKey, demandRefund, readChargeLock } from '../../../shared/charges/charge-lock.ts';
import { CHARGE_LINK } from '../../../shared/data/carried.ts';
import {
  ACCOUNT,
  APPID,
  atTheWindow,
  foreignCharge,
  HOSPITAL,
  ME,
  MERCHANTS,
  MINUTE,
  opened,
  type PaymentScene,
  payerPays,
  paymentScene,
  SILENCE,
  settlementNow,
} from './scene.ts';

/** DynamoDB answers a plain read with what was a moment ago; here it always does, by half a minute. */

const LAB = { owner: 'laboratory', chargeId: 'lab-1' };

let scene: PaymentScene;

beforeEach(async () => {
  const lag = (read: string): number => (read === 'item' ? MINUTE / 2 : 0);
  scene = await paymentScene({ stale: { lag, maxLag: MINUTE } });
  // What was set up is to be seen.
  scene.deps.clock.advance(MINUTE);
  await foreignCharge(scene, LAB);
});

function askedFor(): Promise<{ readonly settlement: Settlement; readonly prepayId: string }> {
  return opened(scene, [{ patientId: ME, appointmentId: LAB.chargeId } as never]);
}

async function paid(): Promise<Settlement> {
  const { settlement, prepayId } = await askedFor();
  await payerPays(scene, prepayId);
  await scene.standIn.agenda.runDue();
  return settlementNow(scene, settlement);
}

async function askedBack({ settlementId }: Settlement): Promise<Refund> {
  const request = { chargeId: LAB.chargeId, key: 'one', reason: '项目未做', by: 'acc-clerk' };
  const refund = await askRefund(scene.deps, settlementId, request);
  if (refund === undefined) throw new Error('nothing is left to give back');
  return refund;
}

async function statusOf(refund: Refund): Promise<string | undefined> {
  return (await refunds.get(scene.deps.table, refund, { consistent: true }))?.status;
}

const decidingOn = ({ settlementId, refundNo }: Refund) => ({
  settlementId,
  refundNo,
  institutionId: HOSPITAL,
  accountId: 'acc-clerk',
});

test('what was opened just now is launched, paid and given back', async () => {
  const settlement = await paid();
  expect(settlement.status).toBe('PAID');
  const refund = await askedBack(settlement);
  expect(await askedBack(settlement)).toMatchObject(refund);
  await scene.sweep();
  expect(await statusOf(refund)).toBe('PROCESSING');
  await applyRefundState(scene.deps, refund, 'SUCCESS', undefined);
  expect(await statusOf(refund)).toBe('SUCCESS');
});

/** The owner has brought its item in line with a charge that is paid. */
async function ownerHears(): Promise<void> {
  const key = { pk: `laboratory#order#${LAB.chargeId}`, sk: 'order' };
  await scene.deps.table.update(key, { set: { 'charge.status': 'PAID' }, remove: CHARGE_LINK });
}

test('a repeat is answered with what was paid just now, though nothing is owed any more', async () => {
  const request = { patientId: ME, chargeIds: [LAB.chargeId], accountId: ACCOUNT, requestKey: 'one' };
  const settlement = await openSettlement(scene.deps, request);
  await launchSettlement(scene.deps, settlement);
  const paidNow = { appid: APPID, mchid: MERCHANTS.hospital, paidAt: settlement.openedAt };
  const orders = settlement.orders.map((order) => ({ ...order, transactionId: 'wx-1' }));
  const given = orders.map((order) => ({ ...order, paidAt: paidNow.paidAt }));
  await receivePayment(scene.deps, settlement.settlementId, { ...paidNow, orders: given });
  await ownerHears();
  expect(await openSettlement(scene.deps, request)).toMatchObject({ ...settlement, status: 'PAID', orders });
});

test('a repeat is answered with what the window took just now', async () => {
  const settlement = await atTheWindow(scene, [LAB.chargeId]);
  await ownerHears();
  expect(await atTheWindow(scene, [LAB.chargeId])).toMatchObject(settlement);
});

test('what comes late just now goes back', async () => {
  const { settlement, prepayId } = await askedFor();
  scene.standIn.knobs.set({ lost: 1 });
  await payerPays(scene, prepayId);
  const { settlementId, orders } = settlement;
  await scene.deps.table.update(settlements.key(settlementId), { set: { status: 'CLOSED' } });
  await scene.deps.table.update(chargeLockKey(LAB), { set: { status: 'WITHDRAWN' } });
  const given = orders.map((order) => ({ ...order, paidAt: settlement.payBy, transactionId: 'wx-1' }));
  const late = { appid: APPID, mchid: MERCHANTS.hospital, paidAt: settlement.payBy, orders: given };
  expect(await receivePayment(scene.deps, settlementId, late)).toMatchObject({
    late: 'GIVEN_BACK',
    lines: [{ refundAskedFen: 15_050 }],
  });
});

test('what was opened just now is asked about', async () => {
  const { settlement, prepayId } = await askedFor();
  scene.standIn.knobs.set({ lost: 1 });
  await payerPays(scene, prepayId);
  scene.deps.clock.advance(15_000);
  await scene.sweep();
  expect((await settlementNow(scene, settlement)).status).toBe('PAID');
});

test('what was opened just now is closed, and answered as closed', async () => {
  const { settlement } = await askedFor();
  expect((await closeSettlement(scene.deps, settlement, 'PAYER')).settlement.status).toBe('CLOSED');
});

test('what was opened just now is given up when its time comes', async () => {
  const { settlement } = await askedFor();
  scene.deps.clock.advance(policyNow(scene.deps).giveUpAfterMinutes * MINUTE + 15 * MINUTE);
  const weChatPay = () => Promise.reject(SILENCE);
  await checkSettlement({ ...scene.deps, weChatPay }, settlements.key(settlement.settlementId));
  expect((await settlementNow(scene, settlement)).closedBecause).toBe('GIVEN_UP');
});

test('what is owed back just now is asked for', async () => {
  const settlement = await paid();
  await scene.deps.table.transact([demandRefund(scene.deps, LAB)]);
  await scene.hear();
  expect((await settlementNow(scene, settlement)).lines).toMatchObject([{ refundAskedFen: 15_050 }]);
  expect((await readChargeLock(scene.deps.table, LAB))?.status).toBe('REFUND_DUE');
});

test('what WeChat closed just now is asked for anew, by two at once the same', async () => {
  const refund = await askedBack(await paid());
  await applyRefundState(scene.deps, refund, 'CLOSED', undefined);
  const next = await retryRefund(scene.deps, decidingOn(refund));
  expect(await retryRefund(scene.deps, decidingOn(refund))).toMatchObject(next);
});

test('what was asked back at the window just now is confirmed', async () => {
  const settlement = await atTheWindow(scene, [LAB.chargeId]);
  const refund = await askedBack(settlement);
  expect((await confirmRefund(scene.deps, decidingOn(refund))).status).toBe('SUCCESS');
});
