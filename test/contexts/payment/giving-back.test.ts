import { beforeEach, describe, expect, test } from 'vitest';
import { applyRefundState, refundSucceeded } from '../../../functions/payment/end-refund.ts';
import { paymentErrors } from '../../../functions/payment/errors.ts';
import { followRefund } from '../../../functions/payment/follow-refund.ts';
import { type PaymentDeps, policyNow } from '../../../functions/payment/payment-deps.ts';
import { askRefund, type RefundRequest } from '../../../functions/payment/request-refund.ts';
import { confirmRefund, retryRefund } from '../../../functions/payment/retry-refund.ts';
import { type Refund, refundNoOf, refunds, type Settlement } from '../../../functions/payment/store.ts';
import { workItems } from '../../../functions/payment/worklist.ts';
import { readChargeLock } from '../../../shared/charges/charge-lock.ts';
import { timerOf } from '../../../shared/data/carried.ts';
import type { Table } from '../../../shared/data/table.ts';
import { type PayFailure, WeChatPayError } from '../../../shared/wechat/pay/pay-errors.ts';
import type { WeChatPay } from '../../../shared/wechat/pay/wechat-pay.ts';
import { outcome } from '../booking/scene.ts';
import { paid } from './bill-scene.ts';
import {
  atTheWindow,
  CLINIC,
  foreignCharge,
  HOSPITAL,
  ME,
  MERCHANTS,
  opened,
  type PaymentScene,
  paymentScene,
  SILENCE,
  settlementNow,
} from './scene.ts';

const NOW = '2026-03-02T00:00:00.000Z';
const DAY_MS = 86_400_000;
const CLERK = { key: 'one', reason: '项目未做', by: 'acc-clerk' };
const SYSTEM = { key: 'due', reason: '取消退款', by: 'system' };

let scene: PaymentScene;

beforeEach(async () => {
  scene = await paymentScene();
});

/** Two examinations, 100 yuan at the hospital and 50 at the clinic, paid by one combined order. */
async function paidTwice(): Promise<Settlement> {
  return settlementNow(scene, await paid(scene, [10_000], [5_000, CLINIC]));
}

/** Of the line with this index. */
async function asked(
  settlement: Settlement,
  index: number,
  more: Partial<RefundRequest> = {},
  deps: PaymentDeps = scene.deps,
): Promise<Refund> {
  const chargeId = settlement.lines[index]?.chargeId ?? '';
  const refund = await askRefund(deps, settlement.settlementId, { chargeId, ...CLERK, ...more });
  if (refund === undefined) throw new Error('nothing is left to give back');
  return refund;
}

async function refundNow(id: Pick<Refund, 'settlementId' | 'refundNo'>): Promise<Refund> {
  const found = await refunds.get(scene.deps.table, id, { consistent: true });
  if (found === undefined) throw new Error('no such refund');
  return found;
}

async function timerNow(id: Refund) {
  const item = await scene.deps.table.get(refunds.key(id), { consistent: true });
  return item && timerOf(item);
}

async function attempt(refund: Refund, deps: PaymentDeps = scene.deps): Promise<Refund> {
  const item = await scene.deps.table.get(refunds.key(refund), { consistent: true });
  if (item === undefined) throw new Error('no such refund');
  await followRefund(deps, item);
  return refundNow(refund);
}

/** WeChat's client with some of its calls answered otherwise. */
function answering(calls: Partial<WeChatPay>): PaymentDeps {
  return {
    ...scene.deps,
    weChatPay: async (mchid) => ({ ...(await scene.deps.weChatPay(mchid)), ...calls }),
  };
}

function failure(what: Partial<PayFailure>): WeChatPayError {
  const api = 'POST /v3/refund/domestic/refunds';
  return new WeChatPayError({ api, fault: 'REFUSED', retryable: false, outcomeUnknown: false, ...what });
}

/** The table, with every transaction refused as if somebody were always faster. */
function contended(): { deps: PaymentDeps; tries: () => number } {
  let count = 0;
  const transact: Table['transact'] = async () => {
    count += 1;
    if (count > 50) throw new Error('tries for ever');
    return { ok: false, failures: [] };
  };
  return { deps: { ...scene.deps, table: { ...scene.deps.table, transact } }, tries: () => count };
}

