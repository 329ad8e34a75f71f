import { expect, test } from 'vitest';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { closeSettlement } from '../../../functions/payment/close-settlement.ts';
import { refunds } from '../../../functions/payment/store.ts';
import { readChargeLock } from '../../../shared/charges/charge-lock.ts';
import { outcome } from '../booking/scene.ts';
import {
  appointmentNow,
  CLINIC,
  heldAppointment,
  ME,
  MINUTE,
  opened,
  payerPays,
  paymentScene,
  settlementNow,
} from './scene.ts';

test('a payment told by callback books the number and closes the charge', async () => {
  const scene = await paymentScene();
  const held = await heldAppointment(scene);
  const { settlement, prepayId } = await opened(scene, [held]);
  await scene.hear();
  expect((await appointmentNow(scene, held)).status).toBe('PENDING_PAYMENT');
  expect(await payerPays(scene, prepayId)).toBe('PAID');
  await scene.standIn.agenda.runDue();
  await scene.hear();
  expect(await settlementNow(scene, settlement)).toMatchObject({ status: 'PAID', totalFen: 2_000 });
  expect(await appointmentNow(scene, held)).toMatchObject({ status: 'BOOKED', charge: { status: 'PAID' } });
});

test('a payment whose callback is lost is found by asking', async () => {
  const scene = await paymentScene();
  const held = await heldAppointment(scene);
  const { settlement, prepayId } = await opened(scene, [held]);
  scene.standIn.knobs.set({ lost: 1 });
  await payerPays(scene, prepayId);
  await scene.pass(2 * MINUTE);
  expect((await settlementNow(scene, settlement)).status).toBe('PAID');
  expect((await appointmentNow(scene, held)).status).toBe('BOOKED');
});

test('P5: what is not paid in time is closed at WeChat first, and let go then', async () => {
  const scene = await paymentScene();
  const held = await heldAppointment(scene);
  const { settlement, prepayId } = await opened(scene, [held]);
  await scene.pass(20 * MINUTE);
  expect(await settlementNow(scene, settlement)).toMatchObject({
    status: 'CLOSED',
    closedBecause: 'EXPIRED',
  });
  expect((await appointmentNow(scene, held)).status).toBe('EXPIRED');
  expect(await payerPays(scene, prepayId)).toBe('CLOSED');
  expect(
    await readChargeLock(scene.deps.table, { owner: 'booking', chargeId: held.charge?.chargeId ?? '' }),
  ).toMatchObject({
    status: 'WITHDRAWN',
  });
});

test('a paid visit that is called off is refunded once, and the ledger sums up to nothing', async () => {
  const scene = await paymentScene();
  const held = await heldAppointment(scene);
  const { settlement, prepayId } = await opened(scene, [held]);
  await payerPays(scene, prepayId);
  await scene.pass(MINUTE);
  await cancelAppointment(scene.deps, held, { doer: { by: 'me' } });
  await scene.pass(3 * MINUTE);
  const { pk } = refunds.key({ settlementId: settlement.settlementId, refundNo: '' });
  const { items } = await refunds.query(scene.deps.table, { pk, sk: { beginsWith: 'refund#' } });
  expect(items).toMatchObject([{ status: 'SUCCESS', amountFen: 2_000 }]);
  expect((await appointmentNow(scene, held)).charge?.status).toBe('REFUNDED');
  expect(
    await readChargeLock(scene.deps.table, { owner: 'booking', chargeId: held.charge?.chargeId ?? '' }),
  ).toMatchObject({
    status: 'REFUNDED',
  });
});

test('one settlement over two hospitals is one combined order', async () => {
  const scene = await paymentScene();
  const first = await heldAppointment(scene);
  const second = await heldAppointment(scene, ME, {
    institutionId: CLINIC,
    practitionerId: 'doctor2',
    half: 'P',
  });
  const { settlement, prepayId } = await opened(scene, [first, second]);
  expect(settlement.orders).toHaveLength(2);
  await payerPays(scene, prepayId);
  await scene.pass(MINUTE);
  expect(await settlementNow(scene, settlement)).toMatchObject({ status: 'PAID', totalFen: 4_000 });
  for (const each of [first, second]) expect((await appointmentNow(scene, each)).status).toBe('BOOKED');
});

test('a payer who gives up can cancel the number', async () => {
  const scene = await paymentScene();
  const held = await heldAppointment(scene);
  const { settlement } = await opened(scene, [held]);
  expect(await outcome(cancelAppointment(scene.deps, held, { doer: { by: 'me' } }))).toBe(
    'PAYMENT_UNDER_WAY',
  );
  await closeSettlement(scene.deps, settlement, 'PAYER');
  await scene.hear();
  expect((await cancelAppointment(scene.deps, held, { doer: { by: 'me' } })).status).toBe(
    'CANCELLED_BY_PATIENT',
  );
});

test('money that comes after the number went is given back', async () => {
  const scene = await paymentScene();
  const held = await heldAppointment(scene);
  const { settlement, prepayId } = await opened(scene, [held]);
  scene.standIn.knobs.set({ userPaying: 1 });
  expect(await payerPays(scene, prepayId)).toBe('USERPAYING');
  await scene.pass(20 * MINUTE);
  expect((await appointmentNow(scene, held)).status).toBe('PENDING_PAYMENT');
  await scene.pass(25 * 60 * MINUTE);
  expect(await settlementNow(scene, settlement)).toMatchObject({
    status: 'CLOSED',
    closedBecause: 'GIVEN_UP',
  });
  expect((await appointmentNow(scene, held)).status).toBe('EXPIRED');
  await scene.standIn.payer.finish(prepayId, true);
  await scene.pass(3 * MINUTE);
  expect(await settlementNow(scene, settlement)).toMatchObject({
    status: 'PAID',
    late: 'GIVEN_BACK',
    lines: [{ refundedFen: 2_000 }],
  });
});
