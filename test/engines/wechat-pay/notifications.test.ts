import { beforeEach, describe, expect, it } from 'vitest';
import { RETRY_SECONDS } from '../../../infra/local/wechat/pay/callbacks.ts';
import { DAY, HOSPITAL, hospital, MINUTE, paid, payScene, placed, type Scene, SECOND } from './scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await payScene();
});

/** Seconds after the first at which something came. */
function cameAfter(): readonly number[] {
  const first = scene.came[0]?.at ?? 0;
  return scene.came.map(({ at }) => (at - first) / SECOND);
}

const refusals = () => scene.came.flatMap(({ outcome }) => (outcome.ok ? [] : [outcome.reason]));
const kinds = () => scene.came.flatMap(({ notification }) => notification?.kind ?? []);

describe('a notification', () => {
  it('is sent once when it is taken', async () => {
    await paid(scene);
    await scene.pass(2 * DAY);
    expect(kinds()).toEqual(['PAID']);
    expect(scene.standIn.agenda.nextDueAt()).toBeUndefined();
  });

  it('that is never taken comes fifteen times again over 24 hours and 4 minutes, then never', async () => {
    scene.insteadOf.push(...Array.from({ length: 40 }, () => 500));
    await paid(scene);
    await scene.pass(3 * DAY);
    expect(cameAfter()).toEqual([
      0, 15, 30, 60, 240, 840, 2040, 3840, 5640, 7440, 11040, 21840, 32640, 43440, 65040, 86640,
    ]);
    expect(RETRY_SECONDS.reduce((sum: number, seconds) => sum + seconds, 0)).toBe(24 * 3600 + 4 * 60);
    expect([...scene.standIn.desk.books.all('callback').values()]).toMatchObject([
      { state: 'GIVEN_UP', attempts: 16 },
    ]);
  });

  it.each([302, 400, 401, 404, 500, 503])('comes again after %i, under the same id', async (status) => {
    scene.insteadOf.push(status);
    await paid(scene);
    await scene.pass(MINUTE);
    expect(cameAfter()).toEqual([0, 15]);
    expect(new Set(scene.came.map(({ notification }) => notification?.id)).size).toBe(1);
  });

  it.each([200, 204])('does not come again after %i', async (status) => {
    scene.insteadOf.push(status);
    await paid(scene);
    await scene.pass(DAY);
    expect(cameAfter()).toEqual([0]);
  });

  it('comes again when nobody answers within five seconds', async () => {
    scene.insteadOf.push('never');
    await paid(scene);
    await scene.pass(MINUTE);
    expect(cameAfter()).toEqual([0, 15]);
  }, 15_000);

  it('is signed and sealed anew each time, with the key of that moment', async () => {
    scene.insteadOf.push(500);
    await paid(scene);
    const key = await scene.standIn.keys.add('certificate', scene.clock.now());
    expect(scene.standIn.keys.use(key)).toBe(true);
    await scene.pass(MINUTE);
    expect(scene.came.map(({ outcome }) => outcome.ok)).toEqual([true, true]);
  });

  it('goes to no other machine', async () => {
    const outcome = await scene.client(HOSPITAL).prepay(hospital, {
      outTradeNo: 'A-0009',
      description: '挂号费',
      totalFen: 1,
      payerOpenid: 'o-payer',
      notifyUrl: 'https://example.org/notify',
    });
    if (outcome.status !== 'READY') throw new Error(outcome.status);
    await scene.standIn.payer.pay(outcome.prepayId);
    await scene.pass(2 * DAY);
    expect([...scene.standIn.desk.books.all('callback').values()]).toMatchObject([{ state: 'GIVEN_UP' }]);
  });

  it('is visible beforehand as an appointment of the city clock', async () => {
    scene.insteadOf.push(500);
    await paid(scene);
    const { agenda } = scene.standIn;
    const now = scene.clock.now();
    expect(agenda.nextDueAt()).toBe(now + 15 * SECOND);
    expect(await agenda.nextAfter(now + 15 * SECOND)).toBeUndefined();
    expect(await agenda.fireDue(now + 15 * SECOND - 1)).toBe(0);
    expect(await agenda.fireDue(now + 15 * SECOND)).toBe(1);
    expect(agenda.nextDueAt()).toBeUndefined();
  });

  it('is not sent by two ticks at once', async () => {
    const { prepayId } = await placed(scene);
    await scene.standIn.payer.pay(prepayId);
    await Promise.all([scene.standIn.agenda.runDue(), scene.standIn.agenda.runDue()]);
    expect(kinds()).toEqual(['PAID']);
  });
});

