import { describe, expect, it } from 'vitest';
import type { PayFaults } from '../../../infra/local/wechat/pay/knobs.ts';
import { addDays, type Day, dayOf } from '../../../shared/kernel/china-time.ts';
import { addFen } from '../../../shared/kernel/fen.ts';
import { WeChatPayError } from '../../../shared/wechat/pay/pay-errors.ts';
import { isPaid } from '../../../shared/wechat/pay/trade.ts';
import { createWeChatPay } from '../../../shared/wechat/pay/wechat-pay.ts';
import { type Random, randomFrom } from '../table/random.ts';
import {
  APPID,
  CLINIC,
  clinic,
  DAY,
  HOSPITAL,
  hospital,
  MINUTE,
  PROVIDER,
  payScene,
  type Scene,
  township,
} from './scene.ts';

const ORDERS = 600;
const FAULTS = [
  'busy',
  'limited',
  'lostAnswers',
  'wrongSignatures',
  'answerProbes',
  'userPaying',
  'notEnough',
  'abnormalRefunds',
  'closedRefunds',
  'duplicates',
  'reordered',
  'delayed',
  'lost',
  'early',
  'probes',
  'tampered',
  'forged',
] as const satisfies readonly (keyof PayFaults)[];

const PAYEES = [
  { payee: hospital, mchid: HOSPITAL },
  { payee: clinic, mchid: CLINIC },
  { payee: township, mchid: PROVIDER },
] as const;

type Side = (typeof PAYEES)[number];

interface Known {
  readonly side: Side;
  readonly outTradeNo: string;
  readonly totalFen: number;
  readonly combined?: string;
  refunds: number;
}

/** Everything that was asked for. What became of it, WeChat alone says. */
interface World {
  readonly scene: Scene;
  readonly random: Random;
  readonly orders: Known[];
  readonly combined: string[];
  readonly prepays: string[];
  readonly refundNumbers: { side: Side; outRefundNo: string }[];
}

describe('payers, merchants, a clock and faults in any order', () => {
  it(`leave ledger and bills of ${ORDERS} orders equal to the fen`, async () => {
    const scene = await payScene();
    const world: World = {
      scene,
      random: randomFrom(20261123),
      orders: [],
      combined: [],
      prepays: [],
      refundNumbers: [],
    };
    while (world.orders.length < ORDERS) {
      const deeds = Array.from({ length: 1 + world.random.int(6) }, () => deedOf(world));
      await Promise.all(deeds.map(unlessFailed));
      if (world.random.chance(0.3)) await scene.pass(world.random.int(90 * MINUTE));
      if (world.random.chance(0.3)) {
        scene.standIn.knobs.set({ [world.random.pick(FAULTS)]: 1 + world.random.int(2) });
      }
    }
    scene.standIn.knobs.set({});
    const lastDay = dayOf(scene.clock.now());
    await scene.pass(3 * DAY);

    const days = daysFrom('2026-11-23', lastDay);
    expect(days.length).toBeGreaterThan(1);
    for (const side of PAYEES) await expectAgreement(world, side, days);
    expectSoundNotifications(scene);
  }, 60_000);
});

/** What WeChat's books, its bills and its answers say of one merchant. */
async function expectAgreement(world: World, side: Side, days: readonly Day[]): Promise<void> {
  const { scene, orders, refundNumbers } = world;
  // Hundreds of questions at once: on a busy machine the last answer takes longer than a person would wait.
  const patient = (mchid: string) => createWeChatPay({ ...scene.connection(mchid), timeoutMs: 30_000 });
  const wechat = patient(side.mchid);
  const billed = { paid: 0, refunded: 0, payments: 0, refunds: 0 };
  for (const day of days) {
    const outcome = await wechat.tradeBill({ day });
    if (outcome.status !== 'READY') continue;
    const { entries, settledFen, refundFen } = outcome.bill;
    billed.paid += settledFen;
    billed.refunded += refundFen;
    billed.payments += entries.filter(({ kind }) => kind === 'PAYMENT').length;
    billed.refunds += entries.filter(({ kind }) => kind === 'REFUND').length;
  }

  const ofCombined = patient(HOSPITAL);
  const own = orders.filter((order) => order.side === side);
  const trades = await Promise.all(
    own.map(async ({ outTradeNo, combined }) => {
      if (combined === undefined) return wechat.queryOrder(side.payee, { outTradeNo });
      const whole = await ofCombined.queryCombined(combined);
      return whole?.isPaid === true
        ? whole.subOrders.find((sub) => sub.outTradeNo === outTradeNo && sub.mchid === side.mchid)
        : undefined;
    }),
  );
  const paid = trades.flatMap((trade) => (trade !== undefined && 'paidAt' in trade ? [trade] : []));
  const refunds = await Promise.all(
    refundNumbers
      .filter((refund) => refund.side === side)
      .map(({ outRefundNo }) => wechat.queryRefund(side.payee, outRefundNo)),
  );
  const accepted = refunds.flatMap((refund) => refund ?? []);
  expect(accepted.filter(({ state }) => state === 'PROCESSING')).toEqual([]);
  expect(billed).toEqual({
    paid: addFen(...paid.map(({ totalFen }) => totalFen)),
    refunded: addFen(...accepted.map(({ refundFen }) => refundFen)),
    payments: paid.length,
    refunds: accepted.length,
  });

  const entries = [...scene.standIn.desk.books.all('entry').values()].filter(({ order }) =>
    order.startsWith(`${side.mchid}|`),
  );
  const closed = accepted.filter(({ state }) => state === 'CLOSED');
  const returned = addFen(...closed.map(({ refundFen }) => refundFen));
  expect(addFen(...entries.map(({ amountFen }) => amountFen))).toBe(billed.paid - billed.refunded + returned);
  expect(billed.payments).toBeGreaterThan(30);
  expect(billed.refunds).toBeGreaterThan(5);
  for (const order of scene.standIn.desk.books.all('order').values()) {
    expect(order.refundedFen).toBeGreaterThanOrEqual(0);
    expect(order.refundedFen).toBeLessThanOrEqual(order.paidAt === undefined ? 0 : order.totalFen);
  }
}

