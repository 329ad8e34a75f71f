import { beforeEach, describe, expect, test } from 'vitest';
import { checkSettlement } from '../../../functions/payment/check-settlement.ts';
import { closeSettlement } from '../../../functions/payment/close-settlement.ts';
import { paymentErrors } from '../../../functions/payment/errors.ts';
import { openSettlement } from '../../../functions/payment/open-settlement.ts';
import { type PaymentDeps, policyNow } from '../../../functions/payment/payment-deps.ts';
import { type Settlement, settlements } from '../../../functions/payment/store.ts';
import { chargeLockKey, readChargeLock } from '../../../shared/charges/charge-lock.ts';
import { timerOf } from '../../../shared/data/carried.ts';
import { outcome } from '../booking/scene.ts';
import { listed, paid } from './bill-scene.ts';
import {
  ACCOUNT,
  foreignCharge,
  HOSPITAL,
  ME,
  MINUTE,
  opened,
  type PaymentScene,
  payerPays,
  paymentScene,
  SILENCE,
  settlementNow,
} from './scene.ts';

const LAB = { owner: 'laboratory', chargeId: 'lab-1' };

let scene: PaymentScene;

beforeEach(async () => {
  scene = await paymentScene();
  await foreignCharge(scene, LAB);
});

function askedFor(): Promise<{ readonly settlement: Settlement; readonly prepayId: string }> {
  return opened(scene, [{ patientId: ME, appointmentId: LAB.chargeId } as never]);
}

/** The settlement's timer, in milliseconds from now. */
async function dueIn({ settlementId }: Settlement): Promise<number | undefined> {
  const item = await scene.deps.table.get(settlements.key(settlementId), { consistent: true });
  const timer = item && timerOf(item);
  return timer && Date.parse(timer.at) - scene.deps.clock.now();
}

/** What a settlement's timer does when it is due, without WeChat's own appointments. */
async function nextCheck(settlement: Settlement): Promise<void> {
  scene.deps.clock.advance((await dueIn(settlement)) ?? 0);
  await scene.sweep();
}

/** WeChat answers nothing, or something else throws. */
function without(error: Error): PaymentDeps {
  return { ...scene.deps, weChatPay: () => Promise.reject(error) };
}

const lines = () => scene.deps.lines.map(({ level, code, facts }) => ({ level, code, facts }));

describe('while a settlement waits', () => {
  test('WeChat is asked after each of the pauses, until the time to pay is over', async () => {
    const { settlement } = await askedFor();
    const pauses = policyNow(scene.deps).checkAfterSeconds;
    let waitedMs = 0;
    for (const [checks, seconds] of pauses.entries()) {
      if (waitedMs + seconds * 1_000 >= 15 * MINUTE) break;
      expect(await settlementNow(scene, settlement)).toMatchObject({ status: 'PENDING', checks });
      expect(await dueIn(settlement)).toBe(seconds * 1_000);
      waitedMs += seconds * 1_000;
      await nextCheck(settlement);
    }
    expect(await dueIn(settlement)).toBe(15 * MINUTE - waitedMs);
    await nextCheck(settlement);
    expect(scene.deps.clock.now()).toBe(Date.parse(settlement.payBy));
    expect(await settlementNow(scene, settlement)).toMatchObject({
      status: 'CLOSED',
      closedBecause: 'EXPIRED',
      closedAt: settlement.payBy,
    });
    expect(await dueIn(settlement)).toBeUndefined();
  });

  test('and WeChat gives nothing it is asked again after the same pauses', async () => {
    const { settlement, prepayId } = await askedFor();
    const pauses = policyNow(scene.deps).checkAfterSeconds;
    scene.standIn.knobs.set({ lost: 1 });
    await payerPays(scene, prepayId);
    for (let check = 1; scene.deps.clock.now() < Date.parse(settlement.payBy); check += 1) {
      scene.deps.clock.advance((await dueIn(settlement)) ?? 0);
      await checkSettlement(without(SILENCE), settlements.key(settlement.settlementId));
      expect((await settlementNow(scene, settlement)).checks).toBe(check);
      const leftMs = Date.parse(settlement.payBy) - scene.deps.clock.now();
      const pauseMs = (pauses[check] ?? 0) * 1_000;
      expect(await dueIn(settlement)).toBe(leftMs > 0 ? Math.min(pauseMs, leftMs) : pauseMs);
    }
    const { settlementId } = settlement;
    expect(lines()).toContainEqual({ level: 'warn', code: 'PAYMENT_CHECK_IN_VAIN', facts: { settlementId } });
    await nextCheck(settlement);
    expect((await settlementNow(scene, settlement)).status).toBe('PAID');
  });

  test('it can be paid all the while', async () => {
    const { settlement, prepayId } = await askedFor();
    await nextCheck(settlement);
    await nextCheck(settlement);
    expect(await payerPays(scene, prepayId)).toBe('PAID');
  });

  test('what is not WeChat’s doing is a failure of the timer', async () => {
    const { settlement } = await askedFor();
    const key = settlements.key(settlement.settlementId);
    await expect(checkSettlement(without(new Error('a defect')), key)).rejects.toThrow('a defect');
    expect(scene.deps.lines).toEqual([]);
  });

  test.each(['paid', 'closed', 'taken at the window', 'gone'])(
    'is not asked about once it is %s',
    async (how) => {
      const { settlement, prepayId } = await askedFor();
      if (how === 'paid') await payerPays(scene, prepayId);
      if (how === 'closed') await closeSettlement(scene.deps, settlement, 'PAYER');
      await scene.standIn.agenda.runDue();
      const key = settlements.key(settlement.settlementId);
      if (how === 'gone') await scene.deps.table.delete(key);
      if (how === 'taken at the window') await scene.deps.table.update(key, { set: { method: 'ONSITE' } });
      const before = JSON.stringify(scene.deps.all());
      await checkSettlement(without(new Error('WeChat was asked')), key);
      expect(JSON.stringify(scene.deps.all())).toBe(before);
    },
  );
});

