import { expect, test } from 'vitest';
import { postings } from '../../../functions/payment/ledger.ts';
import { ledgerSum } from '../../../functions/payment/ledger-queries.ts';
import { merchantSecret } from '../../../functions/payment/merchants.ts';
import { putPayee } from '../../../functions/payment/payee-accounts.ts';
import {
  askReconciliation,
  openReconciliations,
  runReconciliation,
} from '../../../functions/payment/reconcile.ts';
import { gapOf } from '../../../functions/payment/reconcile-compare.ts';
import { askRefund } from '../../../functions/payment/request-refund.ts';
import type { Item } from '../../../shared/data/table.ts';
import { addDays } from '../../../shared/kernel/china-time.ts';
import { putSecret } from '../../../shared/privacy/secrets.ts';
import { vectors } from '../../shared/wechat-pay-keys.ts';
import { Meter } from '../../support/meter.ts';
import { outcome } from '../booking/scene.ts';
import {
  allListed,
  asked,
  compareBills,
  DAY,
  found,
  ledgerOf,
  listed,
  MORNING_AFTER,
  paid,
  paidUnheard,
  refundsOf,
  runOf,
} from './bill-scene.ts';
import {
  CLINIC,
  MERCHANTS,
  MINUTE,
  OPENID,
  type PaymentScene,
  paymentScene,
  settlementNow,
} from './scene.ts';

const HOUR = 60 * MINUTE;
const { hospital, clinic, combining } = MERCHANTS;

/** What the two sides differ by is what the differences that stand sum up to. */
async function expectExplained(scene: PaymentScene, mchid: string = hospital): Promise<void> {
  const { result } = await runOf(scene, mchid);
  if (result === undefined) throw new Error('not compared');
  const standing = (await found(scene, mchid)).filter(
    ({ explanation }) => explanation !== 'TAKEN_IN' && explanation !== 'PUT_RIGHT',
  );
  expect(standing.reduce((sum, each) => sum + gapOf(each), 0)).toBe(result.gapFen);
  expect(result.explainedFen + result.openFen).toBe(result.gapFen);
}

function keysOf(mchid: string): string {
  return JSON.stringify({ ...vectors.testOnlyKeys.merchant, mchid });
}

/** Somebody pays the hospital over WeChat, and not through the platform. */
async function paidDirectly(scene: PaymentScene, outTradeNo: string, totalFen: number): Promise<void> {
  const pay = await scene.deps.weChatPay(hospital);
  const prepared = await pay.prepay(
    { mode: 'direct', appid: 'wx00000000laptop', mchid: hospital },
    {
      outTradeNo,
      totalFen,
      description: '停车费',
      payerOpenid: OPENID,
      notifyUrl: 'https://elsewhere.test.invalid/notices',
      payBy: new Date(scene.deps.clock.now() + HOUR).toISOString(),
    },
  );
  if (prepared.status !== 'READY') throw new Error('not placed');
  await scene.standIn.payer.pay(prepared.prepayId, OPENID);
}

test('a day on which both sides agree is done, over single and combined orders and a partial refund', async () => {
  const scene = await paymentScene();
  const settlement = await paid(scene, [2_000], [3_050, CLINIC]);
  await paid(scene, [15_050]);
  await paid(scene, [7_77, CLINIC]);
  const [line] = settlement.lines;
  await askRefund(scene.deps, settlement.settlementId, {
    chargeId: line?.chargeId ?? '',
    key: 'some',
    reason: '部分退费',
    by: 'clerk',
    amountFen: 500,
  });
  await scene.pass(5 * MINUTE);
  expect(await refundsOf(scene, settlement)).toMatchObject([{ status: 'SUCCESS' }]);
  await compareBills(scene);
  expect(await runOf(scene)).toMatchObject({
    status: 'DONE',
    result: {
      ours: { payments: 2, paymentFen: 17_050, refunds: 1, refundFen: 500 },
      theirs: { payments: 2, paymentFen: 17_050, refunds: 1, refundFen: 500 },
      matched: 3,
      found: { LOCAL_ONLY: 0, REMOTE_ONLY: 0, AMOUNT_DIFFERS: 0 },
      gapFen: 0,
    },
  });
  expect(await runOf(scene, clinic)).toMatchObject({
    status: 'DONE',
    result: { matched: 2, ours: { paymentFen: 3_827 }, gapFen: 0 },
  });
  expect(await allListed(scene)).toEqual([]);
});