/** Whatever was tampered with was refused; whatever was taken is what WeChat's books say. */
function expectSoundNotifications({ standIn, came }: Scene): void {
  for (const { sent, taken } of Object.values(standIn.courier.trials)) {
    expect(sent).toBeGreaterThan(0);
    expect(taken).toBe(0);
  }
  const { books } = standIn.desk;
  const wrong = came.flatMap(({ notification }) => {
    if (notification?.kind !== 'PAID' || !isPaid(notification.trade)) return [];
    const { mchid, outTradeNo, transactionId } = notification.trade;
    return books.get('order', `${mchid}|${outTradeNo}`)?.transactionId === transactionId ? [] : [outTradeNo];
  });
  expect(wrong).toEqual([]);
  const pending = [...books.all('callback').values()].filter(({ state }) => state === 'PENDING');
  expect(pending).toEqual([]);
}

function deedOf(world: World): () => Promise<unknown> {
  const { random } = world;
  const share = random.int(100);
  if (share < 28) return placing(world, random.pick(PAYEES));
  if (share < 35) return placingCombined(world);
  if (share < 72) return () => paying(world);
  if (share < 76) return () => closing(world);
  if (share < 94) return () => refunding(world);
  return () => asking(world);
}

function placing({ scene, random, orders, prepays }: World, side: Side): () => Promise<void> {
  const order = {
    outTradeNo: `A-${String(orders.length).padStart(6, '0')}`,
    description: '挂号费',
    totalFen: 1 + random.int(20_000),
    payerOpenid: 'o-payer',
    notifyUrl: scene.notifyUrl(side.mchid),
    ...(random.chance(0.5) ? { payBy: new Date(scene.clock.now() + 15 * MINUTE).toISOString() } : {}),
  };
  orders.push({ side, outTradeNo: order.outTradeNo, totalFen: order.totalFen, refunds: 0 });
  return async () => {
    const outcome = await scene.client(side.mchid).prepay(side.payee, order);
    if (outcome.status === 'READY') prepays.push(outcome.prepayId);
  };
}

function placingCombined({ scene, random, orders, combined, prepays }: World): () => Promise<void> {
  const combineOutTradeNo = `C-${String(combined.length).padStart(6, '0')}`;
  combined.push(combineOutTradeNo);
  const subOrders = PAYEES.slice(0, 2).map((side, index) => {
    const totalFen = 1 + random.int(20_000);
    const outTradeNo = `S-${combineOutTradeNo}-${index}`;
    orders.push({ side, outTradeNo, totalFen, combined: combineOutTradeNo, refunds: 0 });
    return { mchid: side.mchid, outTradeNo, attach: 'x', description: '检查费', totalFen };
  });
  return async () => {
    const outcome = await scene.client(HOSPITAL).prepayCombined({
      appid: APPID,
      mchid: HOSPITAL,
      combineOutTradeNo,
      payerOpenid: 'o-payer',
      notifyUrl: scene.notifyUrl(HOSPITAL),
      subOrders,
    });
    if (outcome.status === 'READY') prepays.push(outcome.prepayId);
  };
}

async function paying({ scene, random, prepays }: World): Promise<void> {
  if (prepays.length === 0) return;
  // Mostly the latest: older ones have run out.
  const prepayId = random.pick(prepays.slice(-12));
  const { payer } = scene.standIn;
  const outcome = await payer.pay(prepayId);
  if (outcome.outcome === 'USERPAYING' || random.chance(0.1))
    await payer.finish(prepayId, random.chance(0.7));
}

async function closing({ scene, random, orders }: World): Promise<void> {
  const order = orders.length === 0 ? undefined : random.pick(orders.slice(-20));
  if (order === undefined || order.combined !== undefined) return;
  await scene.client(order.side.mchid).closeOrder(order.side.payee, order.outTradeNo);
}

async function refunding({ scene, random, orders, refundNumbers }: World): Promise<void> {
  const order = orders.length === 0 ? undefined : random.pick(orders.slice(-60));
  if (order === undefined) return;
  order.refunds += 1;
  const { side, outTradeNo, totalFen } = order;
  const outRefundNo = `R-${outTradeNo}-${order.refunds}`;
  refundNumbers.push({ side, outRefundNo });
  const refundFen = random.chance(0.5) ? totalFen : 1 + random.int(totalFen);
  const refund = { outTradeNo, outRefundNo, refundFen, totalFen, notifyUrl: scene.notifyUrl(side.mchid) };
  const call = () => scene.client(side.mchid).refund(side.payee, refund);
  await Promise.all(random.chance(0.3) ? [call(), call()] : [call()]);
}

async function asking({ scene, random, orders }: World): Promise<void> {
  const order = orders.length === 0 ? undefined : random.pick(orders);
  if (order === undefined || order.combined !== undefined) return;
  await scene.client(order.side.mchid).queryOrder(order.side.payee, { outTradeNo: order.outTradeNo });
}

/** A refusal or a fault is an outcome here like any other; anything else is a defect. */
async function unlessFailed(deed: () => Promise<unknown>): Promise<void> {
  try {
    await deed();
  } catch (error) {
    if (!(error instanceof WeChatPayError) || error.fault === 'MALFORMED') throw error;
  }
}

function daysFrom(first: Day, last: Day): readonly Day[] {
  const days: Day[] = [];
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day);
  return days;
}
