import { beforeEach, describe, expect, test } from 'vitest';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { payment } from '../../../functions/payment/context.ts';
import type { Settlement } from '../../../functions/payment/store.ts';
import { workItems } from '../../../functions/payment/worklist.ts';
import { readChargeLock } from '../../../shared/charges/charge-lock.ts';
import { type Answer, type Door, door, staff } from '../booking/door.ts';
import {
  appointmentNow,
  CLINIC,
  foreignCharge,
  HOSPITAL,
  heldAppointment,
  ME,
  MERCHANTS,
  MINUTE,
  opened,
  type PaymentScene,
  payerPays,
  paymentScene,
  settlementNow,
} from './scene.ts';

const DAY = 24 * 60 * MINUTE;

let scene: PaymentScene;
let ask: Door;
let clerk: string;
let clinicClerk: string;

beforeEach(async () => {
  scene = await paymentScene();
  ask = door(scene.deps, payment);
  clerk = await staff(scene.deps, 'acc-clerk', ['clerk'], { institutionId: HOSPITAL });
  clinicClerk = await staff(scene.deps, 'acc-clinic', ['clerk'], { institutionId: CLINIC });
});

/** An examination of 100 yuan that is paid for online. */
async function paidExamination(chargeId = 'lab-1'): Promise<Settlement> {
  const { payeeId } = await foreignCharge(scene, { owner: 'laboratory', chargeId, amountFen: 10_000 });
  expect(payeeId).toBe(HOSPITAL);
  const { settlement, prepayId } = await opened(scene, [{ patientId: ME, appointmentId: chargeId } as never]);
  expect(await payerPays(scene, prepayId)).toBe('PAID');
  await scene.pass(MINUTE);
  return settlementNow(scene, settlement);
}

interface RefundShown {
  readonly refundNo: string;
  readonly status: string;
  readonly amountFen: number;
}

async function refund(
  { settlementId }: Pick<Settlement, 'settlementId'>,
  amountFen: number,
  more: { key?: string; as?: string; at?: string; chargeId?: string } = {},
): Promise<Answer> {
  const { key, as = clerk, at = HOSPITAL, chargeId = 'lab-1' } = more;
  const path = `/payment/institutions/${at}/settlements/${settlementId}/refunds`;
  const asking = { as, body: { chargeId, amountFen, reason: '部分项目未做' } };
  return ask('POST', path, key === undefined ? asking : { ...asking, key });
}

async function refunded(settlement: Settlement, amountFen: number): Promise<RefundShown> {
  const answer = await refund(settlement, amountFen);
  expect(answer.status).toBe(201);
  return (answer.body as { refund: RefundShown }).refund;
}

async function shown({ settlementId }: Settlement): Promise<readonly RefundShown[]> {
  const path = `/payment/institutions/${HOSPITAL}/settlements/${settlementId}`;
  return ((await ask('GET', path, { as: clerk })).body as { refunds: RefundShown[] }).refunds;
}

async function decide({ settlementId }: Settlement, { refundNo }: RefundShown, step: 'confirm' | 'retry') {
  const path = `/payment/institutions/${HOSPITAL}/settlements/${settlementId}/refunds/${refundNo}/${step}`;
  return ask('POST', path, { as: clerk });
}

const lockOf = (chargeId = 'lab-1') => readChargeLock(scene.deps.table, { owner: 'laboratory', chargeId });
const workOf = ({ refundNo }: RefundShown) =>
  workItems.get(scene.deps.table, { listId: HOSPITAL, workItemId: `refund-${refundNo}` });
/** What WeChat's books say went back. */
const atWeChat = () => [...scene.standIn.desk.books.all('refund').values()];