test('a day on which nothing moved is done for every merchant, the combining one too', async () => {
  const scene = await paymentScene();
  await compareBills(scene);
  for (const mchid of [hospital, clinic, combining]) {
    expect(await runOf(scene, mchid)).toMatchObject({ status: 'DONE', result: { matched: 0, gapFen: 0 } });
  }
});

test('remote only: a payment that we never heard of is asked about and taken in', async () => {
  const scene = await paymentScene();
  await paid(scene, [900]);
  const settlement = await paidUnheard(scene, 2_000);
  // Nobody looks after this one any more: reconciliation alone can find it.
  await scene.deps.table.update(
    { pk: `payment#settlement#${settlement.settlementId}`, sk: 'settlement' },
    {},
    { timer: null },
  );
  await compareBills(scene);
  expect(await settlementNow(scene, settlement)).toMatchObject({ status: 'PAID' });
  expect(await found(scene)).toMatchObject([
    { class: 'REMOTE_ONLY', kind: 'PAYMENT', explanation: 'TAKEN_IN', ourFen: 0, theirFen: 2_000 },
  ]);
  expect(await runOf(scene)).toMatchObject({
    status: 'DONE',
    result: { matched: 2, found: { REMOTE_ONLY: 1 }, resolved: 1, open: 0, gapFen: 0 },
  });
  expect(await listed(scene)).toEqual([]);
});

test('remote only: a payment that is none of ours is on the list of the merchant’s institution', async () => {
  const scene = await paymentScene();
  await paid(scene, [2_000]);
  await paidDirectly(scene, 'PARKING-2026-1', 1_200);
  await compareBills(scene);
  expect(await listed(scene)).toMatchObject([
    {
      kind: 'BILL_REMOTE_ONLY',
      status: 'OPEN',
      day: DAY,
      mchid: hospital,
      outTradeNo: 'PARKING-2026-1',
      ourFen: 0,
      theirFen: 1_200,
    },
  ]);
  expect(await runOf(scene)).toMatchObject({
    status: 'DONE',
    result: { matched: 1, open: 1, gapFen: 1_200, openFen: 1_200, explainedFen: 0 },
  });
  await expectExplained(scene);
});

test('however many of those there are, each is written once and never looked for: the morning has an end', async () => {
  const callsOf = async (others: number) => {
    const meter = new Meter();
    const scene = await paymentScene({ meter });
    for (let index = 0; index < others; index += 1) await paidDirectly(scene, `PARKING-${index}`, 1_200);
    const before = meter.total;
    await compareBills(scene);
    const first = meter.since(before)[0];
    await askReconciliation(scene.deps, { day: DAY, mchid: hospital });
    await scene.sweep();
    expect(await runOf(scene)).toMatchObject({ status: 'DONE', result: { open: others } });
    return [first, meter.since(before)[0] - first] as const;
  };
  const [few, many] = [await callsOf(1), await callsOf(11)];
  expect([many[0] - few[0], many[1] - few[1]]).toEqual([10, 0]);
});

test('where several institutions share the merchant, such a payment is on the merchant’s own list', async () => {
  const scene = await paymentScene();
  await putPayee(scene.deps, { institutionId: 'jx-village', mchid: hospital }, 'authority');
  await paidDirectly(scene, 'PARKING-2026-2', 1_200);
  await compareBills(scene);
  expect(await listed(scene)).toEqual([]);
  expect(await listed(scene, `merchant-${hospital}`)).toMatchObject([{ kind: 'BILL_REMOTE_ONLY' }]);
});

test('remote only: a payment whose posting is gone is a person’s to look at', async () => {
  const scene = await paymentScene();
  const settlement = await paid(scene, [2_000]);
  const [posting] = await ledgerOf(scene);
  if (posting === undefined) throw new Error('no posting');
  await postings.delete(scene.deps.table, posting);
  await compareBills(scene);
  expect(await listed(scene)).toMatchObject([
    { kind: 'BILL_REMOTE_ONLY', settlementId: settlement.settlementId, ourFen: 0, theirFen: 2_000 },
  ]);
  await expectExplained(scene);
});