describe('a fault on demand', () => {
  it('sends a notification twice at the same time', async () => {
    scene.standIn.knobs.set({ duplicates: 1 });
    await paid(scene);
    await paid(scene, hospital, { outTradeNo: 'A-0002' });
    expect(kinds()).toEqual(['PAID', 'PAID', 'PAID']);
    expect(scene.came[0]?.notification).toEqual(scene.came[1]?.notification);
  });

  it('turns the order of notifications round', async () => {
    scene.standIn.knobs.set({ reordered: 3 });
    for (const outTradeNo of ['A-0001', 'A-0002', 'A-0003']) {
      await scene.standIn.payer.pay((await placed(scene, hospital, { outTradeNo })).prepayId);
    }
    await scene.pass(MINUTE);
    const numbers = scene.came.map(({ notification }) =>
      notification?.kind === 'PAID' ? notification.trade.outTradeNo : '',
    );
    expect(numbers).toEqual(['A-0003', 'A-0002', 'A-0001']);
  });

  it('delays a notification', async () => {
    scene.standIn.knobs.set({ delayed: 1, delaySeconds: 600 });
    await paid(scene);
    await scene.pass(10 * MINUTE - 1);
    expect(kinds()).toEqual([]);
    await scene.pass(1);
    expect(kinds()).toEqual(['PAID']);
  });

  it('loses a notification for good', async () => {
    scene.standIn.knobs.set({ lost: 1 });
    await paid(scene);
    await scene.pass(2 * DAY);
    expect(kinds()).toEqual([]);
    expect(await scene.client(HOSPITAL).queryOrder(hospital, { outTradeNo: 'A-0001' })).toMatchObject({
      state: 'SUCCESS',
    });
  });

  it('notifies before the payer sees the money go', async () => {
    scene.standIn.knobs.set({ early: 1 });
    const { prepayId } = await placed(scene);
    await scene.standIn.payer.pay(prepayId);
    expect(kinds()).toEqual(['PAID']);
    expect(await scene.standIn.agenda.runDue()).toBe(0);
  });

  it('notifies of a refund before the refund is answered', async () => {
    await paid(scene);
    scene.standIn.knobs.set({ early: 1 });
    const answer = await scene.client(HOSPITAL).refund(hospital, {
      outTradeNo: 'A-0001',
      outRefundNo: 'R-1',
      refundFen: 1250,
      totalFen: 1250,
      notifyUrl: scene.notifyUrl(HOSPITAL),
    });
    expect(kinds()).toEqual(['PAID', 'REFUND']);
    expect(answer).toMatchObject({ state: 'PROCESSING' });
    await scene.pass(DAY);
    expect(kinds()).toEqual(['PAID', 'REFUND']);
    expect(scene.standIn.knobs.get().early).toBe(0);
  });

  it('probes whether signatures are looked at, and counts who does not', async () => {
    scene.standIn.knobs.set({ probes: 2 });
    await paid(scene);
    expect(refusals()).toEqual(['PROBE']);
    expect(kinds()).toEqual(['PAID']);
    expect(scene.standIn.courier.trials.probe).toEqual({ sent: 1, taken: 0 });
    scene.insteadOf.push(204);
    await paid(scene, hospital, { outTradeNo: 'A-0002' });
    expect(scene.standIn.courier.trials.probe).toEqual({ sent: 2, taken: 1 });
  });

  it('changes a bit on the way, and sends the true one by the schedule', async () => {
    scene.standIn.knobs.set({ tampered: 1 });
    await paid(scene);
    expect(refusals()).toEqual(['SIGNATURE']);
    await scene.pass(MINUTE);
    expect(kinds()).toEqual(['PAID']);
    expect(cameAfter()).toEqual([0, 15]);
    expect(scene.standIn.courier.trials.tamper).toEqual({ sent: 1, taken: 0 });
  });

  it('lets a stranger notify, under a key of their own and under ours', async () => {
    scene.standIn.knobs.set({ forged: 1 });
    await paid(scene);
    expect(refusals()).toEqual(['UNKNOWN_KEY', 'SIGNATURE']);
    expect(kinds()).toEqual(['PAID']);
    expect(scene.standIn.courier.trials.forge).toEqual({ sent: 2, taken: 0 });
  });
});
