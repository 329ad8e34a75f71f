import { beforeEach, describe, expect, test } from 'vitest';
import type { InsuranceSettlement } from '../../../functions/payment/insurance.ts';
import { listOf, openCharges } from '../../../functions/payment/open-charges.ts';
import { openSettlement, type SettlementRequest } from '../../../functions/payment/open-settlement.ts';
import { afterPause } from '../../../functions/payment/pauses.ts';
import { putPayee } from '../../../functions/payment/payee-accounts.ts';
import { type PaymentDeps, policyNow } from '../../../functions/payment/payment-deps.ts';
import { paymentPolicy } from '../../../functions/payment/policy.ts';
import { type Settlement, settlementIdOf, settlements } from '../../../functions/payment/store.ts';
import { CHARGE_CATEGORIES } from '../../../shared/charges/charge.ts';
import { readChargeLock } from '../../../shared/charges/charge-lock.ts';
import { chargeLink, eventOf, timerOf } from '../../../shared/data/carried.ts';
import { cityWith } from '../../support/city-policy.ts';
import { testClock } from '../../support/deps.ts';
import { outcome } from '../booking/scene.ts';
import {
  ACCOUNT,
  CLINIC,
  foreignCharge,
  HOSPITAL,
  ME,
  MERCHANTS,
  MINUTE,
  type PaymentScene,
  paymentScene,
  settlementNow,
} from './scene.ts';

const NOW = '2026-03-02T00:00:00.000Z';
const OWNER = 'laboratory';
const KEY = 'one-request';

let scene: PaymentScene;

beforeEach(async () => {
  scene = await paymentScene();
});

function opening(
  chargeIds: readonly string[],
  more: Partial<SettlementRequest> = {},
  deps: PaymentDeps = scene.deps,
): Promise<Settlement> {
  const request = { patientId: ME, chargeIds, accountId: ACCOUNT, requestKey: KEY };
  return openSettlement(deps, { ...request, ...more });
}

const owed = (chargeId: string, amountFen: number, more: { payeeId?: string; payBy?: string } = {}) =>
  foreignCharge(scene, { owner: OWNER, chargeId, amountFen, ...more });

/** What the stream shows and nobody has heard yet. */
const told = () =>
  scene.pending.splice(0).map((item) => {
    const { type, data, traceparent } = eventOf(item) ?? {};
    return { type, data, ...(traceparent === undefined ? {} : { traceparent }) };
  });