describe('a partial refund', () => {
  test('gives back a part; the charge stays paid until nothing of it is left', async () => {
    const settlement = await paidExamination();
    await refunded(settlement, 3_000);
    await scene.pass(2 * MINUTE);
    expect(await settlementNow(scene, settlement)).toMatchObject({
      lines: [{ refundAskedFen: 3_000, refundedFen: 3_000 }],
    });
    expect((await lockOf())?.status).toBe('PAID');
    await refunded(settlement, 7_000);
    await scene.pass(3 * MINUTE);
    expect((await lockOf())?.status).toBe('REFUNDED');
    expect((await shown(settlement)).map(({ status }) => status)).toEqual(['SUCCESS', 'SUCCESS']);
  });

  test('gives back all that is left and not a fen more', async () => {
    const settlement = await paidExamination();
    await refunded(settlement, 9_999);
    expect(await refund(settlement, 2)).toMatchObject({ status: 422, code: 'REFUND_TOO_MUCH' });
    expect((await refund(settlement, 1)).status).toBe(201);
    expect(await refund(settlement, 1)).toMatchObject({ status: 422, code: 'REFUND_TOO_MUCH' });
    await scene.pass(5 * MINUTE);
    expect(atWeChat().reduce((sum, { refundFen }) => sum + refundFen, 0)).toBe(10_000);
  });

  test.each([0, -1, 1.5])('of %s fen is none', async (amountFen) => {
    const settlement = await paidExamination();
    const answer = await refund(settlement, amountFen);
    expect(answer).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
    expect((answer.body as { fields: unknown[] }).fields[0]).toMatchObject({ in: 'body', path: 'amountFen' });
  });

  test('is asked for until a year has passed, to the millisecond', async () => {
    const settlement = await paidExamination();
    scene.deps.clock.set(settlement.paidAt ?? '');
    scene.deps.clock.advance(365 * DAY + 1);
    const late = await staff(scene.deps, 'acc-clerk', ['clerk'], { institutionId: HOSPITAL });
    expect(await refund(settlement, 1, { as: late })).toMatchObject({ status: 409, code: 'REFUND_TOO_LATE' });
    scene.deps.clock.advance(-1);
    expect((await refund(settlement, 1, { as: late })).status).toBe(201);
  });

  test('is asked for fifty times an order, and not once more', async () => {
    const settlement = await paidExamination();
    for (let times = 0; times < 50; times += 1) await refunded(settlement, 1);
    expect(await refund(settlement, 1)).toMatchObject({ status: 409, code: 'REFUND_TOO_MANY' });
    expect((await settlementNow(scene, settlement)).lines).toMatchObject([{ refundAskedFen: 50 }]);
  });

  test('is not asked for before the money came', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1' });
    const { settlement } = await opened(scene, [{ patientId: ME, appointmentId: 'lab-1' } as never]);
    expect(await refund(settlement, 1)).toMatchObject({ status: 409, code: 'WRONG_STATE' });
  });

  test('by the same request is one refund, under one number', async () => {
    const settlement = await paidExamination();
    const first = await refund(settlement, 4_000, { key: 'one-request' });
    const again = await refund(settlement, 4_000, { key: 'one-request' });
    expect(again.body).toEqual(first.body);
    await scene.pass(2 * MINUTE);
    expect(atWeChat()).toMatchObject([{ refundFen: 4_000 }]);
  });

  test('at the same moment by many never exceeds what was paid', async () => {
    const settlement = await paidExamination();
    const answers = await Promise.all(Array.from({ length: 6 }, () => refund(settlement, 3_000)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(answers.filter(({ code }) => code === 'REFUND_TOO_MUCH')).toHaveLength(3);
  });

  test('of one hospital’s part leaves the other’s alone, and is none of the other’s business', async () => {
    const held = await heldAppointment(scene);
    const lab = await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1', payeeId: CLINIC });
    const { settlement, prepayId } = await opened(scene, [held, { ...held, charge: lab }]);
    await payerPays(scene, prepayId);
    await scene.pass(MINUTE);
    const asHospital = { chargeId: 'lab-1' };
    expect(await refund(settlement, 1, asHospital)).toMatchObject({
      status: 404,
      code: 'SETTLEMENT_NOT_FOUND',
    });
    expect((await refund(settlement, 5_000, { as: clinicClerk, at: CLINIC })).status).toBe(201);
    await scene.pass(2 * MINUTE);
    const seen = async (at: string, as: string) =>
      (await ask('GET', `/payment/institutions/${at}/settlements/${settlement.settlementId}`, { as })).body;
    expect(await seen(HOSPITAL, clerk)).toMatchObject({
      totalFen: 2_000,
      lines: [{ payeeId: HOSPITAL, refundedFen: 0 }],
      refunds: [],
    });
    expect(await seen(CLINIC, clinicClerk)).toMatchObject({
      totalFen: 15_050,
      lines: [{ payeeId: CLINIC, refundedFen: 5_000 }],
      refunds: [{ amountFen: 5_000, status: 'SUCCESS' }],
    });
    expect(atWeChat()).toMatchObject([{ mchid: MERCHANTS.clinic, refundFen: 5_000 }]);
    expect((await appointmentNow(scene, held)).charge?.status).toBe('PAID');
  });

  test('before the visit is called off leaves the rest to be given back', async () => {
    const held = await heldAppointment(scene);
    const { settlement, prepayId } = await opened(scene, [held]);
    await payerPays(scene, prepayId);
    await scene.pass(MINUTE);
    expect((await refund(settlement, 500, { chargeId: held.charge?.chargeId ?? '' })).status).toBe(201);
    await scene.pass(2 * MINUTE);
    await cancelAppointment(scene.deps, held, { doer: { by: 'me' } });
    await scene.pass(3 * MINUTE);
    expect(
      atWeChat()
        .map(({ refundFen }) => refundFen)
        .toSorted(),
    ).toEqual([1_500, 500]);
    expect((await appointmentNow(scene, held)).charge?.status).toBe('REFUNDED');
  });
});

describe('a refund that WeChat does not take at once', () => {
  test.each([
    ['is busy', { busy: 5 }],
    ['has carried it out and answers what cannot be believed', { wrongSignatures: 5 }],
    ['has an empty merchant account', { notEnough: 3 }],
  ])('while it %s is sent again under the same number', async (_, faults) => {
    const settlement = await paidExamination();
    scene.standIn.knobs.set(faults);
    const { refundNo } = await refunded(settlement, 2_500);
    await scene.pass(20 * MINUTE);
    expect(await shown(settlement)).toMatchObject([{ refundNo, status: 'SUCCESS' }]);
    expect(atWeChat()).toMatchObject([{ outRefundNo: refundNo, refundFen: 2_500, state: 'SUCCESS' }]);
    expect(await settlementNow(scene, settlement)).toMatchObject({ lines: [{ refundedFen: 2_500 }] });
  });

  test('and goes on refusing is on the list until it does, and is sent again all the while', async () => {
    const settlement = await paidExamination();
    scene.standIn.knobs.set({ notEnough: 1_000 });
    const asked = await refunded(settlement, 2_500);
    await scene.pass(100 * MINUTE);
    expect(await workOf(asked)).toBeUndefined();
    await scene.pass(20 * MINUTE);
    expect(await workOf(asked)).toMatchObject({ kind: 'REFUND_REFUSED', status: 'OPEN', ourFen: 2_500 });
    expect(await shown(settlement)).toMatchObject([{ status: 'REQUESTED' }]);
    scene.standIn.knobs.set({});
    await scene.pass(65 * MINUTE);
    expect(await shown(settlement)).toMatchObject([{ status: 'SUCCESS' }]);
    const done = { status: 'RESOLVED', resolvedBy: 'system', note: 'WeChat has taken it' };
    expect(await workOf(asked)).toMatchObject(done);
  });

  test('whose notification is lost is found by asking', async () => {
    const settlement = await paidExamination();
    scene.standIn.knobs.set({ lost: 1 });
    await refunded(settlement, 2_500);
    await scene.pass(5 * MINUTE);
    expect(await shown(settlement)).toMatchObject([{ status: 'SUCCESS' }]);
  });
});

describe('a refund that ends otherwise', () => {
  test('ABNORMAL waits on the worklist; mended at WeChat’s desk it is done, and a clerk signs it off', async () => {
    const settlement = await paidExamination();
    scene.standIn.knobs.set({ abnormalRefunds: 1 });
    const asked = await refunded(settlement, 10_000);
    await scene.pass(2 * MINUTE);
    expect(await shown(settlement)).toMatchObject([{ status: 'ABNORMAL' }]);
    expect(await workOf(asked)).toMatchObject({ kind: 'REFUND_ABNORMAL', status: 'OPEN', ourFen: 10_000 });
    expect((await lockOf())?.status).toBe('PAID');
    expect(await decide(settlement, asked, 'retry')).toMatchObject({ status: 409, code: 'WRONG_STATE' });
    scene.standIn.endRefund(MERCHANTS.hospital, asked.refundNo, 'SUCCESS');
    await scene.pass(MINUTE);
    expect(await shown(settlement)).toMatchObject([{ status: 'SUCCESS' }]);
    expect((await lockOf())?.status).toBe('REFUNDED');
    expect(await decide(settlement, asked, 'confirm')).toMatchObject({ status: 200 });
    expect(await workOf(asked)).toMatchObject({ status: 'RESOLVED', resolvedBy: 'acc-clerk' });
  });

  test('CLOSED after it was ABNORMAL waits again, though a clerk had noted the first away', async () => {
    const settlement = await paidExamination();
    scene.standIn.knobs.set({ abnormalRefunds: 1 });
    const asked = await refunded(settlement, 10_000);
    await scene.pass(2 * MINUTE);
    const resolve = `/payment/institutions/${HOSPITAL}/work-items/refund-${asked.refundNo}/resolve`;
    await ask('POST', resolve, { as: clerk, body: { note: '已电话联系患者换卡' } });
    expect(await workOf(asked)).toMatchObject({ kind: 'REFUND_ABNORMAL', status: 'RESOLVED' });
    scene.standIn.endRefund(MERCHANTS.hospital, asked.refundNo, 'CLOSED');
    await scene.pass(MINUTE);
    const list = await ask('GET', `/payment/institutions/${HOSPITAL}/work-items`, { as: clerk });
    const { workItemId } = (await workOf(asked)) ?? {};
    expect(list.body).toEqual({
      items: [expect.objectContaining({ workItemId, kind: 'REFUND_CLOSED', status: 'OPEN' })],
    });
    expect(await workOf(asked)).not.toHaveProperty('resolvedBy');
  });

  test('CLOSED is asked for anew under a number of its own, once', async () => {
    const settlement = await paidExamination();
    scene.standIn.knobs.set({ closedRefunds: 1 });
    const asked = await refunded(settlement, 10_000);
    await scene.pass(2 * MINUTE);
    expect(await shown(settlement)).toMatchObject([{ status: 'CLOSED' }]);
    expect(await workOf(asked)).toMatchObject({ kind: 'REFUND_CLOSED', status: 'OPEN' });
    const [first, second] = [
      await decide(settlement, asked, 'retry'),
      await decide(settlement, asked, 'retry'),
    ];
    expect([first.status, second.status]).toEqual([200, 200]);
    const { refund: next } = first.body as { refund: RefundShown };
    expect(second.body).toMatchObject({ refund: { refundNo: next.refundNo } });
    expect(next.refundNo).not.toBe(asked.refundNo);
    await scene.pass(5 * MINUTE);
    const seen = Object.fromEntries(
      (await shown(settlement)).map(({ refundNo, status }) => [refundNo, status]),
    );
    expect(seen).toEqual({ [asked.refundNo]: 'REPLACED', [next.refundNo]: 'SUCCESS' });
    expect(await settlementNow(scene, settlement)).toMatchObject({
      lines: [{ refundAskedFen: 10_000, refundedFen: 10_000 }],
    });
    expect((await lockOf())?.status).toBe('REFUNDED');
    expect(await workOf(asked)).toMatchObject({ status: 'RESOLVED' });
  });

  test('is decided upon by the institution whose money it is, and by no other', async () => {
    const settlement = await paidExamination();
    scene.standIn.knobs.set({ closedRefunds: 1 });
    const { refundNo } = await refunded(settlement, 10_000);
    await scene.pass(2 * MINUTE);
    const path = `/payment/institutions/${CLINIC}/settlements/${settlement.settlementId}/refunds/${refundNo}/retry`;
    expect(await ask('POST', path, { as: clinicClerk })).toMatchObject({ code: 'REFUND_NOT_FOUND' });
    expect(await shown(settlement)).toMatchObject([{ status: 'CLOSED' }]);
  });
});
