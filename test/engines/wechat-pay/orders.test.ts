import { beforeEach, describe, expect, it } from 'vitest';
import type { NewOrder } from '../../../shared/wechat/pay/orders.ts';
import {
  APPID,
  CLINIC,
  clinic,
  DAY,
  HOSPITAL,
  HOUR,
  hospital,
  MINUTE,
  PROVIDER,
  paid,
  payScene,
  placed,
  type Scene,
  TOWNSHIP,
  township,
} from './scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await payScene();
});

const now = () => new Date(scene.clock.now());
const later = (ms: number) => new Date(scene.clock.now() + ms).toISOString();

describe('an order', () => {
  it('is unpaid, then paid by its payer, with one notification', async () => {
    const { prepayId } = await placed(scene);
    const wechat = scene.client(HOSPITAL);
    const number = { outTradeNo: 'A-0001' };
    expect(await wechat.queryOrder(hospital, number)).toMatchObject({ state: 'NOTPAY' });
    expect(await scene.standIn.payer.pay(prepayId)).toMatchObject({ outcome: 'PAID' });
    const trade = await wechat.queryOrder(hospital, number);
    expect(trade).toEqual({
      appid: APPID,
      mchid: HOSPITAL,
      outTradeNo: 'A-0001',
      state: 'SUCCESS',
      transactionId: expect.stringMatching(/^4200\d{24}$/),
      paidAt: now().toISOString(),
      payerOpenid: 'o-payer',
      totalFen: 1250,
      payerTotalFen: 1250,
    });
    expect(await scene.standIn.agenda.runDue()).toBe(1);
    expect(scene.came).toMatchObject([{ mchid: HOSPITAL, status: 204 }]);
    expect(scene.came[0]?.notification).toEqual({ kind: 'PAID', id: expect.any(String), trade });
    const transactionId = trade !== undefined && 'transactionId' in trade ? trade.transactionId : '';
    expect(await wechat.queryOrder(hospital, { transactionId })).toEqual(trade);
  });

  it('is unknown to whom it does not belong', async () => {
    await placed(scene);
    expect(await scene.client(CLINIC).queryOrder(clinic, { outTradeNo: 'A-0001' })).toBeUndefined();
    expect(await scene.client(HOSPITAL).queryOrder(hospital, { outTradeNo: 'A-0002' })).toBeUndefined();
    expect(await scene.client(HOSPITAL).closeOrder(hospital, 'A-0002')).toBe('UNKNOWN');
  });

  it('placed once more is the same, under another prepay id', async () => {
    const one = await placed(scene);
    const two = await placed(scene);
    expect(two.prepayId).not.toBe(one.prepayId);
    expect(await scene.standIn.payer.pay(one.prepayId)).toMatchObject({ outcome: 'PAID' });
    expect(await scene.standIn.payer.pay(two.prepayId)).toEqual({
      outcome: 'REFUSED',
      reason: 'ALREADY_PAID',
    });
    expect(await scene.client(HOSPITAL).prepay(hospital, newOrder())).toEqual({ status: 'PAID' });
  });

  it.each<[string, Partial<NewOrder>]>([
    ['amount', { totalFen: 1251 }],
    ['description', { description: '检查费' }],
    ['payer', { payerOpenid: 'o-other' }],
    ['address', { notifyUrl: 'https://example.org/other' }],
    ['time', { payBy: '2026-11-24T00:00:00.000Z' }],
  ])('placed once more with another %s is refused', async (_, change) => {
    await placed(scene);
    const call = scene.client(HOSPITAL).prepay(hospital, { ...newOrder(), ...change });
    await expect(call).rejects.toMatchObject({ fault: 'REFUSED', code: 'INVALID_REQUEST', status: 400 });
  });

  it('that was closed stays closed', async () => {
    const { prepayId } = await placed(scene);
    const wechat = scene.client(HOSPITAL);
    expect(await wechat.closeOrder(hospital, 'A-0001')).toBe('UNPAYABLE');
    expect(await wechat.closeOrder(hospital, 'A-0001')).toBe('UNPAYABLE');
    expect(await wechat.queryOrder(hospital, { outTradeNo: 'A-0001' })).toMatchObject({ state: 'CLOSED' });
    expect(await wechat.prepay(hospital, newOrder())).toEqual({ status: 'CLOSED' });
    expect(await scene.standIn.payer.pay(prepayId)).toEqual({ outcome: 'REFUSED', reason: 'CLOSED' });
  });

  it('that is paid is not closed', async () => {
    await paid(scene);
    expect(await scene.client(HOSPITAL).closeOrder(hospital, 'A-0001')).toBe('PAID');
  });

  it('of a mini-program that is not bound to the merchant is refused', async () => {
    const call = scene.client(HOSPITAL).prepay({ mode: 'direct', appid: 'wx9', mchid: HOSPITAL }, newOrder());
    await expect(call).rejects.toMatchObject({ code: 'APPID_MCHID_NOT_MATCH' });
  });
});