describe('a settlement that is opened', () => {
  test('claims its charge, is written down whole and told of', async () => {
    await owed('lab-1', 15_050);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const settlement = await opening(['lab-1'], { traceparent });
    const settlementId = settlementIdOf(ACCOUNT, ME, KEY);
    const shares = { fundFen: 0, accountFen: 0, selfFen: 15_050 };
    const charge = { owner: OWNER, chargeId: 'lab-1', category: 'EXAMINATION', payeeId: HOSPITAL };
    expect(settlement).toEqual({
      settlementId,
      patientId: ME,
      openedBy: ACCOUNT,
      method: 'WECHAT',
      status: 'PENDING',
      totalFen: 15_050,
      lines: [
        {
          ...charge,
          amountFen: 15_050,
          ...shares,
          outTradeNo: settlementId,
          refundAskedFen: 0,
          refundedFen: 0,
        },
      ],
      orders: [{ outTradeNo: settlementId, mchid: MERCHANTS.hospital, totalFen: 15_050, refunds: 0 }],
      openedAt: NOW,
      payBy: '2026-03-02T00:15:00.000Z',
      checks: 0,
      lookupPk: `payment#patient#${ME}`,
      lookupSk: `${NOW}#${settlementId}`,
    });
    expect(await settlementNow(scene, settlement)).toMatchObject(settlement);
    const item = await scene.deps.table.get(settlements.key(settlementId));
    expect(item && timerOf(item)).toEqual({
      kind: 'check-settlement',
      at: '2026-03-02T00:00:15.000Z',
      attempts: 0,
    });
    expect(await readChargeLock(scene.deps.table, { owner: OWNER, chargeId: 'lab-1' })).toMatchObject({
      owner: OWNER,
      chargeId: 'lab-1',
      patientId: ME,
      payeeId: HOSPITAL,
      amountFen: 15_050,
      status: 'CLAIMED',
      settlementId,
    });
    expect(told()).toEqual([
      {
        type: 'payment.settlement-opened',
        data: { settlementId, patientId: ME, by: ACCOUNT },
        traceparent,
      },
      { type: 'laboratory.charge-changed', data: { chargeId: 'lab-1', patientId: ME } },
    ]);
  });

  test('by another account, for another patient or with another key is another one', () => {
    const ids = [
      settlementIdOf(ACCOUNT, ME, KEY),
      settlementIdOf('another', ME, KEY),
      settlementIdOf(ACCOUNT, 'another', KEY),
      settlementIdOf(ACCOUNT, ME, 'another'),
    ];
    expect(new Set(ids).size).toBe(4);
  });

  test('is the same one for two requests at the same moment', async () => {
    await owed('lab-1', 15_050);
    const [first, second] = await Promise.all([opening(['lab-1']), opening(['lab-1'])]);
    expect(second).toMatchObject(first);
    expect(told()).toHaveLength(2);
  });

  test('is paid until the first of its charges runs out, or as long as the policy says', async () => {
    await owed('lab-1', 100, { payBy: '2026-03-02T00:10:00.000Z' });
    await owed('lab-2', 100, { payBy: '2026-03-02T00:05:00.000Z' });
    await owed('lab-3', 100, { payBy: '2026-03-02T01:00:00.000Z' });
    expect((await opening(['lab-1', 'lab-2', 'lab-3'])).payBy).toBe('2026-03-02T00:05:00.000Z');
    await owed('lab-4', 100, { payBy: '2026-03-02T01:00:00.000Z' });
    expect((await opening(['lab-4'], { requestKey: 'later' })).payBy).toBe('2026-03-02T00:15:00.000Z');
  });

  test('says when it would have been in time', async () => {
    const payBy = '2026-03-02T00:00:59.999Z';
    await owed('lab-1', 100, { payBy });
    await expect(opening(['lab-1'])).rejects.toMatchObject({
      code: 'TOO_LATE_TO_PAY',
      details: { context: { payBy } },
    });
  });

  test('names each charge that somebody else has claimed, and claims none of the others', async () => {
    for (const id of ['lab-1', 'lab-2', 'lab-3']) await owed(id, 100);
    await opening(['lab-1'], { requestKey: 'first' });
    await opening(['lab-3'], { requestKey: 'third' });
    const reasons = ['lab-1', 'lab-3'].map((chargeId) => ({ code: 'CHARGE_NOT_OPEN', detail: { chargeId } }));
    await expect(opening(['lab-1', 'lab-2', 'lab-3'])).rejects.toMatchObject({
      code: 'CHARGE_NOT_OPEN',
      details: { reasons },
    });
    expect(await readChargeLock(scene.deps.table, { owner: OWNER, chargeId: 'lab-2' })).toBeUndefined();
  });
});