describe('closing', () => {
  test('lets the charges go at once, and says what WeChat answered', async () => {
    const { settlement } = await askedFor();
    const closed = await closeSettlement(scene.deps, settlement, 'PAYER');
    expect(closed).toMatchObject({
      outcome: 'UNPAYABLE',
      settlement: { status: 'CLOSED', closedBecause: 'PAYER', closedAt: '2026-03-02T00:00:00.000Z' },
    });
    expect((await readChargeLock(scene.deps.table, LAB))?.status).toBe('OPEN');
    expect(await dueIn(settlement)).toBeUndefined();
    expect(await closeSettlement(without(new Error('WeChat was asked')), settlement, 'PAYER')).toEqual(
      closed,
    );
  });

  test('by two at the same moment closes it once', async () => {
    const { settlement } = await askedFor();
    const twice = ['PAYER', 'EXPIRED'].map((because) =>
      closeSettlement(scene.deps, settlement, because as 'PAYER'),
    );
    for (const { settlement: closed } of await Promise.all(twice))
      expect(closed).toMatchObject({ status: 'CLOSED', closedBecause: 'PAYER' });
    await scene.hear();
    expect((await readChargeLock(scene.deps.table, LAB))?.status).toBe('OPEN');
  });

  test('what never reached WeChat lets it go as well', async () => {
    const settlement = await openSettlement(scene.deps, {
      patientId: ME,
      chargeIds: [LAB.chargeId],
      accountId: ACCOUNT,
      requestKey: 'never-launched',
    });
    expect(await closeSettlement(scene.deps, settlement, 'PAYER')).toMatchObject({
      outcome: 'UNKNOWN',
      settlement: { status: 'CLOSED' },
    });
  });

  test('what is paid takes the payment in', async () => {
    const { settlement, prepayId } = await askedFor();
    scene.standIn.knobs.set({ lost: 1 });
    await payerPays(scene, prepayId);
    const expected = { outcome: 'PAID', settlement: { status: 'PAID' } };
    expect(await closeSettlement(scene.deps, settlement, 'PAYER')).toMatchObject(expected);
    const again = closeSettlement(without(new Error('WeChat was asked')), settlement, 'PAYER');
    expect(await again).toMatchObject(expected);
  });

  test('what the payer is at waits for them', async () => {
    const { settlement, prepayId } = await askedFor();
    scene.standIn.knobs.set({ userPaying: 1 });
    await payerPays(scene, prepayId);
    expect(await closeSettlement(scene.deps, settlement, 'PAYER')).toMatchObject({
      outcome: 'PAYING',
      settlement: { status: 'CLOSING' },
    });
    expect((await readChargeLock(scene.deps.table, LAB))?.status).toBe('CLAIMED');
    await scene.standIn.payer.finish(prepayId, false);
    await scene.sweep();
    expect(await settlementNow(scene, settlement)).toMatchObject({
      status: 'CLOSED',
      closedBecause: 'PAYER',
    });
  });

  test('what the payer is at is asked about after the pause, not when its time to pay is over', async () => {
    const { settlement, prepayId } = await askedFor();
    scene.standIn.knobs.set({ userPaying: 1 });
    await payerPays(scene, prepayId);
    scene.deps.clock.advance(15 * MINUTE - 10_000);
    await closeSettlement(scene.deps, settlement, 'PAYER');
    await checkSettlement(scene.deps, settlements.key(settlement.settlementId));
    expect(await dueIn(settlement)).toBe(30_000);
  });

  test('that WeChat did not answer is finished by the timer, at once', async () => {
    const { settlement } = await askedFor();
    await expect(closeSettlement(without(SILENCE), settlement, 'PAYER')).rejects.toBe(SILENCE);
    expect((await settlementNow(scene, settlement)).status).toBe('CLOSING');
    await scene.sweep();
    expect(await settlementNow(scene, settlement)).toMatchObject({
      status: 'CLOSED',
      closedBecause: 'PAYER',
    });
  });

  test('a settlement that there is not is refused', async () => {
    expect(await outcome(closeSettlement(scene.deps, { settlementId: 'S1' }, 'PAYER'))).toBe(
      'SETTLEMENT_NOT_FOUND',
    );
  });

  test('does not let go what is another settlement’s', async () => {
    const { settlement } = await askedFor();
    await scene.deps.table.update(chargeLockKey(LAB), { set: { settlementId: 'another' } });
    await expect(closeSettlement(scene.deps, settlement, 'PAYER')).rejects.toThrow(
      'a charge is not claimed by its settlement',
    );
    expect((await settlementNow(scene, settlement)).status).toBe('CLOSING');
  });
});

