import { beforeEach, describe, expect, test } from 'vitest';
import { closeSettlement, giveUpIfDue } from '../../../functions/payment/close-settlement.ts';
import { refundSucceeded } from '../../../functions/payment/end-refund.ts';
import { launchSettlement } from '../../../functions/payment/launch-settlement.ts';
import { learnFromWeChat } from '../../../functions/payment/learn-from-wechat.ts';
import { postings, postPayment, postRefund } from '../../../functions/payment/ledger.ts';
import type { PaymentDeps } from '../../../functions/payment/payment-deps.ts';
import { giveBack, receivePayment } from '../../../functions/payment/receive-payment.ts';
import { askRefund } from '../../../functions/payment/request-refund.ts';
import { retryRefund } from '../../../functions/payment/retry-refund.ts';
import type { Paid } from '../../../functions/payment/settlement-at-wechat.ts';
import {
  type Refund,
  refundNoOf,
  refunds,
  type Settlement,
  settlements,
} from '../../../functions/payment/store.ts';
import { takeOnsitePayment } from '../../../functions/payment/take-onsite-payment.ts';
import { workItems } from '../../../functions/payment/worklist.ts';
import {
  chargeLockKey,
  claimCharge,
  demandRefund,
  readChargeLock,
  withdrawCharge,
} from '../../../shared/charges/charge-lock.ts';
import { eventOf, timerOf } from '../../../shared/data/carried.ts';
import type { Table } from '../../../shared/data/table.ts';
import type { WeChatPay } from '../../../shared/wechat/pay/wechat-pay.ts';
import { outcome } from '../booking/scene.ts';
import { asked, paid } from './bill-scene.ts';
import {
  ACCOUNT,
  APPID,
  CLINIC,
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

const NOW = '2026-03-02T00:00:00.000Z';
const LATER = '2026-03-02T00:01:00.000Z';

let scene: PaymentScene;

beforeEach(async () => {
  scene = await paymentScene();
});

/** Two examinations, 100 yuan at the hospital and 50 at the clinic, in one combined order. */
async function askedTwice(): Promise<Settlement> {
  const fees = [{ amountFen: 10_000 }, { amountFen: 5_000, payeeId: CLINIC }];
  return (await asked(scene, fees)).settlement;
}

/** What WeChat says when everything was paid as asked. */
function inFull({ orders }: Settlement, paidAt = LATER): Paid {
  return {
    appid: APPID,
    mchid: MERCHANTS.combining,
    paidAt,
    orders: orders.map(({ outTradeNo, mchid, totalFen }) => ({
      outTradeNo,
      mchid,
      paidAt,
      totalFen,
      transactionId: `wx-${outTradeNo}`,
    })),
  };
}

/** What the stream shows and nobody has heard yet. */
const told = () =>
  scene.pending.splice(0).map((item) => {
    const { type, data } = eventOf(item) ?? {};
    return { type, data };
  });

const changed = ({ lines }: Settlement) =>
  lines.map(({ owner, chargeId }) => ({
    type: `${owner}.charge-changed`,
    data: { chargeId, patientId: ME },
  }));

const locks = async ({ lines }: Settlement) =>
  (await Promise.all(lines.map((line) => readChargeLock(scene.deps.table, line)))).map(
    (lock) => lock?.status,
  );

const ledger = () =>
  scene.deps
    .all()
    .filter(({ pk, sk }) => pk.startsWith('payment#ledger#') && sk.startsWith('posting#'))
    .map((item) => postings.from(item));

const work = () =>
  scene.deps
    .all()
    .filter(({ pk }) => pk.startsWith('payment#worklist#'))
    .map((item) => workItems.from(item));

describe('money that comes', () => {
  test('is taken in whole: settlement, charges and ledger, and told of once', async () => {
    const settlement = await askedTwice();
    const { settlementId, orders, lines } = settlement;
    told();
    const after = await receivePayment(scene.deps, settlementId, inFull(settlement));
    const withNumbers = orders.map((order) => ({ ...order, transactionId: `wx-${order.outTradeNo}` }));
    expect(after).toMatchObject({ status: 'PAID', paidAt: LATER, orders: withNumbers });
    expect(after).not.toHaveProperty('late');
    const stored = await settlementNow(scene, settlement);
    expect(stored).toMatchObject({ ...settlement, status: 'PAID', paidAt: LATER, orders: withNumbers });
    expect(timerOf((await scene.deps.table.get(settlements.key(settlementId))) ?? ({} as never))).toBe(
      undefined,
    );
    expect(await locks(settlement)).toEqual(['PAID', 'PAID']);
    expect(ledger()).toMatchObject([
      {
        pk: 'payment#ledger#2026-03-02',
        postingId: `paid-${settlementId}`,
        kind: 'PAYMENT',
        at: LATER,
        day: '2026-03-02',
        settlementId,
      },
    ]);
    expect(ledger()[0]?.lines).toEqual([
      { account: `provider:${MERCHANTS.hospital}`, fen: 10_000, outTradeNo: orders[0]?.outTradeNo },
      { account: `provider:${MERCHANTS.clinic}`, fen: 5_000, outTradeNo: orders[1]?.outTradeNo },
      {
        account: `payee:${HOSPITAL}`,
        fen: -10_000,
        outTradeNo: orders[0]?.outTradeNo,
        chargeId: lines[0]?.chargeId,
      },
      {
        account: `payee:${CLINIC}`,
        fen: -5_000,
        outTradeNo: orders[1]?.outTradeNo,
        chargeId: lines[1]?.chargeId,
      },
    ]);
    expect(told()).toEqual([
      { type: 'payment.settlement-paid', data: { settlementId, patientId: ME, totalFen: 15_000 } },
      ...changed(settlement),
    ]);
    expect(await receivePayment(scene.deps, settlementId, inFull(settlement, NOW))).toMatchObject({
      paidAt: LATER,
    });
    const another = { ...inFull(settlement), orders: [] };
    expect(await receivePayment(scene.deps, settlementId, another)).toMatchObject({ status: 'PAID' });
    expect([told(), work()]).toEqual([[], []]);
  });

  test('for what we never asked is nobody’s', async () => {
    expect(
      await receivePayment(scene.deps, 'S1', { appid: APPID, mchid: '1', paidAt: NOW, orders: [] }),
    ).toBeUndefined();
  });

  const foreign: readonly (readonly [string, (paid: Paid) => Paid])[] = [
    ['that another merchant has signed for', (paid) => ({ ...paid, mchid: MERCHANTS.hospital })],
    ['in another app', (paid) => ({ ...paid, appid: 'wx00000000elsewhere' })],
    ['to other payees', (paid) => ({ ...paid, orders: paid.orders.map(toThe(MERCHANTS.clinic)) })],
    ['to a sub-merchant', (paid) => ({ ...paid, orders: paid.orders.map(below('1900425777')) })],
  ];
  const toThe = (mchid: string) => (order: Paid['orders'][number]) => ({ ...order, mchid });
  const below = (subMchid: string) => (order: Paid['orders'][number]) => ({ ...order, subMchid });
  test.each(foreign)('%s is nobody’s, whatever its number and sum', async (_, change) => {
    const settlement = await askedTwice();
    const before = JSON.stringify(scene.deps.all());
    const theirs = change(inFull(settlement));
    expect(await receivePayment(scene.deps, settlement.settlementId, theirs)).toBeUndefined();
    expect(JSON.stringify(scene.deps.all())).toBe(before);
  });

  const differing: readonly (readonly [string, (paid: Paid) => Paid['orders'], number])[] = [
    ['less than was asked', ({ orders: [a, b] }) => [a, { ...b, totalFen: 4_999 }] as never, 14_999],
    ['not for every order', ({ orders: [a] }) => [a] as never, 10_000],
    ['for one order more', ({ orders: [a, b] }) => [a, b, { ...b, outTradeNo: 'S1-3' }] as never, 20_000],
    ['the same for another order', ({ orders: [a, b] }) => [a, { ...b, outTradeNo: 'S1' }] as never, 15_000],
    ['each for the other', ({ orders: [a, b] }) => swapped(a, b), 15_000],
  ];
  function swapped(a: Paid['orders'][number] | undefined, b: Paid['orders'][number] | undefined) {
    return [
      { ...a, totalFen: b?.totalFen },
      { ...b, totalFen: a?.totalFen },
    ] as Paid['orders'];
  }
  test.each(differing)('%s changes nothing, and a person hears of it once', async (_, change, theirFen) => {
    const settlement = await askedTwice();
    const { settlementId } = settlement;
    const whole = inFull(settlement);
    const wrong = { ...whole, orders: change(whole) };
    expect(await receivePayment(scene.deps, settlementId, wrong)).toMatchObject(settlement);
    await receivePayment(scene.deps, settlementId, wrong);
    expect((await settlementNow(scene, settlement)).status).toBe('PENDING');
    expect(await locks(settlement)).toEqual(['CLAIMED', 'CLAIMED']);
    expect(ledger()).toEqual([]);
    expect(work()).toMatchObject([
      {
        workItemId: `amount-${settlementId}`,
        listId: HOSPITAL,
        kind: 'AMOUNT_DIFFERS',
        settlementId,
        mchid: MERCHANTS.combining,
        ourFen: 15_000,
        theirFen,
      },
    ]);
    const lines = scene.deps.lines.map(({ level, code, facts }) => ({ level, code, facts }));
    const line = { level: 'error', code: 'PAYMENT_AMOUNT_DIFFERS', facts: { settlementId } };
    expect(lines).toEqual([line, line]);
  });

  /** Something comes before the first transaction: somebody was faster. */
  function overtaken(by: () => Promise<unknown>): PaymentDeps {
    let first = true;
    const transact: Table['transact'] = async (...call) => {
      if (first) {
        first = false;
        await by();
      }
      return scene.deps.table.transact(...call);
    };
    return { ...scene.deps, table: { ...scene.deps.table, transact } };
  }

  test('in the moment in which the settlement is let go is late, and delivered', async () => {
    const settlement = await askedTwice();
    const deps = overtaken(() => closeSettlement(scene.deps, settlement, 'EXPIRED'));
    const after = await receivePayment(deps, settlement.settlementId, inFull(settlement));
    expect(after).toMatchObject({ status: 'PAID', late: 'DELIVERED' });
    expect(await settlementNow(scene, settlement)).toMatchObject({ status: 'PAID', late: 'DELIVERED' });
    expect(await locks(settlement)).toEqual(['PAID', 'PAID']);
  });

  test('twice in the same moment is taken in once', async () => {
    const settlement = await askedTwice();
    const { settlementId } = settlement;
    const deps = overtaken(() => receivePayment(scene.deps, settlementId, inFull(settlement)));
    expect(await receivePayment(deps, settlementId, inFull(settlement, NOW))).toMatchObject({
      status: 'PAID',
      paidAt: LATER,
    });
    expect(ledger()).toHaveLength(1);
  });

  test('and cannot be taken in is not answered as if it had been', async () => {
    const settlement = await askedTwice();
    const transact: Table['transact'] = async () => ({ ok: false, failures: [] });
    const deps = { ...scene.deps, table: { ...scene.deps.table, transact } };
    const received = receivePayment(deps, settlement.settlementId, inFull(settlement));
    await expect(received).rejects.toThrow('money was received and not taken in');
  });

  test('is learned of by asking; nothing is changed while nothing is paid', async () => {
    const { settlement, prepayId } = await asked(scene, [{ amountFen: 300 }]);
    expect(await learnFromWeChat(scene.deps, settlement)).toBe(settlement);
    scene.standIn.knobs.set({ lost: 1 });
    await payerPays(scene, prepayId);
    expect(await learnFromWeChat(scene.deps, settlement)).toMatchObject({ status: 'PAID' });
  });
});

describe('money that comes after the settlement was let go', () => {
  /** One of the two examinations is called off meanwhile. */
  async function calledOff(settlement: Settlement): Promise<void> {
    const [line] = settlement.lines;
    if (line === undefined) throw new Error('no line');
    expect(await scene.deps.table.transact([withdrawCharge({ ...line, patientId: ME })])).toEqual({
      ok: true,
    });
  }

  test('is delivered when everything can still be had', async () => {
    const settlement = await askedTwice();
    await closeSettlement(scene.deps, settlement, 'PAYER');
    told();
    const after = await receivePayment(scene.deps, settlement.settlementId, inFull(settlement));
    expect(after).toMatchObject({ status: 'PAID', late: 'DELIVERED', paidAt: LATER });
    expect(told()).toMatchObject([
      { type: 'payment.settlement-paid', data: { totalFen: 15_000, late: 'DELIVERED' } },
      ...changed(settlement),
    ]);
    expect(await locks(settlement)).toEqual(['PAID', 'PAID']);
    await giveBack(scene.deps, settlement.settlementId);
    expect((await settlementNow(scene, settlement)).lines).toMatchObject([
      { refundAskedFen: 0 },
      { refundAskedFen: 0 },
    ]);
  });

  test('goes back whole when one thing cannot, and no charge is paid or given back by it', async () => {
    const settlement = await askedTwice();
    const { settlementId } = settlement;
    await closeSettlement(scene.deps, settlement, 'PAYER');
    await calledOff(settlement);
    told();
    const after = await receivePayment(scene.deps, settlementId, inFull(settlement));
    expect(after).toMatchObject({ status: 'PAID', late: 'GIVEN_BACK' });
    const [first, ...others] = told();
    expect(first).toMatchObject({ type: 'payment.settlement-paid', data: { late: 'GIVEN_BACK' } });
    expect(others.map(({ type }) => type)).toEqual(['payment.refund-requested', 'payment.refund-requested']);
    expect(after?.lines.map(({ refundAskedFen }) => refundAskedFen)).toEqual([10_000, 5_000]);
    expect(await locks(settlement)).toEqual(['WITHDRAWN', 'OPEN']);
    expect(ledger()).toHaveLength(1);
    const { pk } = settlements.key(settlementId);
    const { items } = await refunds.query(scene.deps.table, { pk, sk: { beginsWith: 'refund#' } });
    // Never another number: what an earlier version of us has asked for must not be asked for again.
    const numbers = settlement.lines.map(({ chargeId }) => refundNoOf(settlementId, chargeId, 'late'));
    expect(items.map(({ refundNo }) => refundNo)).toEqual(numbers.toSorted());
    for (const each of items) {
      expect(each).toMatchObject({ reason: '超时支付退款', requestedBy: 'system', status: 'REQUESTED' });
      await refundSucceeded(scene.deps, each, LATER);
    }
    expect(await locks(settlement)).toEqual(['WITHDRAWN', 'OPEN']);
    await giveBack(scene.deps, settlementId);
    expect(
      (await settlementNow(scene, settlement)).lines.map(({ refundAskedFen }) => refundAskedFen),
    ).toEqual([10_000, 5_000]);
  });

  test('is asked back by the event, if the request that took it in died before', async () => {
    const settlement = await askedTwice();
    await closeSettlement(scene.deps, settlement, 'PAYER');
    await calledOff(settlement);
    const put = scene.deps.table.transact;
    let writes = 0;
    const transact: Table['transact'] = async (...call) => {
      writes += 1;
      // Delivered in vain, taken in to be given back, and no more.
      if (writes > 2) throw new Error('died');
      return put(...call);
    };
    const dying = { ...scene.deps, table: { ...scene.deps.table, transact } };
    await expect(receivePayment(dying, settlement.settlementId, inFull(settlement))).rejects.toThrow('died');
    expect((await settlementNow(scene, settlement)).lines).toMatchObject([
      { refundAskedFen: 0 },
      { refundAskedFen: 0 },
    ]);
    await scene.hear();
    expect((await settlementNow(scene, settlement)).lines).toMatchObject([
      { refundAskedFen: 10_000 },
      { refundAskedFen: 5_000 },
    ]);
  });

  test('does not take what another settlement has claimed', async () => {
    const settlement = await askedTwice();
    await closeSettlement(scene.deps, settlement, 'PAYER');
    const [line] = settlement.lines;
    if (line === undefined) throw new Error('no line');
    await scene.deps.table.transact([claimCharge(scene.deps, { ...line, patientId: ME }, 'another')]);
    const after = await receivePayment(scene.deps, settlement.settlementId, inFull(settlement));
    expect(after?.late).toBe('GIVEN_BACK');
    expect(await readChargeLock(scene.deps.table, line)).toMatchObject({
      status: 'CLAIMED',
      settlementId: 'another',
    });
  });
});

describe('money that goes back', () => {
  test('is told of at every step, and stands in the ledger the other way round', async () => {
    const settlement = await settlementNow(scene, await paid(scene, [10_000], [5_000, CLINIC]));
    const { settlementId } = settlement;
    const [, line] = settlement.lines;
    const request = { chargeId: line?.chargeId ?? '', key: 'one', reason: '项目未做', by: 'acc-clerk' };
    told();
    const refund = await askRefund(scene.deps, settlementId, request);
    if (refund === undefined) throw new Error('nothing to give back');
    const { refundNo } = refund;
    const requested = { settlementId, refundNo, patientId: ME, by: 'acc-clerk' };
    expect(told()).toEqual([{ type: 'payment.refund-requested', data: requested }]);
    await scene.deps.table.update(refunds.key(refund), { set: { status: 'CLOSED' } });
    told();
    const deciding = { settlementId, refundNo, institutionId: CLINIC, accountId: 'acc-other' };
    const next = await retryRefund(scene.deps, deciding);
    expect(told()).toEqual([
      {
        type: 'payment.refund-requested',
        data: { settlementId, refundNo: next.refundNo, patientId: ME, by: 'acc-other' },
      },
    ]);
    await refundSucceeded(scene.deps, next, LATER);
    expect(told()).toEqual([
      {
        type: 'payment.refund-succeeded',
        data: { settlementId, refundNo: next.refundNo, patientId: ME, amountFen: 5_000 },
      },
      { type: 'examining.charge-changed', data: { chargeId: line?.chargeId, patientId: ME } },
    ]);
    const { outTradeNo, chargeId } = next;
    expect(ledger().find(({ kind }) => kind === 'REFUND')).toMatchObject({
      postingId: `refund-${next.refundNo}`,
      at: LATER,
      settlementId,
      refundNo: next.refundNo,
      lines: [
        { account: `provider:${MERCHANTS.clinic}`, fen: -5_000, outTradeNo },
        { account: `payee:${CLINIC}`, fen: 5_000, outTradeNo, chargeId },
      ],
    });
    expect(() => postRefund(settlement, { ...next, outTradeNo: 'S1' } as Refund, LATER)).toThrow(
      'a refund of no order',
    );
  });

  test('is demanded with the trace of what called it off', async () => {
    const settlement = await settlementNow(scene, await paid(scene, [10_000]));
    const [line] = settlement.lines;
    if (line === undefined) throw new Error('no line');
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await scene.deps.table.transact([demandRefund(scene.deps, line, traceparent)]);
    const lock = await scene.deps.table.get(chargeLockKey(line));
    expect(lock && eventOf(lock)).toMatchObject({
      type: 'charge.refund-due',
      data: { owner: line.owner, chargeId: line.chargeId },
      traceparent,
    });
  });

  test('is posted once, whatever else is written with it', async () => {
    const settlement = await askedTwice();
    const { table } = scene.deps;
    expect(await table.transact([postPayment(settlement, NOW)])).toEqual({ ok: true });
    expect(await table.transact([postPayment(settlement, NOW)])).toMatchObject({ ok: false });
  });

  test('in vain is told of with its sum', async () => {
    const settlement = await settlementNow(scene, await paid(scene, [10_000]));
    const { settlementId, lines } = settlement;
    const request = { chargeId: lines[0]?.chargeId ?? '', key: 'one', reason: '项目未做', by: 'acc-clerk' };
    const refund = await askRefund(scene.deps, settlementId, { ...request, amountFen: 300 });
    scene.standIn.knobs.set({ closedRefunds: 1 });
    await scene.pass(2 * MINUTE);
    const { refundNo } = refund ?? { refundNo: '' };
    const item = await scene.deps.table.get(refunds.key({ settlementId, refundNo }));
    const event = item && eventOf(item);
    expect(event).toMatchObject({
      type: 'payment.refund-failed',
      data: { settlementId, refundNo, patientId: ME, amountFen: 300 },
    });
  });
});

test('a settlement that is let go tells of itself and of its charges', async () => {
  const settlement = await askedTwice();
  const { settlementId } = settlement;
  told();
  await closeSettlement(scene.deps, settlement, 'PAYER');
  expect(told()).toEqual([
    { type: 'payment.settlement-closed', data: { settlementId, patientId: ME } },
    ...changed(settlement),
  ]);
  scene.deps.clock.advance(7 * 24 * 60 * MINUTE);
  const again = await giveUpIfDue(scene.deps, await settlementNow(scene, settlement));
  expect(again).toMatchObject({ status: 'CLOSED', closedBecause: 'PAYER' });
  expect([told(), scene.deps.lines]).toEqual([[], []]);
});

describe('money at the window', () => {
  const taking = (chargeIds: readonly string[], deps: PaymentDeps = scene.deps) =>
    takeOnsitePayment(deps, {
      institutionId: HOSPITAL,
      patientId: ME,
      chargeIds,
      means: 'CARD',
      accountId: 'acc-clerk',
      requestKey: 'till-1',
    });

  test('is one settlement, paid as it is opened, and told of', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1', amountFen: 700 });
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-2', amountFen: 50 });
    const settlement = await taking(['lab-1', 'lab-2']);
    const { settlementId } = settlement;
    const outTradeNo = `${settlementId}-1`;
    const line = (chargeId: string, amountFen: number) => ({
      ...{ owner: 'laboratory', chargeId, category: 'EXAMINATION', amountFen, payeeId: HOSPITAL },
      ...{ fundFen: 0, accountFen: 0, selfFen: amountFen, outTradeNo, refundAskedFen: 0, refundedFen: 0 },
    });
    expect(settlement).toEqual({
      settlementId,
      patientId: ME,
      openedBy: 'acc-clerk',
      method: 'ONSITE',
      status: 'PAID',
      totalFen: 750,
      lines: [line('lab-1', 700), line('lab-2', 50)],
      orders: [{ outTradeNo, mchid: '', totalFen: 750, refunds: 0 }],
      openedAt: NOW,
      payBy: NOW,
      paidAt: NOW,
      checks: 0,
      onsite: { means: 'CARD', institutionId: HOSPITAL },
      lookupPk: `payment#patient#${ME}`,
      lookupSk: `${NOW}#${settlementId}`,
    });
    expect(await settlementNow(scene, settlement)).toMatchObject(settlement);
    expect(await locks(settlement)).toEqual(['PAID', 'PAID']);
    expect(told()).toEqual([
      {
        type: 'payment.settlement-paid',
        data: { settlementId, patientId: ME, totalFen: 750, by: 'acc-clerk' },
      },
      ...changed(settlement),
    ]);
  });

  test('by two of the same request at once is taken once', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1', amountFen: 700 });
    const [first, second] = await Promise.all([taking(['lab-1']), taking(['lab-1'])]);
    expect(second).toMatchObject(first);
    expect(ledger()).toHaveLength(1);
  });

  test('names each charge that is being paid online, and takes none of the others', async () => {
    for (const chargeId of ['lab-1', 'lab-2', 'lab-3'])
      await foreignCharge(scene, { owner: 'laboratory', chargeId });
    for (const appointmentId of ['lab-1', 'lab-3'])
      await opened(scene, [{ patientId: ME, appointmentId } as never]);
    const reasons = ['lab-1', 'lab-3'].map((chargeId) => ({ code: 'CHARGE_NOT_OPEN', detail: { chargeId } }));
    await expect(taking(['lab-1', 'lab-2', 'lab-3'])).rejects.toMatchObject({
      code: 'CHARGE_NOT_OPEN',
      details: { reasons },
    });
    expect(
      await readChargeLock(scene.deps.table, { owner: 'laboratory', chargeId: 'lab-2' }),
    ).toBeUndefined();
  });
});