test('local only: a payment that WeChat knows nothing of is a person’s to look at', async () => {
  const scene = await paymentScene();
  const settlement = await paid(scene, [2_000]);
  const [posting] = await ledgerOf(scene);
  if (posting === undefined) throw new Error('no posting');
  const postingId = 'paid-S00000000000000000000000ff';
  const invented = {
    ...posting,
    postingId,
    lines: posting.lines.map((line) => ({ ...line, outTradeNo: 'S00000000000000000000000ff' })),
  };
  await postings.put(scene.deps.table, { day: DAY, postingId }, invented);
  await compareBills(scene);
  expect(settlement.status).toBe('PENDING');
  expect(await listed(scene)).toMatchObject([
    { kind: 'BILL_LOCAL_ONLY', outTradeNo: 'S00000000000000000000000ff', ourFen: 2_000, theirFen: 0 },
  ]);
  expect(await runOf(scene)).toMatchObject({ result: { matched: 1, open: 1, gapFen: -2_000 } });
  await expectExplained(scene);
});

test('local only: a payment that WeChat confirms and its bill lacks is a person’s to look at', async () => {
  const scene = await paymentScene();
  await paid(scene, [2_000]);
  (scene.standIn.desk.books.all('entry') as Map<string, unknown>).clear();
  await compareBills(scene);
  expect(await listed(scene)).toMatchObject([{ kind: 'BILL_LOCAL_ONLY', ourFen: 2_000, theirFen: 0 }]);
  await expectExplained(scene);
});

test('a payment booked on another day than WeChat’s is told on both days by its number', async () => {
  const scene = await paymentScene();
  await paid(scene, [2_000]);
  const [posting] = await ledgerOf(scene);
  if (posting === undefined) throw new Error('no posting');
  const [dayBefore, settlementId] = [addDays(DAY, -1), posting.settlementId];
  const at = '2026-03-01T15:59:59.000Z';
  await postings.delete(scene.deps.table, posting);
  await postings.put(scene.deps.table, { ...posting, day: dayBefore }, { ...posting, day: dayBefore, at });
  await scene.deps.table.update(
    { pk: `payment#settlement#${settlementId}`, sk: 'settlement' },
    { set: { paidAt: at } },
  );
  await compareBills(scene);
  await compareBills(scene, '2026-03-02T02:30:00.000Z');
  expect(await found(scene)).toMatchObject([{ class: 'REMOTE_ONLY', explanation: 'OTHER_DAY' }]);
  expect(await found(scene, hospital, dayBefore)).toMatchObject([
    { class: 'LOCAL_ONLY', explanation: 'OTHER_DAY' },
  ]);
  expect(await allListed(scene)).toEqual([]);
  await expectExplained(scene);
});

test('a combined order whose parts were paid on both sides of midnight is told on both days', async () => {
  const scene = await paymentScene({ start: '2026-03-02T15:59:59.000Z' });
  const { settlement, prepayId } = await asked(scene, [
    { amountFen: 2_000 },
    { amountFen: 3_000, payeeId: CLINIC },
  ]);
  await scene.standIn.payer.pay(prepayId, OPENID);
  const { books } = scene.standIn.desk;
  const id = `${clinic}|${settlement.settlementId}-2`;
  const order = books.get('order', id);
  const entryId = `payment ${order?.transactionId}`;
  const entry = books.get('entry', entryId);
  if (order?.paidAt === undefined || entry === undefined) throw new Error('not paid');
  books.write({
    order: new Map([[id, { ...order, paidAt: order.paidAt + 1_000 }]]),
    entry: new Map([[entryId, { ...entry, at: entry.at + 1_000 }]]),
  });
  await scene.standIn.agenda.runDue();
  await scene.hear();
  expect((await settlementNow(scene, settlement)).status).toBe('PAID');
  await compareBills(scene);
  await compareBills(scene, '2026-03-04T02:30:00.000Z');
  expect(await found(scene, clinic)).toMatchObject([{ class: 'LOCAL_ONLY', explanation: 'OTHER_DAY' }]);
  expect(await found(scene, clinic, addDays(DAY, 1))).toMatchObject([
    { class: 'REMOTE_ONLY', explanation: 'OTHER_DAY' },
  ]);
  expect(await allListed(scene)).toEqual([]);
});

