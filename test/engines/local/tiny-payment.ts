import * as z from 'zod/mini';
import { route } from '../../../shared/context.ts';
import { defineContext } from '../../../shared/define-context.ts';
import type { Deps } from '../../../shared/deps.ts';
import { defineErrors } from '../../../shared/kernel/errors.ts';
import { getSecret } from '../../../shared/privacy/secrets.ts';
import { readMerchant } from '../../../shared/wechat/pay/merchant.ts';
import { readPlatformKeys } from '../../../shared/wechat/pay/platform-keys.ts';
import { createWeChatPay, type WeChatPay } from '../../../shared/wechat/pay/wechat-pay.ts';

/** The least that takes money: orders are placed and notifications judged with what an operator put. */

export const TINY_MERCHANT = '1900000109';

const APPID = 'wx00000000laptop';

const params = z.object({ mchid: z.string() });
const order = z.object({ outTradeNo: z.string(), payerOpenid: z.string(), notifyUrl: z.string() });
const noticesKey = { pk: 'payment#notices', sk: 'list' };
const notices = z.object({ list: z.array(z.string()) });
const done = z.object({ done: z.boolean() });

async function secret(deps: Deps, name: string) {
  const text = await getSecret(deps, { context: 'payment', name });
  if (text === undefined) throw new Error('nobody put it');
  return JSON.parse(text);
}

async function wechatPay(deps: Deps, mchid: string): Promise<WeChatPay> {
  const platformKeys = readPlatformKeys(await secret(deps, 'wechat-pay-platform-keys'));
  return createWeChatPay({
    endpoint: deps.env.WECHAT_PAY_ENDPOINT,
    merchant: readMerchant(await secret(deps, `wechat-pay-${mchid}`)),
    platformKeys: () => platformKeys,
    clock: deps.clock,
    nonce: () => deps.ids.next(32),
    timeoutMs: 2_000,
  });
}

async function notice({ table }: Deps, text: string): Promise<{ done: boolean }> {
  await table.update(noticesKey, { append: { list: [text] } });
  return { done: true };
}

export const tinyPayment = defineContext({
  name: 'payment',
  errors: defineErrors({}),
  routes: [
    route({
      method: 'POST',
      path: '/payment/merchants/{mchid}/orders',
      summary: '下单',
      access: 'public',
      requestKey: 'not-needed',
      request: { params, body: order },
      response: z.record(z.string(), z.string()),
      handle: async (deps, { params: { mchid }, body }) => {
        const wechat = await wechatPay(deps, mchid);
        const payee = { mode: 'direct', appid: APPID, mchid } as const;
        const outcome = await wechat.prepay(payee, { ...body, description: '挂号费', totalFen: 1250 });
        if (outcome.status !== 'READY') throw new Error(outcome.status);
        return { ...wechat.launch(payee, outcome.prepayId) };
      },
    }),
    route({
      method: 'GET',
      path: '/payment/merchants/{mchid}/orders/{outTradeNo}',
      summary: '查单',
      access: 'public',
      request: { params: z.object({ mchid: z.string(), outTradeNo: z.string() }) },
      response: z.object({ state: z.string() }),
      handle: async (deps, { params: { mchid, outTradeNo } }) => {
        const wechat = await wechatPay(deps, mchid);
        const trade = await wechat.queryOrder({ mode: 'direct', appid: APPID, mchid }, { outTradeNo });
        return { state: trade?.state ?? 'UNKNOWN' };
      },
    }),
    route({
      method: 'POST',
      path: '/payment/notifications/wechat/{mchid}',
      summary: '微信支付通知',
      access: 'public',
      takes: 'raw',
      request: { params },
      response: done,
      handle: async (deps, { params: { mchid }, raw }) => {
        const wechat = await wechatPay(deps, mchid);
        const outcome = wechat.readNotification({ headers: raw.headers, rawBody: raw.bytes });
        return notice(deps, `${mchid} ${outcome.ok ? outcome.notification.kind : 'not WeChat’s'}`);
      },
    }),
    route({
      method: 'POST',
      path: '/payment/elsewhere',
      summary: '通知不应到达之处',
      access: 'public',
      takes: 'raw',
      response: done,
      handle: async (deps) => notice(deps, 'elsewhere'),
    }),
    route({
      method: 'GET',
      path: '/payment/notices',
      summary: '收到的通知',
      access: 'public',
      response: notices,
      handle: async ({ table }) =>
        notices.parse((await table.get(noticesKey, { consistent: true })) ?? { list: [] }),
    }),
    route({
      method: 'GET',
      path: '/payment/platform-keys',
      summary: '微信支付公钥',
      access: 'public',
      response: z.object({ keys: z.unknown() }),
      handle: async (deps) => ({ keys: await secret(deps, 'wechat-pay-platform-keys') }),
    }),
  ],
});
