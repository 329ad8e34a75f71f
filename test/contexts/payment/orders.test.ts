import { expect, test } from 'vitest';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import type { Appointment } from '../../../functions/booking/store.ts';
import { closeSettlement } from '../../../functions/payment/close-settlement.ts';
import { launchSettlement } from '../../../functions/payment/launch-settlement.ts';
import { post, UnbalancedPosting } from '../../../functions/payment/ledger.ts';
import { askRefund } from '../../../functions/payment/request-refund.ts';
import { confirmRefund } from '../../../functions/payment/retry-refund.ts';
import { type Refund, settlements } from '../../../functions/payment/store.ts';
import { takeOnsitePayment } from '../../../functions/payment/take-onsite-payment.ts';
import { endRefund } from '../../../infra/local/wechat/pay/refund-end.ts';
import { openCharge } from '../../../shared/charges/charge-lock.ts';
import { outcome } from '../booking/scene.ts';
import {
  launched,
  MINUTE,
  opened,
  PATIENT,
  paid,
  type Scene,
  sceneOf,
  settlementOf,
} from './crashes-scene.ts';
import { accountOf, CLINIC, deliver, HOSPITAL, openidOf, passTime, sweep } from './interleaving-world.ts';

/** Orders of things that random histories met, or are to meet every time. */

const BY = { reason: '窗口退费', by: 'clerk-1' };

async function askedBack(scene: Scene, amountFen: number): Promise<Refund> {
  const { settlementId } = await settlementOf(scene);
  const chargeId = scene.held[0]?.charge?.chargeId ?? '';
  const refund = await askRefund(scene.direct, settlementId, { chargeId, key: 'one', amountFen, ...BY });
  if (refund === undefined) throw new Error('nothing is left to give back');
  return refund;
}

function refundNow({ watch }: Scene): Refund | undefined {
  return [...watch.refunds.values()][0];
}

test('a refund that was carried out, not answered, and refused when it came again is not closed', async () => {
  const scene = await sceneOf();
  await paid(scene);
  await askedBack(scene, 700);
  scene.provider.desk.knobs.set({ lostAnswers: 3, lost: 1 });
  await sweep(scene.direct);
  expect(refundNow(scene)?.status).toBe('REQUESTED');
  // The city has moved to another domain: to WeChat the same number now comes with another request.
  const { city } = scene.direct;
  const moved = { ...city, settings: { ...city.settings, domain: 'other.test.invalid' } };
  scene.direct.clock.advance(2 * MINUTE);
  await scene.provider.agenda.runDue();
  await sweep({ ...scene.direct, city: moved });
  expect(refundNow(scene)).toMatchObject({ status: 'SUCCESS' });
  scene.watch.check();
});

test('a refund that WeChat refuses and knows nothing of is a person’s to decide about', async () => {
  const scene = await sceneOf();
  await paid(scene);
  const refund = await askedBack(scene, 2_000);
  // Somebody gave it all back at WeChat's desk, under a number of theirs.
  const { books } = scene.provider.desk;
  const id = [...books.all('order').keys()].find((key) => key.endsWith(refund.outTradeNo)) ?? '';
  const order = books.get('order', id);
  if (order === undefined) throw new Error('no such order');
  books.write({ order: new Map([[id, { ...order, refundedFen: order.totalFen }]]) });
  await sweep(scene.direct);
  expect(refundNow(scene)).toMatchObject({ status: 'CLOSED', refusal: 'INVALID_REQUEST' });
  expect([...scene.watch.work.values()]).toMatchObject([{ status: 'OPEN', kind: 'REFUND_REFUSED' }]);
});

