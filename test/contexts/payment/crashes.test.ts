import { describe, expect, test } from 'vitest';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import type { Appointment } from '../../../functions/booking/store.ts';
import { closeSettlement } from '../../../functions/payment/close-settlement.ts';
import { learnFromWeChat } from '../../../functions/payment/learn-from-wechat.ts';
import type { PaymentDeps } from '../../../functions/payment/payment-deps.ts';
import { askRefund } from '../../../functions/payment/request-refund.ts';
import { confirmRefund, retryRefund } from '../../../functions/payment/retry-refund.ts';
import { takeOnsitePayment } from '../../../functions/payment/take-onsite-payment.ts';
import { type Accident, crashingTable } from '../../support/crashing-table.ts';
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
import { CLINIC, deliver, HOSPITAL, openidOf, passTime, sweep } from './interleaving-world.ts';

const ACCIDENTS: readonly Accident[] = ['before', 'after', 'unanswered'];

const SYSTEM = { reason: '窗口退费', by: 'clerk-1' };

interface Story {
  /** Everything up to the call that meets the accident. */
  readonly before?: (scene: Scene) => Promise<unknown>;
  readonly act: (scene: Scene, deps: PaymentDeps) => Promise<unknown>;
  /** What becomes of it when it is repeated, or left to time. */
  readonly afterwards: 'repeated' | 'left';
  readonly ends: { readonly status: readonly string[]; readonly refundedFen: readonly number[] };
}

const WHOLE = 2_000;