describe('time', () => {
  it('ends a prepay id after two hours, not the order', async () => {
    const { prepayId } = await placed(scene);
    scene.clock.pass(2 * HOUR - 1);
    const fresh = await placed(scene);
    scene.clock.pass(1);
    expect(await scene.standIn.payer.pay(prepayId)).toEqual({
      outcome: 'REFUSED',
      reason: 'PREPAY_EXPIRED',
    });
    expect(await scene.standIn.payer.pay(fresh.prepayId)).toMatchObject({ outcome: 'PAID' });
  });

  it('ends paying, and closes nothing', async () => {
    const { prepayId } = await placed(scene, hospital, { payBy: later(15 * MINUTE) });
    scene.clock.pass(15 * MINUTE);
    expect(await scene.standIn.payer.pay(prepayId)).toEqual({ outcome: 'REFUSED', reason: 'OVERDUE' });
    const wechat = scene.client(HOSPITAL);
    expect(await wechat.queryOrder(hospital, { outTradeNo: 'A-0001' })).toMatchObject({ state: 'NOTPAY' });
    expect(await wechat.closeOrder(hospital, 'A-0001')).toBe('UNPAYABLE');
  });

  it('gives no new prepay id when it has run out', async () => {
    const payBy = later(15 * MINUTE);
    await placed(scene, hospital, { payBy });
    scene.clock.pass(15 * MINUTE);
    const call = scene.client(HOSPITAL).prepay(hospital, { ...newOrder(), payBy });
    await expect(call).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it.each([
    ['in the past', -HOUR, MINUTE],
    ['in half a minute', 30_000, MINUTE],
    ['in a minute', MINUTE, MINUTE],
    ['in ninety days', 90 * DAY, 90 * DAY],
    ['in ninety-one days', 91 * DAY, 90 * DAY],
  ])('%s becomes one that WeChat takes', async (_, asked, given) => {
    await placed(scene, hospital, { payBy: later(asked) });
    const order = scene.standIn.desk.books.get('order', `${HOSPITAL}|A-0001`);
    expect(order?.payableUntil).toBe(scene.clock.now() + given);
  });

  it('closes an order without a time after seven days', async () => {
    await placed(scene);
    const wechat = scene.client(HOSPITAL);
    scene.clock.pass(7 * DAY - 1);
    const fresh = await placed(scene);
    expect(await wechat.queryOrder(hospital, { outTradeNo: 'A-0001' })).toMatchObject({ state: 'NOTPAY' });
    scene.clock.pass(1);
    expect(await wechat.queryOrder(hospital, { outTradeNo: 'A-0001' })).toMatchObject({ state: 'CLOSED' });
    expect(await scene.standIn.payer.pay(fresh.prepayId)).toEqual({ outcome: 'REFUSED', reason: 'CLOSED' });
  });
});

describe('the payer', () => {
  it('opens the cashier with launch parameters that the merchant signed', async () => {
    const { prepayId } = await placed(scene);
    const launch = scene.client(HOSPITAL).launch(hospital, prepayId);
    const stolen = { ...launch, package: `prepay_id=${(await placed(scene, clinic)).prepayId}` };
    expect(await scene.standIn.payer.requestPayment({ ...launch, nonceStr: 'x' })).toMatchObject({
      reason: 'LAUNCH_SIGNATURE',
    });
    expect(await scene.standIn.payer.requestPayment(stolen)).toMatchObject({ reason: 'LAUNCH_SIGNATURE' });
    expect(await scene.standIn.payer.requestPayment(launch)).toMatchObject({ outcome: 'PAID' });
  });

  it('is the one the order was placed for', async () => {
    const { prepayId } = await placed(scene);
    expect(await scene.standIn.payer.pay(prepayId, 'o-other')).toMatchObject({ reason: 'OTHER_PAYER' });
    expect(await scene.standIn.payer.pay(prepayId, 'o-payer')).toMatchObject({ outcome: 'PAID' });
  });

  it('may leave, which changes nothing and tells nobody', async () => {
    const { prepayId } = await placed(scene);
    expect(scene.standIn.payer.cancel(prepayId)).toEqual({ outcome: 'CANCELLED' });
    const trade = scene.client(HOSPITAL).queryOrder(hospital, { outTradeNo: 'A-0001' });
    expect(await trade).toMatchObject({ state: 'NOTPAY' });
    expect(await scene.standIn.agenda.runDue()).toBe(0);
    expect(await scene.standIn.payer.pay(prepayId)).toMatchObject({ outcome: 'PAID' });
  });

  it('has a prepay id that somebody gave out', async () => {
    expect(await scene.standIn.payer.pay('wx26')).toEqual({
      outcome: 'REFUSED',
      reason: 'UNKNOWN_PREPAY',
    });
  });
});

describe('a payer at the password', () => {
  const number = { outTradeNo: 'A-0001' };

  it('holds the order: neither closed nor paid', async () => {
    const { prepayId } = await placed(scene);
    scene.standIn.knobs.set({ userPaying: 1 });
    expect(await scene.standIn.payer.pay(prepayId)).toEqual({ outcome: 'USERPAYING' });
    const wechat = scene.client(HOSPITAL);
    expect(await wechat.queryOrder(hospital, number)).toMatchObject({ state: 'USERPAYING' });
    expect(await wechat.closeOrder(hospital, 'A-0001')).toBe('PAYING');
  });

  it('can still pay when the time has run out', async () => {
    const { prepayId } = await placed(scene, hospital, { payBy: later(15 * MINUTE) });
    scene.standIn.knobs.set({ userPaying: 1 });
    await scene.standIn.payer.pay(prepayId);
    scene.clock.pass(HOUR);
    expect(await scene.standIn.payer.finish(prepayId, true)).toMatchObject({ outcome: 'PAID' });
    expect(await scene.client(HOSPITAL).queryOrder(hospital, number)).toMatchObject({ state: 'SUCCESS' });
  });

  it('can give up, and then it can be closed', async () => {
    const { prepayId } = await placed(scene);
    scene.standIn.knobs.set({ userPaying: 1 });
    await scene.standIn.payer.pay(prepayId);
    expect(await scene.standIn.payer.finish(prepayId, false)).toEqual({ outcome: 'CANCELLED' });
    expect(await scene.standIn.payer.finish(prepayId, true)).toMatchObject({ reason: 'NOT_PAYING' });
    expect(await scene.client(HOSPITAL).closeOrder(hospital, 'A-0001')).toBe('UNPAYABLE');
  });
});

describe("a service provider's order", () => {
  it('is placed, paid, told and asked for under both numbers', async () => {
    await paid(scene, township);
    const trade = await scene.client(PROVIDER).queryOrder(township, { outTradeNo: 'A-0001' });
    expect(trade).toMatchObject({ mchid: PROVIDER, subMchid: TOWNSHIP, state: 'SUCCESS' });
    expect(scene.came).toMatchObject([{ mchid: PROVIDER, notification: { kind: 'PAID', trade } }]);
  });

  it('is closed under both numbers', async () => {
    await placed(scene, township);
    expect(await scene.client(PROVIDER).closeOrder(township, 'A-0001')).toBe('UNPAYABLE');
  });

  it('is not placed for a merchant that is not its own', async () => {
    const foreign = { ...township, subMchid: CLINIC };
    const call = scene.client(PROVIDER).prepay(foreign, newOrder());
    await expect(call).rejects.toMatchObject({ code: 'NO_AUTH', status: 403 });
  });
});

describe('a call', () => {
  const target = '/v3/pay/transactions/out-trade-no/A-0001';

  async function asked(change: { headers?: Record<string, string>; query?: string; clockOffset?: number }) {
    const { signedHeader } = await import('../../../shared/wechat/pay/client.ts');
    const url = new URL(`${scene.standIn.url}${target}?mchid=${HOSPITAL}`);
    const connection = scene.connection(HOSPITAL);
    const clock = { now: () => scene.clock.now() + (change.clockOffset ?? 0) };
    const authorization = signedHeader({ ...connection, clock }, { method: 'GET', url, body: '' });
    if (change.query !== undefined) url.search = change.query;
    return fetch(url, { headers: { accept: 'application/json', authorization, ...change.headers } });
  }

  it('is taken within five minutes, and refused outside of them', async () => {
    await placed(scene);
    const statuses = async (offsets: number[]) =>
      Promise.all(offsets.map(async (clockOffset) => (await asked({ clockOffset })).status));
    expect(await statuses([0, 5 * MINUTE, -5 * MINUTE])).toEqual([200, 200, 200]);
    expect(await statuses([5 * MINUTE + 1_000, -5 * MINUTE - 1_000])).toEqual([401, 401]);
  });

  it.each([
    ['no signature', { headers: { authorization: '' } }],
    ['another scheme', { headers: { authorization: 'Bearer x' } }],
    ['another query than was signed', { query: `mchid=${HOSPITAL}&x=1` }],
  ])('with %s is refused', async (_, change) => {
    await placed(scene);
    const response = await asked(change);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'SIGN_ERROR' });
  });

  it.each(['mchid', 'nonce_str', 'timestamp', 'serial_no', 'signature'])(
    'with another %s than was signed is refused',
    async (field) => {
      const { signedHeader } = await import('../../../shared/wechat/pay/client.ts');
      const url = new URL(`${scene.standIn.url}${target}?mchid=${HOSPITAL}`);
      const header = signedHeader(scene.connection(HOSPITAL), { method: 'GET', url, body: '' });
      const authorization = header.replace(new RegExp(`${field}="(.)`), (_, first) => {
        return `${field}="${first === '1' ? '2' : '1'}`;
      });
      expect(authorization).not.toBe(header);
      const response = await fetch(url, { headers: { accept: 'application/json', authorization } });
      expect(response.status).toBe(401);
    },
  );

  it('to an address that is none is answered so, signed', async () => {
    const { callPay } = await import('../../../shared/wechat/pay/client.ts');
    const call = { api: 'GET /v3/x', method: 'GET', path: '/v3/x', answer: 'nothing' } as const;
    await expect(callPay(scene.connection(HOSPITAL), { ...call, repeatable: true })).rejects.toMatchObject({
      fault: 'REFUSED',
      code: 'RESOURCE_NOT_EXISTS',
    });
  });
});

function newOrder(): NewOrder {
  return {
    outTradeNo: 'A-0001',
    description: '挂号费, 内科',
    totalFen: 1250,
    payerOpenid: 'o-payer',
    notifyUrl: scene.notifyUrl(HOSPITAL),
  };
}