test('what is paid and given back before booking hears of either is booked, not waited for', async () => {
  const scene = await sceneOf();
  const prepayId = await launched(scene, scene.direct);
  for (let event = scene.events.shift(); event !== undefined; event = scene.events.shift())
    await deliver(scene.direct, event);
  await scene.provider.pay(prepayId, openidOf(PATIENT));
  await scene.provider.agenda.runDue();
  await askedBack(scene, 2_000);
  await sweep(scene.direct);
  scene.direct.clock.advance(MINUTE);
  await scene.provider.agenda.runDue();
  expect(scene.watch.appointments.get(scene.held[0]?.appointmentId ?? '')?.status).toBe('PENDING_PAYMENT');
  await scene.everything();
  expect(scene.watch.appointments.get(scene.held[0]?.appointmentId ?? '')).toMatchObject({
    status: 'BOOKED',
    charge: { status: 'REFUNDED' },
  });
  scene.watch.checkAtRest(scene.direct.all());
});

test('an ABNORMAL refund that arrived by another way is confirmed though its notification was lost', async () => {
  const scene = await sceneOf();
  await paid(scene);
  scene.provider.desk.knobs.set({ abnormalRefunds: 1 });
  const refund = await askedBack(scene, 700);
  await passTime(scene, 3 * MINUTE, scene.everything);
  const deciding = { ...refund, institutionId: HOSPITAL, accountId: 'clerk-1' };
  expect(await outcome(confirmRefund(scene.direct, deciding))).toBe('WRONG_STATE');
  scene.provider.desk.knobs.set({ lost: 1 });
  const [id = ''] = scene.provider.desk.books.all('refund').keys();
  endRefund(scene.provider.desk, id, 'SUCCESS');
  await passTime(scene, 3 * MINUTE, scene.everything);
  expect(refundNow(scene)?.status).toBe('ABNORMAL');
  expect((await confirmRefund(scene.direct, deciding)).status).toBe('SUCCESS');
  scene.watch.checkAtRest(scene.direct.all());
  expect([...scene.watch.work.values()]).toMatchObject([{ status: 'RESOLVED' }]);
});

test('a launch of what WeChat has closed and cannot tell of says that WeChat is unavailable', async () => {
  const scene = await sceneOf();
  const prepayId = await launched(scene, scene.direct);
  const pending = await settlementOf(scene);
  await closeSettlement(scene.direct, pending, 'PAYER');
  const { knobs } = scene.provider.desk;
  // Answered that the order is closed, then nothing more.
  const stale = launchSettlement(
    {
      ...scene.direct,
      weChatPay: async (mchid) => {
        const pay = await scene.provider.client(mchid);
        return {
          ...pay,
          prepayCombined: async (order) => {
            const answer = await pay.prepayCombined(order);
            knobs.set({ busy: 9 });
            return answer;
          },
        };
      },
    },
    pending,
  );
  expect(await outcome(stale)).toBe('PAY_UNAVAILABLE');
  expect(await scene.provider.pay(prepayId, openidOf(PATIENT))).toMatchObject({ reason: 'CLOSED' });
});

test('P5: a launch that is overtaken by the end of its settlement sends nobody to the cashier', async () => {
  const scene = await sceneOf();
  const { direct, provider } = scene;
  const pending = await opened(scene, direct);
  const { settlementId } = pending;
  const before = await direct.table.get(settlements.key(settlementId), { consistent: true });
  const overtaken = launchSettlement(
    {
      ...direct,
      // A read that need not be the newest still finds it PENDING.
      table: {
        ...direct.table,
        get: async (key, options) =>
          key.sk === 'settlement' && options?.consistent !== true ? before : direct.table.get(key, options),
      },
      weChatPay: async (mchid) => {
        const pay = await provider.client(mchid);
        return {
          ...pay,
          prepayCombined: async (order) => {
            // WeChat has not heard of the order yet, so it is let go at once.
            await closeSettlement(direct, pending, 'PAYER');
            return pay.prepayCombined(order);
          },
        };
      },
    },
    pending,
  );
  expect(await outcome(overtaken)).toBe('SETTLEMENT_CLOSED');
  expect([...provider.desk.books.all('combined').values()]).toMatchObject([{ state: 'NOTPAY' }]);
  scene.watch.check();
});