describe('a settlement that can neither be closed nor paid', () => {
  /** The instant at which it is let go. */
  const endOf = ({ payBy }: Settlement) =>
    Date.parse(payBy) + policyNow(scene.deps).giveUpAfterMinutes * MINUTE;

  test('is given up when its wait is over and not a millisecond before', async () => {
    const { settlement, prepayId } = await askedFor();
    scene.standIn.knobs.set({ userPaying: 1 });
    await payerPays(scene, prepayId);
    const key = settlements.key(settlement.settlementId);
    scene.deps.clock.advance(endOf(settlement) - 1 - scene.deps.clock.now());
    await checkSettlement(scene.deps, key);
    expect((await settlementNow(scene, settlement)).status).toBe('CLOSING');
    scene.deps.clock.advance(1);
    await checkSettlement(scene.deps, key);
    expect(await settlementNow(scene, settlement)).toMatchObject({
      status: 'CLOSED',
      closedBecause: 'GIVEN_UP',
    });
    expect((await readChargeLock(scene.deps.table, LAB))?.status).toBe('OPEN');
    const { settlementId } = settlement;
    expect(lines()).toEqual([{ level: 'error', code: 'PAYMENT_GIVEN_UP', facts: { settlementId } }]);
  });

  test('is given up also while WeChat gives nothing, at the first look after its wait', async () => {
    const { settlement } = await askedFor();
    scene.deps.clock.advance(endOf(settlement) - scene.deps.clock.now());
    await checkSettlement(without(SILENCE), settlements.key(settlement.settlementId));
    expect(await settlementNow(scene, settlement)).toMatchObject({
      status: 'CLOSED',
      closedBecause: 'GIVEN_UP',
    });
  });

  test('is given up also while there are no keys to ask with, which rings', async () => {
    const { settlement } = await askedFor();
    const key = settlements.key(settlement.settlementId);
    scene.deps.clock.advance(endOf(settlement) - 1 - scene.deps.clock.now());
    const keyless = without(paymentErrors.refusal('MERCHANT_UNKNOWN'));
    await checkSettlement(keyless, key);
    expect((await settlementNow(scene, settlement)).status).toBe('CLOSING');
    scene.deps.clock.advance(1);
    await checkSettlement(keyless, key);
    expect((await settlementNow(scene, settlement)).closedBecause).toBe('GIVEN_UP');
    const facts = { settlementId: settlement.settlementId };
    expect(lines()[0]).toEqual({ level: 'error', code: 'PAYMENT_CHECK_IN_VAIN', facts });
  });

  test('is given up where it was paid another sum than was asked: a person decides about the money', async () => {
    const { settlement, prepayId } = await askedFor();
    const key = settlements.key(settlement.settlementId);
    await scene.deps.table.update(key, { set: { 'orders[0].totalFen': 1 } });
    await payerPays(scene, prepayId);
    await scene.pass(60 * MINUTE);
    expect((await settlementNow(scene, settlement)).status).toBe('CLOSING');
    scene.deps.clock.advance(endOf(settlement) - 1 - scene.deps.clock.now());
    await checkSettlement(scene.deps, key);
    expect((await settlementNow(scene, settlement)).status).toBe('CLOSING');
    scene.deps.clock.advance(1);
    await checkSettlement(scene.deps, key);
    expect(await dueIn(settlement)).toBeUndefined();
    expect((await settlementNow(scene, settlement)).closedBecause).toBe('GIVEN_UP');
    expect((await readChargeLock(scene.deps.table, LAB))?.status).toBe('OPEN');
    expect((await listed(scene)).map(({ kind, status }) => [kind, status])).toEqual([
      ['AMOUNT_DIFFERS', 'OPEN'],
    ]);
  });

  test('but was paid, and then let go, is delivered late', async () => {
    const { settlement, prepayId } = await askedFor();
    scene.standIn.knobs.set({ userPaying: 1 });
    await payerPays(scene, prepayId);
    scene.deps.clock.advance(endOf(settlement) - scene.deps.clock.now());
    await scene.sweep();
    await scene.standIn.payer.finish(prepayId, true);
    await scene.pass(MINUTE);
    expect(await settlementNow(scene, settlement)).toMatchObject({ status: 'PAID', late: 'DELIVERED' });
    expect((await readChargeLock(scene.deps.table, LAB))?.status).toBe('PAID');
  });
});

test('what is paid is waited for no longer', async () => {
  const settlement = await paid(scene, [15_050, HOSPITAL]);
  expect((await settlementNow(scene, settlement)).status).toBe('PAID');
  expect(await dueIn(settlement)).toBeUndefined();
});