test('an amount that differs is a person’s to look at', async () => {
  const scene = await paymentScene();
  const settlement = await paid(scene, [2_000]);
  const [posting] = await ledgerOf(scene);
  if (posting === undefined) throw new Error('no posting');
  const lines = posting.lines.map((line) => ({ ...line, fen: Math.sign(line.fen) * 1_900 }));
  await postings.put(scene.deps.table, posting, { ...posting, lines });
  await compareBills(scene);
  expect(await listed(scene)).toMatchObject([
    {
      kind: 'BILL_AMOUNT_DIFFERS',
      settlementId: settlement.settlementId,
      ourFen: 1_900,
      theirFen: 2_000,
    },
  ]);
  expect(await runOf(scene)).toMatchObject({ result: { found: { AMOUNT_DIFFERS: 1 }, gapFen: 100 } });
  await expectExplained(scene);
});

test('remote only: a refund that WeChat gave and we never heard of is followed to its end', async () => {
  const scene = await paymentScene();
  const settlement = await paid(scene, [2_000]);
  const [line] = settlement.lines;
  const request = { chargeId: line?.chargeId ?? '', key: 'all', reason: '退费', by: 'clerk' };
  scene.standIn.knobs.set({ lost: 10 });
  await askRefund(scene.deps, settlement.settlementId, request);
  await scene.sweep();
  expect(await refundsOf(scene, settlement)).toMatchObject([{ status: 'PROCESSING' }]);
  scene.deps.clock.advance(HOUR);
  await scene.standIn.agenda.runDue();
  const [refund] = await refundsOf(scene, settlement);
  if (refund === undefined) throw new Error('no refund');
  // Its own timer is gone, as after ten failures.
  await scene.deps.table.update(
    { pk: `payment#settlement#${settlement.settlementId}`, sk: `refund#${refund.refundNo}` },
    {},
    { timer: null },
  );
  await compareBills(scene);
  expect(await refundsOf(scene, settlement)).toMatchObject([{ status: 'SUCCESS' }]);
  expect(await found(scene)).toMatchObject([{ kind: 'REFUND', explanation: 'TAKEN_IN', theirFen: 2_000 }]);
  expect(await runOf(scene)).toMatchObject({ status: 'DONE', result: { matched: 2, gapFen: 0 } });
  expect(ledgerSum(await ledgerOf(scene))).toMatchObject({ sumFen: 0, unbalanced: [] });
});

test('a refund accepted before midnight and booked after it is told on both days by its number', async () => {
  const scene = await paymentScene({ start: '2026-03-02T15:30:00.000Z' });
  const settlement = await paid(scene, [2_000]);
  const [line] = settlement.lines;
  const request = { chargeId: line?.chargeId ?? '', key: 'all', reason: '退费', by: 'clerk' };
  await scene.pass(30 * MINUTE - 1_000);
  await askRefund(scene.deps, settlement.settlementId, request);
  await scene.sweep();
  await scene.pass(3 * MINUTE);
  const [refund] = await refundsOf(scene, settlement);
  expect(refund).toMatchObject({ status: 'SUCCESS' });
  expect(refund?.endedAt?.slice(0, 16)).toBe('2026-03-02T16:00');
  await compareBills(scene);
  expect(await found(scene)).toMatchObject([
    { class: 'REMOTE_ONLY', kind: 'REFUND', explanation: 'OTHER_DAY', theirFen: 2_000 },
  ]);
  expect(await runOf(scene)).toMatchObject({ result: { gapFen: -2_000, explainedFen: -2_000, openFen: 0 } });
  await expectExplained(scene);
  await compareBills(scene, '2026-03-04T02:30:00.000Z');
  const next = addDays(DAY, 1);
  expect(await found(scene, hospital, next)).toMatchObject([
    { class: 'LOCAL_ONLY', kind: 'REFUND', explanation: 'OTHER_DAY', ourFen: 2_000 },
  ]);
  expect(await runOf(scene, hospital, next)).toMatchObject({ result: { gapFen: 2_000, openFen: 0 } });
  expect(await allListed(scene)).toEqual([]);
});