const warnings = () =>
  scene.deps.lines.flatMap(({ level, code, facts }) => (level === 'warn' ? [{ code, facts }] : []));
const workOf = ({ refundNo, payeeId }: Refund) =>
  workItems.get(scene.deps.table, { listId: payeeId, workItemId: `refund-${refundNo}` });

describe('asking for money back', () => {
  test('reserves it in the line and the order it was paid with, and is sent at once', async () => {
    const settlement = await paidTwice();
    const { settlementId } = settlement;
    const [, line] = settlement.lines;
    const refund = await asked(settlement, 1, { amountFen: 2_000 });
    expect(refund).toEqual({
      refundNo: refundNoOf(settlementId, line?.chargeId ?? '', 'one'),
      settlementId,
      patientId: ME,
      chargeId: line?.chargeId,
      outTradeNo: line?.outTradeNo,
      payeeId: CLINIC,
      amountFen: 2_000,
      reason: '项目未做',
      status: 'REQUESTED',
      requestedAt: NOW,
      requestedBy: 'acc-clerk',
      attempts: 0,
    });
    expect(await refundNow(refund)).toMatchObject(refund);
    expect(await timerNow(refund)).toEqual({ kind: 'follow-refund', at: NOW, attempts: 0 });
    const after = await settlementNow(scene, settlement);
    expect(after.lines.map(({ refundAskedFen }) => refundAskedFen)).toEqual([0, 2_000]);
    expect(after.orders.map((order) => order.refunds)).toEqual([0, 1]);
    expect(await workOf(refund)).toBeUndefined();
  });

  test('is asking for all that is left, where nobody says how much', async () => {
    const settlement = await paidTwice();
    await asked(settlement, 0, { amountFen: 1 });
    expect((await asked(settlement, 0, { key: 'rest' })).amountFen).toBe(9_999);
    const before = JSON.stringify(scene.deps.all());
    const chargeId = settlement.lines[0]?.chargeId ?? '';
    const again = { chargeId, ...CLERK, key: 'more' };
    expect(await askRefund(scene.deps, settlement.settlementId, again)).toBeUndefined();
    expect(JSON.stringify(scene.deps.all())).toBe(before);
  });

  test('says how much may still be asked for', async () => {
    const settlement = await paidTwice();
    await expect(asked(settlement, 1, { amountFen: 5_001 })).rejects.toMatchObject({
      code: 'REFUND_TOO_MUCH',
      details: { context: { leftFen: 5_000 } },
    });
  });

  test('of what was never paid, or by another settlement, is refused', async () => {
    const settlement = await paidTwice();
    const request = { chargeId: 'lab-9', ...CLERK };
    expect(await outcome(askRefund(scene.deps, 'S1', request))).toBe('SETTLEMENT_NOT_FOUND');
    expect(await outcome(askRefund(scene.deps, settlement.settlementId, request))).toBe(
      'SETTLEMENT_NOT_FOUND',
    );
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-9' });
    const pending = await opened(scene, [{ patientId: ME, appointmentId: 'lab-9' } as never]);
    await expect(askRefund(scene.deps, pending.settlement.settlementId, request)).rejects.toMatchObject({
      code: 'WRONG_STATE',
      details: { context: { status: 'PENDING' } },
    });
  });

  test('by the house itself is never too late, nor one too many', async () => {
    const settlement = await paidTwice();
    const { mostAnOrder, withinDays } = policyNow(scene.deps).refunds;
    for (let times = 0; times < mostAnOrder; times += 1)
      await asked(settlement, 0, { key: `part-${times}`, amountFen: 1 });
    expect(await outcome(asked(settlement, 0, { key: 'more' }))).toBe('REFUND_TOO_MANY');
    expect((await asked(settlement, 1, { amountFen: 1 })).amountFen).toBe(1);
    scene.deps.clock.advance(withinDays * DAY_MS + 1);
    expect(await outcome(asked(settlement, 1, { key: 'late' }))).toBe('REFUND_TOO_LATE');
    expect((await asked(settlement, 0, SYSTEM)).amountFen).toBe(10_000 - mostAnOrder);
  });

  test('by two at the same moment reserves both, or what is left', async () => {
    const settlement = await paidTwice();
    const parts = ['one', 'two', 'three'].map((key) =>
      outcome(asked(settlement, 0, { key, amountFen: 4_000 })),
    );
    expect((await Promise.all(parts)).toSorted()).toEqual(['REFUND_TOO_MUCH', 'ok', 'ok']);
    expect((await settlementNow(scene, settlement)).lines[0]?.refundAskedFen).toBe(8_000);
  });

  test('gives up when somebody else is always faster', async () => {
    const settlement = await paidTwice();
    const { deps, tries } = contended();
    expect(await outcome(asked(settlement, 0, {}, deps))).toBe('CONFLICT');
    expect(tries()).toBe(8);
  });

  test('that was paid at a window goes back over it: nothing is sent, and a clerk hears of it', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1', amountFen: 700 });
    const settlement = await atTheWindow(scene, ['lab-1'], 'CARD');
    const refund = await asked(settlement, 0);
    expect(await timerNow(refund)).toBeUndefined();
    const { settlementId, refundNo, outTradeNo } = refund;
    expect(await workOf(refund)).toMatchObject({
      workItemId: `refund-${refundNo}`,
      listId: HOSPITAL,
      kind: 'REFUND_AT_DESK',
      ...{ settlementId, refundNo, outTradeNo },
      ourFen: 700,
    });
  });
});