test('what was taken at the window is not to be launched, and is said to be paid', async () => {
  const scene = await sceneOf();
  const [appointment] = scene.held as [Appointment];
  const settlement = await takeOnsitePayment(scene.direct, {
    ...{ institutionId: HOSPITAL, patientId: PATIENT, chargeIds: [appointment.charge?.chargeId ?? ''] },
    ...{ means: 'CASH', accountId: 'clerk-1', requestKey: 'till-1' },
  });
  expect(await outcome(launchSettlement(scene.direct, settlement))).toBe('SETTLEMENT_PAID');
});

/** All orders in which four things can come. */
function ordersOf<T>(things: readonly T[]): readonly (readonly T[])[] {
  if (things.length < 2) return [things];
  return things.flatMap((first, index) =>
    ordersOf(things.filter((_, other) => other !== index)).map((rest) => [first, ...rest]),
  );
}

test('P4: a payment’s and its refund’s notifications change the same things in any order, and each of them once', async () => {
  const ends = new Set<string>();
  for (const order of ordersOf([0, 1, 2])) {
    const scene = await sceneOf();
    const { provider, direct } = scene;
    provider.desk.knobs.set({ lost: 3, abnormalRefunds: 1 });
    const prepayId = await launched(scene, direct);
    await provider.pay(prepayId, openidOf(PATIENT));
    await passTime(scene, MINUTE, scene.everything);
    await cancelAppointment(direct, scene.held[0] as Appointment, { doer: { by: accountOf(PATIENT) } });
    for (let event = scene.events.shift(); event !== undefined; event = scene.events.shift())
      await deliver(direct, event);
    await sweep(direct);
    direct.clock.advance(6_000);
    await provider.agenda.runDue();
    const [id = ''] = provider.desk.books.all('refund').keys();
    endRefund(provider.desk, id, 'SUCCESS');
    const callbacks = [...provider.desk.books.all('callback').keys()];
    expect(callbacks).toHaveLength(3);
    for (const index of order) {
      expect(await scene.knock(provider.message(callbacks[index] ?? ''))).toBe(200);
      const after = JSON.stringify(direct.all());
      expect(await scene.knock(provider.message(callbacks[index] ?? ''))).toBe(200);
      expect(JSON.stringify(direct.all())).toBe(after);
    }
    await scene.everything();
    scene.watch.check();
    const { lines, status } = await settlementOf(scene);
    ends.add(JSON.stringify([status, refundNow(scene)?.status, lines.map(({ refundedFen }) => refundedFen)]));
  }
  expect([...ends]).toEqual([JSON.stringify(['PAID', 'SUCCESS', [2_000, 0]])]);
});

test('a repeated settlement of two payees is one order at WeChat', async () => {
  const scene = await sceneOf();
  await launched(scene, scene.direct);
  await launched(scene, scene.direct);
  const { books } = scene.provider.desk;
  expect([...books.all('combined').values()]).toHaveLength(1);
  expect([...books.all('order').values()].map(({ mchid }) => mchid)).toHaveLength(2);
  expect(scene.held.map(({ institutionId }) => institutionId)).toEqual([HOSPITAL, CLINIC]);
});

test('P2: a posting whose lines do not sum up to nothing is not even written down', () => {
  const posting = { postingId: 'paid-1', kind: 'PAYMENT', at: '2026-03-02T00:00:00.000Z' } as const;
  const lines = [
    { account: 'provider:1900425001', fen: 100, outTradeNo: 'S1' },
    { account: 'payee:jx-hospital', fen: -99, outTradeNo: 'S1' },
  ];
  expect(() => post({ ...posting, settlementId: 'S1', lines })).toThrow(UnbalancedPosting);
});

test('P5: a claim is opened by nobody but the settlement that made it', async () => {
  const scene = await sceneOf();
  await launched(scene, scene.direct);
  const { settlementId } = await settlementOf(scene);
  const [appointment] = scene.held as [Appointment];
  const id = { owner: 'booking', chargeId: appointment.charge?.chargeId ?? '', patientId: PATIENT };
  expect((await scene.direct.table.transact([openCharge(scene.direct, id, 'another')])).ok).toBe(false);
  expect(scene.watch.locks.get(id.chargeId)).toMatchObject({ status: 'CLAIMED', settlementId });
});