test('a refund that is under way, and one that WeChat closed, are explained and on nobody’s list twice', async () => {
  const scene = await paymentScene();
  const first = await paid(scene, [2_000]);
  const second = await paid(scene, [3_000]);
  scene.standIn.knobs.set({ closedRefunds: 1 });
  await askRefund(scene.deps, second.settlementId, {
    chargeId: second.lines[0]?.chargeId ?? '',
    key: 'all',
    reason: '退费',
    by: 'clerk',
  });
  await scene.pass(5 * MINUTE);
  expect(await refundsOf(scene, second)).toMatchObject([{ status: 'CLOSED' }]);
  scene.standIn.knobs.set({ abnormalRefunds: 1 });
  await askRefund(scene.deps, first.settlementId, {
    chargeId: first.lines[0]?.chargeId ?? '',
    key: 'all',
    reason: '退费',
    by: 'clerk',
  });
  await scene.pass(5 * MINUTE);
  expect(await refundsOf(scene, first)).toMatchObject([{ status: 'ABNORMAL' }]);
  await compareBills(scene);
  const explanations = (await found(scene)).map(({ explanation }) => explanation);
  expect(explanations.toSorted()).toEqual(['REFUND_CLOSED', 'UNDER_WAY']);
  expect((await listed(scene)).map(({ kind }) => kind).toSorted()).toEqual([
    'REFUND_ABNORMAL',
    'REFUND_CLOSED',
  ]);
  await expectExplained(scene);
});

test('a refund that nobody here asked for is on the list', async () => {
  const scene = await paymentScene();
  const settlement = await paid(scene, [2_000]);
  const pay = await scene.deps.weChatPay(hospital);
  const payee = { mode: 'direct', appid: 'wx00000000laptop', mchid: hospital } as const;
  await pay.refund(payee, {
    outTradeNo: settlement.settlementId,
    outRefundNo: 'BY-HAND-1',
    refundFen: 300,
    totalFen: 2_000,
  });
  await compareBills(scene);
  expect(await listed(scene)).toMatchObject([
    {
      kind: 'BILL_REMOTE_ONLY',
      refundNo: 'BY-HAND-1',
      settlementId: settlement.settlementId,
      theirFen: 300,
    },
  ]);
  expect(await runOf(scene)).toMatchObject({ result: { gapFen: -300, openFen: -300 } });
  await expectExplained(scene);
});

test('compared again, by the clock or by hand, nothing changes', async () => {
  const scene = await paymentScene();
  await paid(scene, [2_000], [3_050, CLINIC]);
  await paidUnheard(scene, 800);
  await paidDirectly(scene, 'PARKING-2026-3', 1_200);
  await compareBills(scene);
  const before = { all: await scene.deps.all(), run: await runOf(scene) };
  scene.deps.clock.advance(HOUR);
  await compareBills(scene);
  expect(scene.deps.all()).toEqual(before.all);
  await askReconciliation(scene.deps, { day: DAY, mchid: hospital });
  await scene.sweep();
  const { run } = before;
  expect(await runOf(scene)).toEqual({ ...run, askedAt: '2026-03-03T03:30:00.000Z' });
  expect(await listed(scene)).toHaveLength(1);
});

test('what was put right since comes off the list, and back on it if it comes back', async () => {
  const scene = await paymentScene();
  await paid(scene, [2_000]);
  const [posting] = await ledgerOf(scene);
  if (posting === undefined) throw new Error('no posting');
  const again = async () => {
    scene.deps.clock.advance(HOUR);
    await askReconciliation(scene.deps, { day: DAY, mchid: hospital });
    await scene.sweep();
    return listed(scene);
  };
  await postings.delete(scene.deps.table, posting);
  await compareBills(scene);
  expect(await listed(scene)).toMatchObject([{ status: 'OPEN' }]);
  await postings.put(scene.deps.table, posting, posting);
  expect(await again()).toMatchObject([{ status: 'RESOLVED', resolvedBy: 'system' }]);
  expect(await runOf(scene)).toMatchObject({ result: { open: 0, resolved: 1, gapFen: 0 } });
  await postings.delete(scene.deps.table, posting);
  expect(await again()).toMatchObject([{ status: 'OPEN' }]);
  expect(await runOf(scene)).toMatchObject({ result: { open: 1, gapFen: 2_000 } });
  expect(await found(scene)).toMatchObject([{ foundAt: MORNING_AFTER }]);
});

test('a bill that WeChat has not made yet is asked for again in an hour', async () => {
  const scene = await paymentScene();
  await paid(scene, [2_000]);
  await compareBills(scene, '2026-03-03T01:30:00.000Z');
  expect(await runOf(scene)).toMatchObject({ status: 'BILL_MISSING' });
  scene.deps.clock.advance(59 * MINUTE);
  await scene.sweep();
  expect(await runOf(scene)).toMatchObject({ status: 'BILL_MISSING' });
  scene.deps.clock.advance(MINUTE);
  await scene.sweep();
  expect(await runOf(scene)).toMatchObject({ status: 'DONE', result: { matched: 1 } });
  expect(await allListed(scene)).toEqual([]);
});