describe('a refund’s timer', () => {
  test('tells WeChat what goes back, of which order, and where to say how it ended', async () => {
    const settlement = await paidTwice();
    const refund = await asked(settlement, 1, { amountFen: 2_000 });
    const said: unknown[] = [];
    const watched: PaymentDeps = {
      ...scene.deps,
      weChatPay: async (mchid) => {
        const pay = await scene.deps.weChatPay(mchid);
        return {
          ...pay,
          refund: (payee, order) => {
            said.push(mchid, payee, order);
            return pay.refund(payee, order);
          },
        };
      },
    };
    expect((await attempt(refund, watched)).status).toBe('PROCESSING');
    expect(said).toEqual([
      MERCHANTS.clinic,
      { mode: 'direct', appid: 'wx00000000laptop', mchid: MERCHANTS.clinic },
      {
        outTradeNo: refund.outTradeNo,
        outRefundNo: refund.refundNo,
        refundFen: 2_000,
        totalFen: 5_000,
        reason: '项目未做',
        notifyUrl: `https://city.test.invalid/payment/notifications/wechat/${MERCHANTS.clinic}`,
      },
    ]);
  });

  test('comes again after each of the pauses while WeChat gives nothing, the last one repeats', async () => {
    const refund = await asked(await paidTwice(), 0);
    const { settlementId, refundNo } = refund;
    const pauses = policyNow(scene.deps).refunds.retryAfterSeconds;
    for (const [attempts, seconds] of [...pauses, pauses.at(-1) ?? 0].entries()) {
      const silent = answering({ refund: () => Promise.reject(SILENCE) });
      expect(await attempt(refund, silent)).toMatchObject({ status: 'REQUESTED', attempts: attempts + 1 });
      const at = new Date(scene.deps.clock.now() + seconds * 1_000).toISOString();
      expect(await timerNow(refund)).toMatchObject({ kind: 'follow-refund', at });
      scene.deps.clock.advance(seconds * 1_000);
    }
    const facts = { settlementId, refundNo };
    expect(warnings()).toEqual([...pauses, 0].map(() => ({ code: 'PAYMENT_REFUND_IN_VAIN', facts })));
    // Nobody can do anything about silence, or about two within a minute; about a no that is said once the pauses are over.
    const limited = failure({ status: 429, code: 'FREQUENCY_LIMITED' });
    await attempt(refund, answering({ refund: () => Promise.reject(limited) }));
    expect(await workOf(refund)).toBeUndefined();
    expect((await attempt(refund)).status).toBe('PROCESSING');
    expect(await timerNow(refund)).toBeDefined();
    const unsigned = failure({ status: 401, code: 'SIGN_ERROR' });
    await attempt(refund, answering({ queryRefund: () => Promise.reject(unsigned) }));
    expect(await workOf(refund)).toBeUndefined();
  });

  test.each([
    ['with a code', { status: 400, code: 'INVALID_REQUEST' }, 'INVALID_REQUEST'],
    ['with no code', { status: 403 }, 'REFUSED'],
    ['of our signature', { status: 401, code: 'SIGN_ERROR' }, undefined],
    ['for now', { status: 429, code: 'RATE', retryable: true }, undefined],
    ['while it may have been done', { status: 500, code: 'SYSTEM_ERROR', outcomeUnknown: true }, undefined],
    ['to two within a minute', { status: 429, code: 'FREQUENCY_LIMITED' }, undefined],
    ['in a way that proves nothing', { fault: 'UNTRUSTED', status: 400 }, undefined],
  ] as const)('that hears a no %s is over or goes on', async (_, said, refusal) => {
    const refund = await asked(await paidTwice(), 0);
    const refusing = answering({
      refund: () => Promise.reject(failure(said)),
      queryRefund: () => Promise.resolve(undefined),
    });
    const after = await attempt(refund, refusing);
    if (refusal === undefined) {
      expect(after.status).toBe('REQUESTED');
      expect(await workOf(refund)).toBeUndefined();
      return;
    }
    expect(after).toMatchObject({ status: 'CLOSED', refusal, endedAt: NOW });
    expect(await workOf(refund)).toMatchObject({ kind: 'REFUND_REFUSED', ourFen: 10_000 });
    expect(await timerNow(refund)).toBeUndefined();
  });

  test('asks only how a refund stands that WeChat has, and sends it again if WeChat has lost it', async () => {
    const refund = await asked(await paidTwice(), 0);
    expect((await attempt(refund)).status).toBe('PROCESSING');
    const asking = answering({ refund: () => Promise.reject(new Error('it was sent again')) });
    expect((await attempt(refund, asking)).status).toBe('PROCESSING');
    const lost = answering({
      queryRefund: () => Promise.resolve(undefined),
      refund: () => Promise.reject(failure({ status: 400, code: 'SENT_AGAIN' })),
    });
    expect(await attempt(refund, lost)).toMatchObject({ status: 'CLOSED', refusal: 'SENT_AGAIN' });
  });

  test('goes on while there are no keys to ask with, which rings', async () => {
    const refund = await asked(await paidTwice(), 0);
    const { settlementId, refundNo } = refund;
    const weChatPay = () => Promise.reject(paymentErrors.refusal('MERCHANT_UNKNOWN'));
    for (let count = 1; count < 12; count += 1)
      expect((await attempt(refund, { ...scene.deps, weChatPay })).attempts).toBe(count);
    expect(await timerNow(refund)).toBeDefined();
    expect(await workOf(refund)).toBeUndefined();
    const facts = { settlementId, refundNo };
    const rung = scene.deps.lines.filter(({ level }) => level === 'error');
    expect(rung).toHaveLength(11);
    expect(rung[0]).toMatchObject({ code: 'PAYMENT_REFUND_IN_VAIN', facts });
    expect((await attempt(refund)).status).toBe('PROCESSING');
  });

  test('fails of what is not WeChat’s doing', async () => {
    const refund = await asked(await paidTwice(), 0);
    const broken = { ...scene.deps, weChatPay: () => Promise.reject(new Error('a defect')) };
    await expect(attempt(refund, broken)).rejects.toThrow('a defect');
    const refusing = answering({ refund: () => Promise.reject(new Error('a defect')) });
    await expect(attempt(refund, refusing)).rejects.toThrow('a defect');
    expect(warnings()).toEqual([]);
  });

  test('asks nothing more once the refund, or its settlement, is over or gone', async () => {
    const settlement = await paidTwice();
    const broken = { ...scene.deps, weChatPay: () => Promise.reject(new Error('WeChat was asked')) };
    const refund = await asked(settlement, 0);
    await refundSucceeded(scene.deps, refund, NOW);
    const item = await scene.deps.table.get(refunds.key(refund), { consistent: true });
    const before = JSON.stringify(scene.deps.all());
    if (item === undefined) throw new Error('no such refund');
    await followRefund(broken, item);
    expect(JSON.stringify(scene.deps.all())).toBe(before);
    await scene.deps.table.delete(item);
    await followRefund(broken, item);
    expect(await scene.deps.table.get(item, { consistent: true })).toBeUndefined();
    const other = await asked(settlement, 1);
    await scene.deps.table.delete({ pk: item.pk, sk: 'settlement' });
    await attempt(other, broken);
    expect((await refundNow(other)).attempts).toBe(0);
  });
});