describe('its orders', () => {
  test('are one a merchant, each with the sum of its lines and a number of its own', async () => {
    await putPayee(scene.deps, { institutionId: 'village-1', mchid: MERCHANTS.clinic }, 'authority');
    await owed('lab-1', 100);
    await owed('lab-2', 20, { payeeId: CLINIC });
    await owed('lab-3', 3, { payeeId: 'village-1' });
    await owed('lab-4', 4_000);
    const settlement = await opening(['lab-1', 'lab-2', 'lab-3', 'lab-4']);
    const { settlementId, lines, orders } = settlement;
    expect(orders).toEqual([
      { outTradeNo: `${settlementId}-1`, mchid: MERCHANTS.hospital, totalFen: 4_100, refunds: 0 },
      { outTradeNo: `${settlementId}-2`, mchid: MERCHANTS.clinic, totalFen: 23, refunds: 0 },
    ]);
    expect(lines.map(({ chargeId, outTradeNo }) => [chargeId, outTradeNo.slice(-2)])).toEqual([
      ['lab-1', '-1'],
      ['lab-2', '-2'],
      ['lab-3', '-2'],
      ['lab-4', '-1'],
    ]);
    expect(settlement).toMatchObject({ totalFen: 4_123, combinedBy: MERCHANTS.combining });
  });

  test('are two for two sub-merchants of one provider', async () => {
    const { combining: mchid } = MERCHANTS;
    await putPayee(scene.deps, { institutionId: HOSPITAL, mchid, subMchid: '1900425777' }, 'authority');
    await putPayee(scene.deps, { institutionId: CLINIC, mchid, subMchid: '1900425778' }, 'authority');
    await putPayee(scene.deps, { institutionId: 'village-1', mchid, subMchid: '1900425778' }, 'authority');
    await owed('lab-1', 1);
    await owed('lab-2', 20, { payeeId: CLINIC });
    await owed('lab-3', 300, { payeeId: 'village-1' });
    const { settlementId, orders } = await opening(['lab-1', 'lab-2', 'lab-3']);
    expect(orders).toEqual([
      { outTradeNo: `${settlementId}-1`, mchid, subMchid: '1900425777', totalFen: 1, refunds: 0 },
      { outTradeNo: `${settlementId}-2`, mchid, subMchid: '1900425778', totalFen: 320, refunds: 0 },
    ]);
  });

  test('are asked for one by one where the city has nobody who combines', async () => {
    const { combiningMerchant: _, ...values } = policyNow(scene.deps);
    const policy = cityWith('demo', paymentPolicy.name, values).policy;
    const deps = { ...scene.deps, city: { ...scene.deps.city, policy } };
    await owed('lab-1', 100);
    await owed('lab-2', 20, { payeeId: CLINIC });
    expect(await outcome(opening(['lab-1', 'lab-2'], {}, deps))).toBe('CANNOT_COMBINE');
    expect((await opening(['lab-1'], {}, deps)).orders).toHaveLength(1);
  });

  test('name every institution that has no account', async () => {
    await owed('lab-1', 100, { payeeId: 'village-8' });
    await owed('lab-2', 100);
    await owed('lab-3', 100, { payeeId: 'village-9' });
    const reasons = ['village-8', 'village-9'].map((institutionId) => ({
      code: 'PAYEE_UNKNOWN',
      detail: { institutionId },
    }));
    await expect(opening(['lab-1', 'lab-2', 'lab-3'])).rejects.toMatchObject({
      code: 'PAYEE_UNKNOWN',
      details: { reasons },
    });
  });
});

