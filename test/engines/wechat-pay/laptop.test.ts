import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TimeMachine } from '../../../infra/local/clock/time-machine.ts';
import { VirtualClock } from '../../../infra/local/clock/virtual-clock.ts';
import { laptopProgram, openIdOf } from '../../../infra/local/wechat/mini-program.ts';
import { startLaptopPay } from '../../../infra/local/wechat/pay/laptop.ts';
import { randomIds } from '../../../shared/kernel/ids.ts';
import { type Payee, readMerchant } from '../../../shared/wechat/pay/merchant.ts';
import { readPlatformKeys } from '../../../shared/wechat/pay/platform-keys.ts';
import { createWeChatPay } from '../../../shared/wechat/pay/wechat-pay.ts';
import { tempFolder } from '../local/temp-folder.ts';
import { HOSPITAL, HOUR } from './scene.ts';

const user = { person: 'demo-li-na', phone: '13800000003' };
const payerOpenid = openIdOf(laptopProgram, user);
const payee: Payee = { mode: 'direct', appid: laptopProgram.appId, mchid: HOSPITAL };

async function laptop() {
  const folder = tempFolder();
  // The machine's own time stands still, so that only the time machine moves the city's.
  const clock = new VirtualClock(`${folder}/clock.json`, () => Date.parse('2026-11-23T00:00:00.000Z'));
  const came: { at: number; url: string }[] = [];
  const receiver = createServer((request, response) => {
    request.resume().on('end', () => {
      came.push({ at: clock.now(), url: request.url ?? '' });
      response.writeHead(came.length < 4 ? 500 : 204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void receiver.close());
  const city = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const { standIn, secrets, routes } = await startLaptopPay({
    clock,
    folder,
    program: laptopProgram,
    users: new Map([[user.person, user]]),
    merchants: [{ mchid: HOSPITAL, name: '郏县人民医院' }],
    reach: (url) => url.replace('https://jiaxian.example.org', city),
  });
  onTestFinished(() => standIn.stop());
  const own = secrets.get(HOSPITAL);
  if (own === undefined) throw new Error('no secrets');
  const wechat = createWeChatPay({
    endpoint: standIn.url,
    merchant: readMerchant(own),
    platformKeys: () => readPlatformKeys(standIn.keys.published()),
    clock,
    nonce: () => randomIds.next(32),
    timeoutMs: 2_000,
  });
  return { clock, came, standIn, routes, wechat };
}

describe('on the laptop', () => {
  it('the city’s time machine stops at every notification that is due', async () => {
    const { clock, came, standIn, routes, wechat } = await laptop();
    const drain = async () => ({ delivered: 0, drained: true });
    const machine = new TimeMachine({ clock, agendas: [standIn.agenda], drain });
    const outcome = await wechat.prepay(payee, {
      outTradeNo: 'A-0001',
      description: '挂号费',
      totalFen: 1250,
      payerOpenid,
      notifyUrl: 'https://jiaxian.example.org/payment/notifications/1900000109',
    });
    if (outcome.status !== 'READY') throw new Error(outcome.status);
    const launch = wechat.launch(payee, outcome.prepayId);
    const route = routes.find(({ path }) => path === '/local/wechat/pay/request-payment');
    const body = { ...launch, person: user.person };
    expect(await route?.handle({ query: new URLSearchParams(), body })).toMatchObject({
      body: { outcome: 'PAID' },
    });
    const move = await machine.move((from) => from + HOUR);
    expect(move).toMatchObject({ fired: { 'wechat-pay': 4 }, settled: true });
    expect(new Set(came.map(({ url }) => url))).toEqual(new Set(['/payment/notifications/1900000109']));
    const first = came[0]?.at ?? 0;
    expect(came.map(({ at }) => at - first)).toEqual([0, 15_000, 30_000, 60_000]);
  });
});