describe('a refund that WeChat tells of', () => {
  const ended = async (refund: Refund, ...of: [Parameters<typeof applyRefundState>[2], string?]) => {
    await applyRefundState(scene.deps, refund, of[0], of[1]);
    return refundNow(refund);
  };

  test('as SUCCESS is counted back in its line alone, at the time WeChat says or now', async () => {
    const settlement = await paidTwice();
    const at = '2026-03-01T23:59:00.000Z';
    const [first, second] = [await asked(settlement, 1), await asked(settlement, 0, { amountFen: 400 })];
    expect(await ended(first, 'SUCCESS', at)).toMatchObject({ status: 'SUCCESS', endedAt: at });
    expect(await ended(second, 'SUCCESS')).toMatchObject({ status: 'SUCCESS', endedAt: NOW });
    expect(await timerNow(first)).toBeUndefined();
    const { lines } = await settlementNow(scene, settlement);
    expect(lines.map(({ refundedFen }) => refundedFen)).toEqual([400, 5_000]);
    const locks = await Promise.all(settlement.lines.map((line) => readChargeLock(scene.deps.table, line)));
    expect(locks.map((lock) => lock?.status)).toEqual(['PAID', 'REFUNDED']);
    const told = await refundSucceeded(scene.deps, first, NOW);
    expect(told).toMatchObject({ status: 'SUCCESS', endedAt: at });
    expect((await settlementNow(scene, settlement)).lines[1]?.refundedFen).toBe(5_000);
  });

  test('as SUCCESS with another of the same charge at the same moment leaves nothing of it paid', async () => {
    const settlement = await paidTwice();
    const parts = [await asked(settlement, 0, { amountFen: 4_000 }), await asked(settlement, 0, SYSTEM)];
    await Promise.all(parts.map((part) => refundSucceeded(scene.deps, part, NOW)));
    const { lines } = await settlementNow(scene, settlement);
    expect(lines[0]?.refundedFen).toBe(10_000);
    const [line] = settlement.lines;
    const lock = line && (await readChargeLock(scene.deps.table, line));
    expect(lock?.status).toBe('REFUNDED');
  });

  test('as SUCCESS answers how it is then', async () => {
    const refund = await asked(await paidTwice(), 0);
    expect(await refundSucceeded(scene.deps, refund, NOW)).toMatchObject({
      ...refund,
      status: 'SUCCESS',
      endedAt: NOW,
    });
  });

  test('as PROCESSING goes on, and is not brought back from its end', async () => {
    const refund = await asked(await paidTwice(), 0);
    expect((await ended(refund, 'PROCESSING')).status).toBe('PROCESSING');
    await ended(refund, 'SUCCESS');
    expect((await ended(refund, 'PROCESSING')).status).toBe('SUCCESS');
    expect((await ended(refund, 'CLOSED')).status).toBe('SUCCESS');
    expect(await workOf(refund)).toBeUndefined();
  });

  test.each(['CLOSED', 'ABNORMAL'] as const)('as %s is a person’s to decide about', async (state) => {
    const refund = await asked(await paidTwice(), 0);
    const after = await ended(refund, state);
    expect(after.status).toBe(state);
    expect(after.endedAt).toBe(state === 'CLOSED' ? NOW : undefined);
    expect(after).not.toHaveProperty('refusal');
    expect(await timerNow(refund)).toBeUndefined();
    expect(await workOf(refund)).toMatchObject({ kind: `REFUND_${state}`, status: 'OPEN', ourFen: 10_000 });
  });

  test('that there is not is an error', async () => {
    const settlement = await paidTwice();
    const id = { settlementId: settlement.settlementId, refundNo: 'R1' };
    await expect(refundSucceeded(scene.deps, id, NOW)).rejects.toThrow('a refund is gone');
  });

  test('while somebody else is always faster is tried again later', async () => {
    const refund = await asked(await paidTwice(), 0);
    const { deps, tries } = contended();
    expect(await outcome(refundSucceeded(deps, refund, NOW))).toBe('CONFLICT');
    expect(tries()).toBe(8);
  });
});

