import { beforeEach, describe, expect, it } from 'vitest';
import {
  APPID,
  CLINIC,
  clinic,
  DAY,
  HOSPITAL,
  hospital,
  MINUTE,
  payScene,
  placed,
  type Scene,
} from './scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await payScene();
});

function combined() {
  return {
    appid: APPID,
    mchid: HOSPITAL,
    combineOutTradeNo: 'C-0001',
    payerOpenid: 'o-payer',
    notifyUrl: scene.notifyUrl(HOSPITAL),
    subOrders: [
      { mchid: HOSPITAL, outTradeNo: 'S-0001', attach: 'charge-1', description: '挂号费', totalFen: 1250 },
      { mchid: CLINIC, outTradeNo: 'S-0002', attach: 'charge-2', description: '检查费', totalFen: 9900 },
    ],
  };
}

async function prepayId(): Promise<string> {
  const outcome = await scene.client(HOSPITAL).prepayCombined(combined());
  if (outcome.status !== 'READY') throw new Error(outcome.status);
  return outcome.prepayId;
}

describe('a combined order', () => {
  it('is paid at once to two payees, with one notification', async () => {
    const prepay = await prepayId();
    const wechat = scene.client(HOSPITAL);
    expect(await wechat.queryCombined('C-0001')).toMatchObject({
      isPaid: false,
      subOrders: [{ state: 'NOTPAY' }, { state: 'NOTPAY' }],
    });
    const launch = wechat.launch(APPID, prepay);
    expect(await scene.standIn.payer.requestPayment(launch)).toMatchObject({ outcome: 'PAID' });
    await scene.standIn.agenda.runDue();
    const trade = await wechat.queryCombined('C-0001');
    expect(trade).toMatchObject({
      isPaid: true,
      payerOpenid: 'o-payer',
      subOrders: [
        { mchid: HOSPITAL, outTradeNo: 'S-0001', totalFen: 1250, state: 'SUCCESS' },
        { mchid: CLINIC, outTradeNo: 'S-0002', totalFen: 9900, state: 'SUCCESS' },
      ],
    });
    expect(scene.came).toMatchObject([
      { mchid: HOSPITAL, status: 204, notification: { kind: 'COMBINED_PAID', trade } },
    ]);
  });

  it('is closed as a whole, and only as the whole that was placed', async () => {
    const prepay = await prepayId();
    const wechat = scene.client(HOSPITAL);
    const half = { ...combined(), subOrders: combined().subOrders.slice(0, 1) };
    await expect(wechat.closeCombined(half)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    expect(await wechat.closeCombined(combined())).toBe('UNPAYABLE');
    expect(await wechat.closeCombined(combined())).toBe('UNPAYABLE');
    expect(await wechat.queryCombined('C-0001')).toMatchObject({
      isPaid: false,
      subOrders: [{ state: 'CLOSED' }, { state: 'CLOSED' }],
    });
    expect(await scene.standIn.payer.pay(prepay)).toMatchObject({ reason: 'CLOSED' });
    expect(await wechat.prepayCombined(combined())).toEqual({ status: 'CLOSED' });
  });

  it('that is paid is not closed, and not placed again', async () => {
    await scene.standIn.payer.pay(await prepayId());
    expect(await scene.client(HOSPITAL).closeCombined(combined())).toBe('PAID');
    expect(await scene.client(HOSPITAL).prepayCombined(combined())).toEqual({ status: 'PAID' });
  });

  it('whose payer is at the password holds all its parts', async () => {
    const prepay = await prepayId();
    scene.standIn.knobs.set({ userPaying: 1 });
    await scene.standIn.payer.pay(prepay);
    expect(await scene.client(HOSPITAL).closeCombined(combined())).toBe('PAYING');
    expect(await scene.standIn.payer.finish(prepay, true)).toMatchObject({ outcome: 'PAID' });
    expect(await scene.client(HOSPITAL).queryCombined('C-0001')).toMatchObject({ isPaid: true });
  });

  it('placed once more is the same, and with another part it is refused', async () => {
    const one = await prepayId();
    expect(await prepayId()).not.toBe(one);
    const [first, second] = combined().subOrders;
    if (first === undefined || second === undefined) throw new Error('two parts');
    const other = { ...combined(), subOrders: [first, { ...second, totalFen: 1 }] };
    const call = scene.client(HOSPITAL).prepayCombined(other);
    await expect(call).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('takes no number that a payee used before', async () => {
    await placed(scene, clinic, { outTradeNo: 'S-0002' });
    const call = scene.client(HOSPITAL).prepayCombined(combined());
    await expect(call).rejects.toMatchObject({ code: 'OUT_TRADE_NO_USED' });
    expect(await scene.client(HOSPITAL).queryCombined('C-0001')).toBeUndefined();
  });

  it('is not touched by the calls for plain orders', async () => {
    await prepayId();
    const wechat = scene.client(HOSPITAL);
    const query = wechat.queryOrder(hospital, { outTradeNo: 'S-0001' });
    await expect(query).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    const close = wechat.closeOrder(hospital, 'S-0001');
    await expect(close).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('closes by itself after seven days, with all its parts', async () => {
    await prepayId();
    scene.clock.pass(7 * DAY);
    expect(await scene.client(HOSPITAL).queryCombined('C-0001')).toMatchObject({
      subOrders: [{ state: 'CLOSED' }, { state: 'CLOSED' }],
    });
  });

  it('is refunded one part at a time, by the merchant of that part', async () => {
    await scene.standIn.payer.pay(await prepayId());
    const refund = {
      outTradeNo: 'S-0002',
      outRefundNo: 'R-1',
      refundFen: 9900,
      totalFen: 9900,
      notifyUrl: scene.notifyUrl(CLINIC),
    };
    const foreign = scene.client(HOSPITAL).refund(hospital, refund);
    await expect(foreign).rejects.toMatchObject({ code: 'RESOURCE_NOT_EXISTS' });
    expect(await scene.client(CLINIC).refund(clinic, refund)).toMatchObject({ state: 'PROCESSING' });
    await scene.pass(MINUTE);
    expect(scene.came.map(({ mchid, notification }) => [mchid, notification?.kind])).toEqual([
      [HOSPITAL, 'COMBINED_PAID'],
      [CLINIC, 'REFUND'],
    ]);
    expect(await scene.client(HOSPITAL).queryCombined('C-0001')).toMatchObject({
      isPaid: true,
      subOrders: [{ state: 'SUCCESS' }, { state: 'REFUND' }],
    });
  });
});