const stories: Readonly<Record<string, Story>> = {
  'opening a settlement, repeated': {
    act: (scene, deps) => opened(scene, deps),
    afterwards: 'repeated',
    ends: { status: ['CLOSED'], refundedFen: [0, 0] },
  },
  'opening and launching, left': {
    act: (scene, deps) => launched(scene, deps),
    afterwards: 'left',
    ends: { status: ['CLOSED', 'none'], refundedFen: [0, 0] },
  },
  'taking in a payment that was asked for': {
    before: async (scene) => {
      const prepayId = await launched(scene, scene.direct);
      scene.provider.desk.knobs.set({ lost: 1 });
      await scene.provider.pay(prepayId, openidOf(PATIENT));
    },
    act: async (scene, deps) => learnFromWeChat(deps, await settlementOf(scene)),
    afterwards: 'left',
    ends: { status: ['PAID'], refundedFen: [0, 0] },
  },
  closing: {
    before: (scene) => launched(scene, scene.direct),
    act: async (scene, deps) => closeSettlement(deps, await settlementOf(scene), 'PAYER'),
    afterwards: 'left',
    ends: { status: ['CLOSED'], refundedFen: [0, 0] },
  },
  'the sweep in which time runs out': {
    before: async (scene) => {
      await launched(scene, scene.direct);
      scene.direct.clock.advance(20 * MINUTE);
    },
    act: (_, deps) => sweep(deps),
    afterwards: 'left',
    ends: { status: ['CLOSED'], refundedFen: [0, 0] },
  },
  'taking in money that comes too late': {
    before: async (scene) => {
      const prepayId = await launched(scene, scene.direct);
      scene.provider.desk.knobs.set({ userPaying: 1, lost: 1 });
      await scene.provider.pay(prepayId, openidOf(PATIENT));
      await passTime(scene, 120 * MINUTE, scene.everything);
      await scene.provider.finish(prepayId, true);
    },
    act: async (scene, deps) => learnFromWeChat(deps, await settlementOf(scene)),
    afterwards: 'repeated',
    ends: { status: ['PAID'], refundedFen: [WHOLE, WHOLE] },
  },
  'calling off a visit that is paid': {
    before: paid,
    act: (scene, deps) => cancelAppointment(deps, scene.held[0] as Appointment, { doer: { by: 'me' } }),
    afterwards: 'repeated',
    ends: { status: ['PAID'], refundedFen: [WHOLE, 0] },
  },
  'hearing that money is owed back': {
    before: async (scene) => {
      await paid(scene);
      await cancelAppointment(scene.direct, scene.held[0] as Appointment, { doer: { by: 'me' } });
    },
    act: async ({ events }, deps) => {
      for (const event of [...events]) await deliver(deps, event);
    },
    afterwards: 'left',
    ends: { status: ['PAID'], refundedFen: [WHOLE, 0] },
  },
  'the sweep that sends a refund': {
    before: async (scene) => {
      const { settlementId } = await paid(scene);
      const chargeId = scene.held[1]?.charge?.chargeId ?? '';
      await askRefund(scene.direct, settlementId, { chargeId, key: 'one', amountFen: 700, ...SYSTEM });
    },
    act: (_, deps) => sweep(deps),
    afterwards: 'left',
    ends: { status: ['PAID'], refundedFen: [0, 700] },
  },
  'a clerk who asks for a part back, repeated': {
    before: paid,
    act: async (scene, deps) => {
      const { settlementId } = await settlementOf(scene);
      const chargeId = scene.held[1]?.charge?.chargeId ?? '';
      return askRefund(deps, settlementId, { chargeId, key: 'one', amountFen: 700, ...SYSTEM });
    },
    afterwards: 'repeated',
    ends: { status: ['PAID'], refundedFen: [0, 700] },
  },
  'a clerk who asks anew for what WeChat closed, repeated': {
    before: async (scene) => {
      const { settlementId } = await paid(scene);
      scene.provider.desk.knobs.set({ closedRefunds: 1 });
      const chargeId = scene.held[1]?.charge?.chargeId ?? '';
      await askRefund(scene.direct, settlementId, { chargeId, key: 'one', amountFen: 700, ...SYSTEM });
      await passTime(scene, 3 * MINUTE, scene.everything);
    },
    act: ({ watch }, deps) => {
      const [refund] = watch.refunds.values();
      if (refund === undefined) throw new Error('nothing was closed');
      return retryRefund(deps, { ...refund, institutionId: CLINIC, accountId: 'clerk-1' });
    },
    afterwards: 'repeated',
    ends: { status: ['PAID'], refundedFen: [0, 700] },
  },
  'a till that takes money, repeated': {
    act: (scene, deps) => {
      const chargeIds = [scene.held[0]?.charge?.chargeId ?? ''];
      const order = { institutionId: HOSPITAL, patientId: PATIENT, chargeIds, means: 'CASH' as const };
      return takeOnsitePayment(deps, { ...order, accountId: 'clerk-1', requestKey: 'till-1' });
    },
    afterwards: 'repeated',
    ends: { status: ['PAID'], refundedFen: [0] },
  },
  'a till that gives money back, repeated': {
    before: async (scene) => {
      const chargeIds = [scene.held[0]?.charge?.chargeId ?? ''];
      const order = { institutionId: HOSPITAL, patientId: PATIENT, chargeIds, means: 'CASH' as const };
      await takeOnsitePayment(scene.direct, { ...order, accountId: 'clerk-1', requestKey: 'till-1' });
      await scene.everything();
      await cancelAppointment(scene.direct, scene.held[0] as Appointment, { doer: { by: 'me' } });
      await scene.everything();
    },
    act: ({ watch }, deps) => {
      const [refund] = watch.refunds.values();
      if (refund === undefined) throw new Error('nothing is owed back');
      return confirmRefund(deps, { ...refund, institutionId: HOSPITAL, accountId: 'clerk-1' });
    },
    afterwards: 'repeated',
    ends: { status: ['PAID'], refundedFen: [WHOLE] },
  },
};

describe.each(ACCIDENTS)('a write that meets the accident `%s`', (accident) => {
  test.each(Object.entries(stories))('in %s', async (_, { before, act, afterwards, ends }) => {
    let points = 0;
    for (let nth = 1; ; nth += 1) {
      const scene = await sceneOf();
      await before?.(scene);
      const crashing = crashingTable(scene.direct.table, { nth, accident });
      await act(scene, { ...scene.direct, table: crashing.table }).catch(() => undefined);
      if (!crashing.happened()) break;
      points += 1;
      if (afterwards === 'repeated') await act(scene, scene.direct).catch(() => undefined);
      await passTime(scene, 5 * 60 * MINUTE, scene.everything);
      scene.watch.checkAtRest(scene.direct.all());
      const settlement = await settlementOf(scene).catch(() => undefined);
      const given = settlement?.lines.map(({ refundedFen }) => refundedFen);
      expect([nth, ends.status]).toEqual([nth, expect.arrayContaining([settlement?.status ?? 'none'])]);
      if (given !== undefined) expect([nth, given]).toEqual([nth, ends.refundedFen]);
    }
    expect(points).toBeGreaterThan(0);
  });
});