describe('a clerk’s decision', () => {
  const decidingOn = ({ settlementId, refundNo }: Refund, institutionId = HOSPITAL) => ({
    settlementId,
    refundNo,
    institutionId,
    accountId: 'acc-clerk',
  });

  test('to ask anew makes the same refund under another number, and closes the old one’s work', async () => {
    const old = await asked(await paidTwice(), 0, { amountFen: 300 });
    await applyRefundState(scene.deps, old, 'CLOSED', undefined);
    scene.deps.clock.advance(1_000);
    const next = await retryRefund(scene.deps, decidingOn(old));
    const requestedAt = '2026-03-02T00:00:01.000Z';
    const refundNo = refundNoOf(old.settlementId, old.chargeId, `after-${old.refundNo}`);
    expect(next).toEqual({ ...old, refundNo, requestedAt });
    expect(await refundNow(next)).toMatchObject(next);
    expect(await timerNow(next)).toEqual({ kind: 'follow-refund', at: requestedAt, attempts: 0 });
    expect(await refundNow(old)).toMatchObject({ status: 'REPLACED', replacedBy: refundNo });
    expect(await workOf(old)).toMatchObject({
      status: 'RESOLVED',
      resolvedBy: 'acc-clerk',
      note: 'asked for anew',
    });
    expect(await retryRefund(scene.deps, decidingOn(old))).toMatchObject(next);
  });

  test('to ask anew for what is under way is refused with its state', async () => {
    const refund = await asked(await paidTwice(), 0);
    await expect(retryRefund(scene.deps, decidingOn(refund))).rejects.toMatchObject({
      code: 'WRONG_STATE',
      details: { context: { status: 'REQUESTED' } },
    });
    await expect(confirmRefund(scene.deps, decidingOn(refund))).rejects.toMatchObject({
      code: 'WRONG_STATE',
      details: { context: { status: 'REQUESTED' } },
    });
  });

  test('on what there is not, or without a clerk, is refused', async () => {
    const refund = await asked(await paidTwice(), 0);
    const deciding = decidingOn(refund);
    for (const decide of [retryRefund, confirmRefund]) {
      expect(await outcome(decide(scene.deps, { ...deciding, refundNo: 'R1' }))).toBe('REFUND_NOT_FOUND');
      expect(await outcome(decide(scene.deps, { ...deciding, accountId: '' }))).toBe('UNAUTHENTICATED');
    }
    await scene.deps.table.delete({ pk: refunds.key(refund).pk, sk: 'settlement' });
    expect(await outcome(confirmRefund(scene.deps, deciding))).toBe('REFUND_NOT_FOUND');
  });

  test('that an ABNORMAL one has arrived waits until WeChat says so, too', async () => {
    const refund = await asked(await paidTwice(), 0);
    await applyRefundState(scene.deps, refund, 'ABNORMAL', undefined);
    const unknown = answering({ queryRefund: () => Promise.resolve(undefined) });
    await expect(confirmRefund(unknown, decidingOn(refund))).rejects.toMatchObject({
      code: 'WRONG_STATE',
      details: { context: { status: 'ABNORMAL' } },
    });
    expect(await workOf(refund)).toMatchObject({ status: 'OPEN' });
  });

  test('that money was given over the counter ends it now', async () => {
    await foreignCharge(scene, { owner: 'laboratory', chargeId: 'lab-1', amountFen: 700 });
    const settlement = await atTheWindow(scene, ['lab-1']);
    const refund = await asked(settlement, 0);
    scene.deps.clock.advance(1_000);
    const confirmed = await confirmRefund(scene.deps, decidingOn(refund));
    expect(confirmed).toMatchObject({ status: 'SUCCESS', endedAt: '2026-03-02T00:00:01.000Z' });
    expect(await workOf(refund)).toMatchObject({
      resolvedBy: 'acc-clerk',
      note: 'given back at the counter',
    });
  });
});
