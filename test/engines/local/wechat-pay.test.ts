import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LAPTOP_DOMAIN } from '../../../infra/local/laptop-city.ts';
import { laptopProgram, openIdOf } from '../../../infra/local/wechat/mini-program.ts';
import { notificationReach } from '../../../infra/local/wechat/pay/notification-reach.ts';
import type { LaunchParameters } from '../../../shared/wechat/pay/signing.ts';
import type { TestCity } from '../../support/city.ts';
import {
  deliverPayments,
  payOnPhone,
  payOverview,
  rotatePayKeys,
  setPayFaults,
} from '../../support/wechat-pay.ts';
import { tinyCity } from './tiny-city-under-test.ts';
import { TINY_MERCHANT } from './tiny-payment.ts';

const user = { person: 'payer', phone: '13800000009' };
const ORDERS = `/payment/merchants/${TINY_MERCHANT}/orders`;
const NOTIFY = `https://${LAPTOP_DOMAIN}/payment/notifications/wechat/${TINY_MERCHANT}`;

async function placed(city: TestCity, outTradeNo: string, notifyUrl = NOTIFY): Promise<LaunchParameters> {
  await city.wechatCodes(user.person, user.phone);
  const order = { outTradeNo, payerOpenid: openIdOf(laptopProgram, user), notifyUrl };
  const { status, body } = await city.http('POST', ORDERS, { body: order });
  expect([status, body]).toEqual([200, expect.anything()]);
  return body as LaunchParameters;
}

async function paid(city: TestCity, outTradeNo: string, notifyUrl?: string): Promise<void> {
  const outcome = await payOnPhone(city, user.person, await placed(city, outTradeNo, notifyUrl));
  expect(outcome).toMatchObject({ outcome: 'PAID' });
}

async function state(city: TestCity, outTradeNo: string): Promise<unknown> {
  return (await city.http('GET', `${ORDERS}/${outTradeNo}`)).body;
}

async function notices(city: TestCity): Promise<readonly string[]> {
  const { body } = await city.http('GET', '/payment/notices');
  return (body as { list: string[] }).list;
}

/** What the contexts of the city have of WeChat's keys, and what WeChat has published. */
async function platformKeys(city: TestCity): Promise<readonly [unknown, unknown]> {
  const ours = (await city.http('GET', '/payment/platform-keys')).body as { keys: unknown };
  const theirs = (await city.http('GET', '/local/wechat/pay/keys')).body as { keys: unknown };
  return [ours.keys, theirs.keys];
}

describe('WeChat Pay in a city of the laptop', () => {
  it('takes a payment with the secrets that an operator would put, and tells the city', async () => {
    const city = await tinyCity();
    // A notification that nobody but `deliver` would bring before long.
    await setPayFaults(city, { delayed: 1, delaySeconds: 600 });
    await paid(city, 'A-0001');
    expect(await state(city, 'A-0001')).toEqual({ state: 'SUCCESS' });
    expect(await deliverPayments(city)).toBe(0);
    expect(await notices(city)).toEqual([]);
    expect(await city.clock.advance('PT9M')).toMatchObject({ fired: { 'wechat-pay': 0 } });
    expect(await notices(city)).toEqual([]);
    expect(await city.clock.advance('PT2M')).toMatchObject({ fired: { 'wechat-pay': 1 }, settled: true });
    expect(await notices(city)).toEqual([`${TINY_MERCHANT} PAID`]);
    expect(await payOverview(city)).toMatchObject({ unpaid: [], notifications: [{ state: 'DELIVERED' }] });
  });

  it('keeps orders and keys when it is killed', async () => {
    const city = await tinyCity();
    const waiting = await placed(city, 'A-0001');
    await paid(city, 'A-0002');
    const keyFile = join(city.folder, 'wechat-pay-keys.json');
    const before = [readFileSync(keyFile, 'utf8'), await platformKeys(city)];
    await city.kill9();
    await city.restart();
    expect([readFileSync(keyFile, 'utf8'), await platformKeys(city)]).toEqual(before);
    expect(await state(city, 'A-0002')).toEqual({ state: 'SUCCESS' });
    expect(await payOnPhone(city, user.person, waiting)).toMatchObject({ outcome: 'PAID' });
    await city.clock.advance('P1D');
    expect(new Set(await notices(city))).toEqual(new Set([`${TINY_MERCHANT} PAID`]));
    expect(await payOverview(city)).toMatchObject({
      notifications: [{ state: 'DELIVERED' }, { state: 'DELIVERED' }],
    });
  });

  it('hands WeChat’s keys to the city at each step of a rotation', async () => {
    const city = await tinyCity();
    const [first, published] = await platformKeys(city);
    expect(first).toEqual(published);
    const { current } = (await city.http('GET', '/local/wechat/pay/keys')).body as { current: string };
    const added = await rotatePayKeys(city, { add: 'public-key' });
    for (const step of [{ use: added }, { remove: current }]) {
      const [ours, theirs] = await platformKeys(city);
      expect(ours).toEqual(theirs);
      expect(JSON.stringify(ours)).toContain(added);
      await rotatePayKeys(city, step);
    }
    const [ours, theirs] = await platformKeys(city);
    expect(ours).toEqual(theirs);
    expect(JSON.stringify(ours)).not.toContain(current);
    await paid(city, 'A-0001');
    await city.clock.advance('PT1S');
    expect(await notices(city)).toEqual([`${TINY_MERCHANT} PAID`]);
  });

  it('notifies nobody but the city’s own address for notifications', async () => {
    const city = await tinyCity();
    await paid(city, 'A-0001', `https://${LAPTOP_DOMAIN}/payment/elsewhere`);
    await paid(city, 'A-0002', `${city.url}/payment/notifications/wechat/${TINY_MERCHANT}`);
    await city.clock.advance('P2D');
    expect(await notices(city)).toEqual([]);
    expect(await payOverview(city)).toMatchObject({
      notifications: [
        { state: 'GIVEN_UP', attempts: 16 },
        { state: 'GIVEN_UP', attempts: 16 },
      ],
    });
  });
});

describe('the way of a notification', () => {
  const reach = notificationReach('city.laptop.invalid', 'http://127.0.0.1:3000');

  it('leads to where the city is served', () => {
    const url = 'https://city.laptop.invalid/payment/notifications/wechat/1900000109';
    expect(reach(url)).toBe('http://127.0.0.1:3000/payment/notifications/wechat/1900000109');
  });

  it.each([
    'http://city.laptop.invalid/payment/notifications/wechat/1900000109',
    'https://city.laptop.invalid:8443/payment/notifications/wechat/1900000109',
    'https://city.laptop.invalid.example.org/payment/notifications/wechat/1900000109',
    'https://city.laptop.invalid@example.org/payment/notifications/wechat/1900000109',
    'https://api.example.org/payment/notifications/wechat/1900000109',
    'https://city.laptop.invalid/payment/notifications/../../local/clock',
    'https://city.laptop.invalid/payment/notifications/%2e%2e/elsewhere',
    'https://city.laptop.invalid/payment/notifications',
    'https://city.laptop.invalid//payment/notifications/wechat/1900000109',
    'not an address',
  ])('leads nowhere from %s', (url) => {
    expect(reach(url)).toBeUndefined();
  });
});
