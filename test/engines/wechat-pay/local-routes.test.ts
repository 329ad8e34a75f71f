import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalRoute } from '../../../infra/local/http/local-route.ts';
import { wechatPayRoutes } from '../../../infra/local/wechat/pay/local-routes.ts';
import { HOSPITAL, hospital, paid, payScene, placed, type Scene } from './scene.ts';

let scene: Scene;
let routes: readonly LocalRoute[];
beforeEach(async () => {
  scene = await payScene();
  routes = wechatPayRoutes(scene.standIn, (person) => (person === 'demo-li-na' ? 'o-payer' : undefined));
});

async function call(method: 'GET' | 'POST', path: string, body?: unknown) {
  const route = routes.find((one) => one.method === method && one.path === path);
  if (route === undefined) throw new Error(`no ${method} ${path}`);
  return route.handle({ query: new URLSearchParams(), body });
}

describe("the laptop's routes", () => {
  it('let a person pay by prepay id or by launch parameters', async () => {
    const { prepayId } = await placed(scene);
    const path = '/local/wechat/pay/pay';
    expect(await call('POST', path, { prepayId, person: 'nobody' })).toMatchObject({ status: 404 });
    expect(await call('POST', path, { prepayId, person: 'demo-li-na' })).toMatchObject({
      status: 200,
      body: { outcome: 'PAID' },
    });
    const other = await placed(scene, hospital, { outTradeNo: 'A-0002' });
    const launch = scene.client(HOSPITAL).launch(hospital, other.prepayId);
    const request = '/local/wechat/pay/request-payment';
    expect(await call('POST', request, { ...launch, paySign: 'x' })).toMatchObject({
      body: { outcome: 'REFUSED', reason: 'LAUNCH_SIGNATURE' },
    });
    expect(await call('POST', request, { ...launch, person: 'demo-li-na' })).toMatchObject({
      body: { outcome: 'PAID' },
    });
  });

  it('show what waits, and deliver it', async () => {
    const { prepayId } = await placed(scene);
    expect(await call('GET', '/local/wechat/pay')).toMatchObject({
      body: {
        page: `${scene.standIn.url}/payer`,
        unpaid: [{ prepayId, outTradeNo: 'A-0001', state: 'NOTPAY' }],
        notifications: [],
      },
    });
    await call('POST', '/local/wechat/pay/pay', { prepayId });
    expect(await call('GET', '/local/wechat/pay')).toMatchObject({
      body: { unpaid: [], notifications: [{ state: 'PENDING', attempts: 0 }] },
    });
    expect(await call('POST', '/local/wechat/pay/deliver', {})).toEqual({ status: 200, body: { done: 1 } });
    expect(scene.came).toHaveLength(1);
  });

  it('keep a payer at the password, and end that', async () => {
    await call('POST', '/local/wechat/pay/faults', { userPaying: 1 });
    const { prepayId } = await placed(scene);
    expect(await call('POST', '/local/wechat/pay/pay', { prepayId })).toMatchObject({
      body: { outcome: 'USERPAYING' },
    });
    expect(await call('POST', '/local/wechat/pay/finish', { prepayId, outcome: 'failed' })).toMatchObject({
      body: { outcome: 'CANCELLED' },
    });
    expect(await call('POST', '/local/wechat/pay/cancel', { prepayId })).toMatchObject({
      body: { outcome: 'CANCELLED' },
    });
  });

  it('end a refund', async () => {
    await paid(scene);
    await scene.client(HOSPITAL).refund(hospital, {
      outTradeNo: 'A-0001',
      outRefundNo: 'R-1',
      refundFen: 50,
      totalFen: 1250,
    });
    const body = { mchid: HOSPITAL, outRefundNo: 'R-1', outcome: 'ABNORMAL' };
    expect(await call('POST', '/local/wechat/pay/refunds', body)).toMatchObject({ status: 200 });
    expect(await scene.client(HOSPITAL).queryRefund(hospital, 'R-1')).toMatchObject({ state: 'ABNORMAL' });
    const unknown = { ...body, outRefundNo: 'R-2' };
    expect(await call('POST', '/local/wechat/pay/refunds', unknown)).toMatchObject({ status: 404 });
  });

  it('rotate keys', async () => {
    const path = '/local/wechat/pay/keys';
    const added = (await call('POST', path, { add: 'certificate' })).body as { id: string };
    expect(await call('POST', path, { use: added.id })).toMatchObject({ body: { current: added.id } });
    expect(await call('POST', path, { remove: added.id })).toMatchObject({ status: 409 });
    expect(await call('GET', path)).toMatchObject({
      body: { current: added.id, keys: [{ certificatePem: expect.any(String) }, {}, {}] },
    });
  });

  it('refuse a fault that is none', async () => {
    const path = '/local/wechat/pay/faults';
    expect(await call('POST', path, { los: 1 })).toMatchObject({ status: 400 });
    expect(await call('POST', path, { lost: -1 })).toMatchObject({ status: 400 });
    expect(await call('POST', path, { lost: 2 })).toMatchObject({ body: { lost: 2, busy: 0 } });
  });
});

describe('the page to pay on', () => {
  const page = (init: RequestInit = {}) =>
    fetch(`${scene.standIn.url}/payer`, { redirect: 'manual', ...init });

  it('shows what waits with its goods and amount, and pays it', async () => {
    const { prepayId } = await placed(scene);
    const html = await (await page()).text();
    expect(html).toContain('<td>挂号费, 内科</td><td>¥12.50</td><td>A-0001</td><td>NOTPAY</td>');
    const body = new URLSearchParams({ deed: 'pay', prepay: prepayId });
    expect((await page({ method: 'POST', body })).status).toBe(303);
    expect(await (await page()).text()).toContain('<td>SUCCESS</td>');
  });

  it('is not for other sites', async () => {
    const { prepayId } = await placed(scene);
    const body = new URLSearchParams({ deed: 'pay', prepay: prepayId });
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await page({ method: 'POST', body, headers })).status).toBe(403);
    expect(await scene.client(HOSPITAL).queryOrder(hospital, { outTradeNo: 'A-0001' })).toMatchObject({
      state: 'NOTPAY',
    });
  });

  it('shows goods as text', async () => {
    await scene.client(HOSPITAL).prepay(hospital, {
      outTradeNo: 'A-0001',
      description: '<script>"&',
      totalFen: 1,
      payerOpenid: 'o-payer',
      notifyUrl: scene.notifyUrl(HOSPITAL),
    });
    expect(await (await page()).text()).toContain('&lt;script&gt;&quot;&amp;');
  });
});
