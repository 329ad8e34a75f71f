import { beforeEach, describe, expect, it } from 'vitest';
import { readPlatformKeys } from '../../../shared/wechat/pay/platform-keys.ts';
import { createWeChatPay } from '../../../shared/wechat/pay/wechat-pay.ts';
import { HOSPITAL, hospital, paid, payScene, placed, type Scene } from './scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await payScene();
});

const query = () => scene.client(HOSPITAL).queryOrder(hospital, { outTradeNo: 'A-0001' });
const refund = () =>
  scene.client(HOSPITAL).refund(hospital, {
    outTradeNo: 'A-0001',
    outRefundNo: 'R-1',
    refundFen: 1250,
    totalFen: 1250,
  });

describe('a call', () => {
  it.each(['busy', 'limited', 'wrongSignatures', 'answerProbes', 'lostAnswers'] as const)(
    'survives two times of %s',
    async (fault) => {
      await placed(scene);
      scene.standIn.knobs.set({ [fault]: 2 });
      expect(await query()).toMatchObject({ state: 'NOTPAY' });
      expect(scene.standIn.knobs.get()[fault]).toBe(0);
    },
  );

  it.each([
    ['busy', { fault: 'UNAVAILABLE', code: 'SYSTEM_ERROR', outcomeUnknown: true }],
    ['limited', { fault: 'UNAVAILABLE', code: 'FREQUENCY_LIMITED', outcomeUnknown: false }],
    ['wrongSignatures', { fault: 'UNTRUSTED', outcomeUnknown: true }],
    ['answerProbes', { fault: 'UNTRUSTED', outcomeUnknown: true }],
    ['lostAnswers', { fault: 'UNAVAILABLE', code: undefined, outcomeUnknown: true }],
  ] as const)('fails after three times of %s, and says what it may have done', async (fault, failure) => {
    await placed(scene);
    scene.standIn.knobs.set({ [fault]: 3 });
    await expect(query()).rejects.toMatchObject({ ...failure, retryable: true });
    expect(await query()).toMatchObject({ state: 'NOTPAY' });
  });

  it('that is never answered is given up', async () => {
    await placed(scene);
    scene.standIn.knobs.set({ silent: 3 });
    const hasty = createWeChatPay({ ...scene.connection(HOSPITAL), timeoutMs: 50 });
    const call = hasty.queryOrder(hospital, { outTradeNo: 'A-0001' });
    await expect(call).rejects.toMatchObject({ fault: 'UNAVAILABLE', outcomeUnknown: true });
  });

  it('that was carried out and not answered is carried out once all the same', async () => {
    scene.standIn.knobs.set({ lostAnswers: 2 });
    const { prepayId } = await placed(scene);
    expect(scene.standIn.desk.books.all('order').size).toBe(1);
    await scene.standIn.payer.pay(prepayId);
    scene.standIn.knobs.set({ lostAnswers: 2 });
    expect(await refund()).toMatchObject({ state: 'PROCESSING', refundFen: 1250 });
    expect(scene.standIn.desk.books.all('refund').size).toBe(1);
    expect([...scene.standIn.desk.books.all('entry').values()].map(({ amountFen }) => amountFen)).toEqual([
      1250, -1250,
    ]);
  });

  it('whose refund was carried out and never answered is found by its number', async () => {
    await paid(scene);
    scene.standIn.knobs.set({ lostAnswers: 3 });
    await expect(refund()).rejects.toMatchObject({ fault: 'UNAVAILABLE', outcomeUnknown: true });
    expect(await scene.client(HOSPITAL).queryRefund(hospital, 'R-1')).toMatchObject({ state: 'PROCESSING' });
  });

  it('that closed and was not answered says closed on repetition', async () => {
    await placed(scene);
    scene.standIn.knobs.set({ lostAnswers: 1 });
    expect(await scene.client(HOSPITAL).closeOrder(hospital, 'A-0001')).toBe('UNPAYABLE');
  });
});

describe('a rotation of keys', () => {
  it('goes through new key, new use and old key’s end without a failure', async () => {
    const { keys, agenda, payer } = scene.standIn;
    const [old] = [keys.current];
    for (const kind of ['certificate', 'public-key'] as const) {
      const next = await keys.add(kind, scene.clock.now());
      await paid(scene, hospital, { outTradeNo: `before-${kind}` });
      expect(keys.use(next)).toBe(true);
      const { prepayId } = await placed(scene, hospital, { outTradeNo: `after-${kind}` });
      await payer.pay(prepayId);
      await agenda.runDue();
    }
    expect(keys.remove(keys.current)).toBe(false);
    expect(keys.remove(old)).toBe(true);
    await paid(scene, hospital, { outTradeNo: 'at-the-end' });
    expect(scene.came.map(({ outcome }) => outcome.ok)).toEqual([true, true, true, true, true]);
  });

  it('without telling the merchant makes notifications wait until it knows the new key', async () => {
    const { keys, agenda } = scene.standIn;
    let known = readPlatformKeys(keys.published());
    const wechat = createWeChatPay({ ...scene.connection(HOSPITAL), platformKeys: () => known });
    keys.use(await keys.add('public-key', scene.clock.now()));
    const { prepayId } = await placed(scene);
    const seen: boolean[] = [];
    // The merchant's own receiver knows every key at once; this one does not.
    const read = wechat.readNotification;
    await scene.standIn.payer.pay(prepayId);
    const callback = [...scene.standIn.desk.books.all('callback').keys()][0] ?? '';
    const { Courier } = await import('../../../infra/local/wechat/pay/courier.ts');
    const courier = new Courier(scene.standIn.desk, keys, async (_url, headers, body) => {
      const { ok } = read({ headers, rawBody: body });
      seen.push(ok);
      return ok ? 204 : 401;
    });
    await courier.send(callback);
    known = readPlatformKeys(keys.published());
    await courier.send(callback);
    expect(seen).toEqual([false, true]);
    expect(await agenda.runDue()).toBe(0);
  });

  it('answers with the key that the caller asks for, as long as it is there', async () => {
    await placed(scene);
    const { keys } = scene.standIn;
    const held = readPlatformKeys(keys.published());
    const wechat = createWeChatPay({ ...scene.connection(HOSPITAL), platformKeys: () => held });
    keys.use(await keys.add('public-key', scene.clock.now()));
    const number = { outTradeNo: 'A-0001' };
    expect(await wechat.queryOrder(hospital, number)).toMatchObject({ state: 'NOTPAY' });
    for (const id of held.keys()) expect(keys.remove(id)).toBe(true);
    await expect(wechat.queryOrder(hospital, number)).rejects.toMatchObject({ fault: 'UNTRUSTED' });
  });
});