describe('what the insurer bears', () => {
  const splitting = (...shares: Awaited<ReturnType<InsuranceSettlement['shares']>>): PaymentDeps => ({
    ...scene.deps,
    insurance: { shares: () => Promise.resolve(shares) },
  });

  test('is not asked of the payer', async () => {
    await owed('lab-1', 10_000);
    await owed('lab-2', 500, { payeeId: CLINIC });
    const asked: unknown[] = [];
    const insurance: InsuranceSettlement = {
      shares: async (patientId, charges) => {
        asked.push(patientId, ...charges.map(({ chargeId }) => chargeId));
        return [
          { fundFen: 7_000, accountFen: 1_000, selfFen: 2_000 },
          { fundFen: 0, accountFen: 1, selfFen: 499 },
        ];
      },
    };
    const settlement = await opening(['lab-1', 'lab-2'], {}, { ...scene.deps, insurance });
    expect(asked).toEqual([ME, 'lab-1', 'lab-2']);
    expect(settlement.lines).toMatchObject([
      { amountFen: 10_000, fundFen: 7_000, accountFen: 1_000, selfFen: 2_000 },
      { amountFen: 500, fundFen: 0, accountFen: 1, selfFen: 499 },
    ]);
    expect(settlement.orders.map(({ totalFen }) => totalFen)).toEqual([2_000, 499]);
    expect(settlement.totalFen).toBe(2_499);
  });

  test('may be all of it: there is nothing to ask WeChat for, and nothing is begun', async () => {
    await owed('lab-1', 10_000);
    const before = JSON.stringify(scene.deps.all());
    const whole = splitting({ fundFen: 10_000, accountFen: 0, selfFen: 0 });
    expect(await outcome(opening(['lab-1'], {}, whole))).toBe('SUM_NOT_PAYABLE');
    expect(JSON.stringify(scene.deps.all())).toBe(before);
  });

  test.each([
    ['do not add up', { fundFen: 7_000, accountFen: 1_000, selfFen: 1_999 }],
    ['add up by a negative one', { fundFen: 11_000, accountFen: 0, selfFen: -1_000 }],
    ['add up by a negative fund', { fundFen: -1_000, accountFen: 1_000, selfFen: 10_000 }],
    ['are no whole fen', { fundFen: 0.5, accountFen: 0.5, selfFen: 9_999 }],
  ])('in shares that %s begins nothing', async (_, shares) => {
    await owed('lab-1', 10_000);
    const before = JSON.stringify(scene.deps.all());
    await expect(opening(['lab-1'], {}, splitting(shares))).rejects.toMatchObject({ name: 'UnequalShares' });
    expect(JSON.stringify(scene.deps.all())).toBe(before);
  });

  test('of a charge that the insurer says nothing about begins nothing', async () => {
    await owed('lab-1', 10_000);
    await expect(opening(['lab-1'], {}, splitting())).rejects.toThrow('a charge without account or shares');
  });
});

describe('open charges', () => {
  test('are those that are open, of every kind, as their contexts wrote them', async () => {
    for (const category of CHARGE_CATEGORIES)
      await foreignCharge(scene, { owner: OWNER, chargeId: category, category, amountFen: 1 });
    for (const status of ['PAID', 'VOID', 'REFUND_DUE', 'REFUNDED'] as const)
      await foreignCharge(scene, { owner: OWNER, chargeId: status, status });
    const found = await openCharges(scene.deps, ME);
    expect(found.map(({ chargeId }) => chargeId).toSorted()).toEqual([...CHARGE_CATEGORIES].toSorted());
    expect(listOf(found).totalFen).toBe(CHARGE_CATEGORIES.length);
    expect(found[0]).toMatchObject({ owner: OWNER, since: NOW, status: 'OPEN' });
  });

  test.each([
    ['without an id', { chargeId: '' }],
    ['with an id of 129 characters', { chargeId: 'x'.repeat(129) }],
    ['of an unknown kind', { category: 'PARKING' }],
    ['of nothing', { amountFen: 0 }],
    ['of less than nothing', { amountFen: -1 }],
    ['of half a fen', { amountFen: 0.5 }],
    ['owed to nobody', { payeeId: '' }],
    ['in an unknown state', { status: 'NEW' }],
    ['until some time', { payBy: 'tomorrow' }],
  ])('%s are none', async (_, wrong) => {
    const charge = await owed('lab-1', 100, { payBy: '2026-03-02T00:10:00.000Z' });
    const at = (n: number) => ({ pk: `laboratory#order#${n}`, sk: 'order', ...chargeLink(ME, NOW) });
    await scene.deps.table.put({ ...at(2), charge: { ...charge, chargeId: 'x'.repeat(128) } });
    await scene.deps.table.put({ ...at(3), charge: { ...charge, ...wrong } });
    await scene.deps.table.put(at(4));
    const found = await openCharges(scene.deps, ME);
    expect(found.map(({ chargeId }) => chargeId).toSorted()).toEqual(['lab-1', 'x'.repeat(128)]);
  });
});

test('a pause is the next of those given, then the last again', () => {
  const clock = testClock(NOW);
  const after = [0, 1, 2, 9].map((done) => Date.parse(afterPause(clock, [15, 60], done)) - Date.parse(NOW));
  expect(after).toEqual([15_000, MINUTE, MINUTE, MINUTE]);
  expect(() => afterPause(clock, [], 0)).toThrow('no pause is given');
});