describe('a launch', () => {
  /** WeChat's client with some of its calls answered otherwise. */
  function answering(calls: (pay: WeChatPay) => Partial<WeChatPay>): PaymentDeps {
    const weChatPay = async (mchid: string): Promise<WeChatPay> => {
      const pay = await scene.deps.weChatPay(mchid);
      return { ...pay, ...calls(pay) };
    };
    return { ...scene.deps, weChatPay };
  }

  test('of what was paid, and not told yet, says that it is paid', async () => {
    const { settlement, prepayId } = await asked(scene, [{ amountFen: 300 }]);
    scene.standIn.knobs.set({ lost: 1 });
    await payerPays(scene, prepayId);
    expect(await outcome(launchSettlement(scene.deps, settlement))).toBe('SETTLEMENT_PAID');
    expect((await settlementNow(scene, settlement)).status).toBe('PAID');
  });

  test('of what WeChat has closed by itself says that it is closed', async () => {
    const { settlement } = await asked(scene, [{ amountFen: 300 }]);
    const pay = await scene.deps.weChatPay(MERCHANTS.hospital);
    const payee = { mode: 'direct', appid: 'wx00000000laptop', mchid: MERCHANTS.hospital } as const;
    await pay.closeOrder(payee, settlement.settlementId);
    expect(await outcome(launchSettlement(scene.deps, settlement))).toBe('SETTLEMENT_CLOSED');
  });

  test('of what is past its time says when it would have been in time, and asks WeChat nothing', async () => {
    const { settlement } = await asked(scene, [{ amountFen: 300 }]);
    const { payBy } = settlement;
    scene.deps.clock.set(payBy);
    const deps = { ...scene.deps, weChatPay: () => Promise.reject(new Error('WeChat was asked')) };
    await expect(launchSettlement(deps, settlement)).rejects.toMatchObject({
      code: 'TOO_LATE_TO_PAY',
      details: { context: { payBy } },
    });
  });

  test('of what is let go already asks WeChat nothing', async () => {
    const { settlement } = await asked(scene, [{ amountFen: 300 }]);
    const closed = await closeSettlement(scene.deps, settlement, 'PAYER');
    const deps = { ...scene.deps, weChatPay: () => Promise.reject(new Error('WeChat was asked')) };
    expect(await outcome(launchSettlement(deps, closed.settlement))).toBe('SETTLEMENT_CLOSED');
  });

  test('of what is let go while WeChat is asked hands nothing out (P5)', async () => {
    const { settlement } = await asked(scene, [{ amountFen: 300 }]);
    const deps = answering((pay) => ({
      prepay: async (...call) => {
        const answer = await pay.prepay(...call);
        await closeSettlement(scene.deps, settlement, 'PAYER');
        return answer;
      },
    }));
    expect(await outcome(launchSettlement(deps, settlement))).toBe('SETTLEMENT_CLOSED');
  });

  test('that WeChat does not answer says so, and why in the log', async () => {
    const { settlement } = await asked(scene, [{ amountFen: 300 }]);
    const deps = answering(() => ({ prepay: () => Promise.reject(SILENCE) }));
    await expect(launchSettlement(deps, settlement)).rejects.toMatchObject({
      code: 'PAY_UNAVAILABLE',
      cause: SILENCE,
    });
    expect(scene.deps.lines).toEqual([
      {
        level: 'warn',
        code: 'PAYMENT_WECHAT_UNAVAILABLE',
        facts: { settlementId: settlement.settlementId },
        error: SILENCE,
      },
    ]);
    const broken = answering(() => ({ prepay: () => Promise.reject(new Error('a defect')) }));
    await expect(launchSettlement(broken, settlement)).rejects.toThrow('a defect');
  });

  test('is made for the account that opened it, whom WeChat has to know', async () => {
    const { settlement } = await asked(scene, [{ amountFen: 300 }]);
    const other = { ...settlement, openedBy: `not-${ACCOUNT}` };
    expect(await outcome(launchSettlement(scene.deps, other))).toBe('PAYER_UNKNOWN');
  });
});