test('a bill that is not to be had keeps no other waiting, and is a person’s to look after in the end', async () => {
  const scene = await paymentScene();
  const isSecret = ({ pk, sk }: Item) => `${pk} ${sk}`.includes(merchantSecret(clinic).name);
  for (const { pk, sk } of scene.deps.all().filter(isSecret)) await scene.deps.table.delete({ pk, sk });
  await paid(scene, [2_000]);
  await compareBills(scene);
  expect(await runOf(scene)).toMatchObject({ status: 'DONE', result: { matched: 1 } });
  for (let hour = 0; hour < 12; hour += 1) {
    expect(await runOf(scene, clinic)).toMatchObject({ status: 'BILL_MISSING' });
    expect(await allListed(scene)).toEqual([]);
    scene.deps.clock.advance(HOUR);
    await scene.sweep();
  }
  expect(await listed(scene, CLINIC)).toMatchObject([{ kind: 'BILL_MISSING', day: DAY, mchid: clinic }]);
  await putSecret(scene.deps, merchantSecret(clinic), keysOf(clinic));
  scene.deps.clock.advance(3 * HOUR);
  await scene.sweep();
  expect(await runOf(scene, clinic)).toMatchObject({ status: 'BILL_MISSING' });
  // The merchant's work is the authority's from now on; what stands on the clinic's list is put right there.
  await putPayee(scene.deps, { institutionId: 'jx-third', mchid: clinic }, 'authority');
  await askReconciliation(scene.deps, { day: DAY, mchid: clinic });
  await scene.sweep();
  expect(await runOf(scene, clinic)).toMatchObject({ status: 'DONE', result: { matched: 0 } });
  expect(await listed(scene, CLINIC)).toMatchObject([{ kind: 'BILL_MISSING', status: 'RESOLVED' }]);
});

test('a difference that WeChat cannot be asked about is on the list, and asked about again', async () => {
  const scene = await paymentScene();
  const settlement = await paidUnheard(scene, 2_000);
  scene.deps.clock.set(MORNING_AFTER);
  await scene.deps.table.update(
    { pk: `payment#settlement#${settlement.settlementId}`, sk: 'settlement' },
    {},
    { timer: null },
  );
  const pay = await scene.deps.weChatPay(hospital);
  let isDown = true;
  const shaky = {
    ...scene,
    deps: {
      ...scene.deps,
      weChatPay: async () => ({
        ...pay,
        queryOrder: (...call: Parameters<typeof pay.queryOrder>) => {
          if (isDown) scene.standIn.knobs.set({ busy: 10 });
          return pay.queryOrder(...call);
        },
      }),
    },
  };
  await openReconciliations(shaky.deps, MORNING_AFTER);
  await runReconciliation(shaky.deps, { ...(await runOf(scene)) } as unknown as Item);
  expect(await runOf(scene)).toMatchObject({ status: 'UNFINISHED', result: { open: 1, openFen: 2_000 } });
  expect(await listed(scene)).toMatchObject([{ status: 'OPEN' }]);
  isDown = false;
  scene.standIn.knobs.set({});
  scene.deps.clock.advance(HOUR);
  await scene.sweep();
  expect(await runOf(scene)).toMatchObject({ status: 'DONE', result: { matched: 1, open: 0, gapFen: 0 } });
  expect(await listed(scene)).toMatchObject([{ status: 'RESOLVED', resolvedBy: 'system' }]);
});

test('today’s bill, and one that WeChat keeps no more, cannot be asked for', async () => {
  const scene = await paymentScene();
  const ask = (day: typeof DAY) => outcome(askReconciliation(scene.deps, { day, mchid: hospital }));
  expect(await ask(DAY)).toBe('NO_BILL');
  scene.deps.clock.set('2026-03-03T01:59:00.000Z');
  expect(await ask(DAY)).toBe('NO_BILL');
  scene.deps.clock.set('2026-03-03T02:00:00.000Z');
  expect(await ask(DAY)).toBe('ok');
  expect(await ask('2025-11-01')).toBe('NO_BILL');
});
