import { beforeEach, describe, expect, it } from 'vitest';
import {
  CLINIC,
  clinic,
  DAY,
  HOSPITAL,
  hospital,
  MINUTE,
  PROVIDER,
  paid,
  payScene,
  placed,
  type Scene,
  SECOND,
  township,
} from './scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await payScene();
});

function asking(
  change: { outRefundNo?: string; refundFen?: number; totalFen?: number; reason?: string } = {},
) {
  return {
    outTradeNo: 'A-0001',
    outRefundNo: 'R-1',
    refundFen: 1250,
    totalFen: 1250,
    notifyUrl: scene.notifyUrl(HOSPITAL),
    ...change,
  };
}

const refund = (change = {}) => scene.client(HOSPITAL).refund(hospital, asking(change));

describe('a refund', () => {
  it('is accepted, and a while later with the payer', async () => {
    await paid(scene);
    expect(await refund()).toMatchObject({ state: 'PROCESSING', refundFen: 1250, refundedAt: undefined });
    expect(await scene.client(HOSPITAL).queryOrder(hospital, { outTradeNo: 'A-0001' })).toMatchObject({
      state: 'REFUND',
    });
    await scene.pass(5 * SECOND);
    const ended = await scene.client(HOSPITAL).queryRefund(hospital, 'R-1');
    const refundedAt = new Date(scene.clock.now()).toISOString();
    expect(ended).toMatchObject({ state: 'SUCCESS', refundedAt });
    expect(scene.came.at(-1)?.notification).toMatchObject({
      kind: 'REFUND',
      refund: { outRefundNo: 'R-1', state: 'SUCCESS', refundFen: 1250, refundedAt },
    });
  });

  it('asked for again under its number is the same, before its end and after', async () => {
    await paid(scene);
    const first = await refund();
    expect(await refund()).toEqual(first);
    await scene.pass(MINUTE);
    expect(await refund()).toMatchObject({ refundId: first.refundId, state: 'SUCCESS' });
    expect(scene.standIn.desk.books.get('order', `${HOSPITAL}|A-0001`)).toMatchObject({ refundedFen: 1250 });
  });

  it.each([{ refundFen: 1 }, { reason: '停诊' }])('asked for again with %j is refused', async (change) => {
    await paid(scene);
    await refund();
    await expect(refund(change)).rejects.toMatchObject({ code: 'INVALID_REQUEST', retryable: false });
  });

  it('comes in parts, a minute apart, up to what was paid', async () => {
    await paid(scene);
    await refund({ outRefundNo: 'R-1', refundFen: 1000 });
    await expect(refund({ outRefundNo: 'R-2', refundFen: 250 })).rejects.toMatchObject({
      code: 'FREQUENCY_LIMITED',
      retryable: true,
      outcomeUnknown: false,
    });
    await scene.pass(MINUTE);
    await expect(refund({ outRefundNo: 'R-2', refundFen: 251 })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
    expect(await refund({ outRefundNo: 'R-2', refundFen: 250 })).toMatchObject({ state: 'PROCESSING' });
    await scene.pass(MINUTE);
    await expect(refund({ outRefundNo: 'R-3', refundFen: 1 })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
  });

  it('comes in fifty parts at most', async () => {
    await paid(scene);
    for (let part = 1; part <= 50; part += 1) {
      await refund({ outRefundNo: `R-${part}`, refundFen: 1 });
      await scene.pass(MINUTE);
    }
    await expect(refund({ outRefundNo: 'R-51', refundFen: 1 })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
  }, 60_000);

  it('is possible for a year after the payment', async () => {
    await paid(scene);
    await scene.pass(365 * DAY);
    expect(await refund({ refundFen: 1 })).toMatchObject({ state: 'PROCESSING' });
    await scene.pass(MINUTE);
    await expect(refund({ outRefundNo: 'R-2', refundFen: 1 })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
  });

  it.each([
    ['a total that is not the order’s', { totalFen: 1251 }],
    ['more than was paid', { refundFen: 1251 }],
  ])('with %s is refused, and nothing is written', async (_, change) => {
    await paid(scene);
    await expect(refund(change)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    expect(await scene.client(HOSPITAL).queryRefund(hospital, 'R-1')).toBeUndefined();
    expect(scene.standIn.desk.books.get('order', `${HOSPITAL}|A-0001`)).toMatchObject({
      state: 'SUCCESS',
      refundedFen: 0,
    });
  });

  it('of an unpaid order, an unknown one or another merchant’s is refused', async () => {
    await expect(refund()).rejects.toMatchObject({ code: 'RESOURCE_NOT_EXISTS', status: 404 });
    await placed(scene);
    await expect(refund()).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    await scene.standIn.payer.pay((await placed(scene)).prepayId);
    const foreign = scene.client(CLINIC).refund(clinic, asking());
    await expect(foreign).rejects.toMatchObject({ code: 'RESOURCE_NOT_EXISTS' });
    expect(await scene.client(CLINIC).queryRefund(clinic, 'R-1')).toBeUndefined();
  });

  it('that the account does not cover may be asked for again under its number', async () => {
    await paid(scene);
    scene.standIn.knobs.set({ notEnough: 1 });
    await expect(refund()).rejects.toMatchObject({ code: 'NOT_ENOUGH', status: 403, retryable: true });
    expect(await scene.client(HOSPITAL).queryRefund(hospital, 'R-1')).toBeUndefined();
    expect(await refund()).toMatchObject({ state: 'PROCESSING' });
  });

  it("of a service provider's order names its sub-merchant", async () => {
    await paid(scene, township);
    const wechat = scene.client(PROVIDER);
    const given = { ...asking(), notifyUrl: scene.notifyUrl(PROVIDER) };
    expect(await wechat.refund(township, given)).toMatchObject({ state: 'PROCESSING' });
    await scene.pass(MINUTE);
    expect(await wechat.queryRefund(township, 'R-1')).toMatchObject({ state: 'SUCCESS' });
    expect(scene.came.at(-1)?.notification).toMatchObject({ kind: 'REFUND', refund: { state: 'SUCCESS' } });
  });

  it('without an address tells nobody', async () => {
    await paid(scene);
    const { notifyUrl: _, ...silent } = asking();
    await scene.client(HOSPITAL).refund(hospital, silent);
    await scene.pass(MINUTE);
    expect(scene.came).toHaveLength(1);
    expect(await scene.client(HOSPITAL).queryRefund(hospital, 'R-1')).toMatchObject({ state: 'SUCCESS' });
  });
});

describe('a refund that goes wrong', () => {
  it('is ABNORMAL until a clerk gives the money back by another way', async () => {
    await paid(scene);
    scene.standIn.knobs.set({ abnormalRefunds: 1 });
    await refund();
    await scene.pass(MINUTE);
    expect(await scene.client(HOSPITAL).queryRefund(hospital, 'R-1')).toMatchObject({ state: 'ABNORMAL' });
    expect(await refund()).toMatchObject({ state: 'ABNORMAL' });
    await expect(refund({ outRefundNo: 'R-2', refundFen: 1 })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
    expect(scene.standIn.endRefund(HOSPITAL, 'R-1', 'SUCCESS')).toBe(true);
    expect(scene.standIn.endRefund(HOSPITAL, 'R-1', 'SUCCESS')).toBe(false);
    await scene.standIn.agenda.runDue();
    expect(scene.came.map(({ notification }) => notification)).toMatchObject([
      { kind: 'PAID' },
      { kind: 'REFUND', refund: { state: 'ABNORMAL' } },
      { kind: 'REFUND', refund: { state: 'SUCCESS' } },
    ]);
  });

  it('is CLOSED, and the money can be refunded under another number', async () => {
    await paid(scene);
    scene.standIn.knobs.set({ closedRefunds: 1 });
    await refund();
    await scene.pass(MINUTE);
    expect(scene.came.at(-1)?.notification).toMatchObject({ refund: { state: 'CLOSED' } });
    expect(await refund()).toMatchObject({ state: 'CLOSED' });
    expect(await refund({ outRefundNo: 'R-2' })).toMatchObject({ state: 'PROCESSING' });
    await scene.pass(MINUTE);
    expect(await scene.client(HOSPITAL).queryRefund(hospital, 'R-2')).toMatchObject({ state: 'SUCCESS' });
  });
});
