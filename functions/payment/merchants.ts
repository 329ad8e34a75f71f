import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import type { Deps } from '../../shared/deps.ts';
import { Refusal } from '../../shared/kernel/errors.ts';
import { getSecret } from '../../shared/privacy/secrets.ts';
import { readMerchant } from '../../shared/wechat/pay/merchant.ts';
import { WeChatPayError } from '../../shared/wechat/pay/pay-errors.ts';
import { type PlatformKeys, readPlatformKeys } from '../../shared/wechat/pay/platform-keys.ts';
import { createWeChatPay, type WeChatPay } from '../../shared/wechat/pay/wechat-pay.ts';
import { paymentErrors } from './errors.ts';

const CONTEXT = 'payment';

/** Addresses of the city's secrets: `putSecret(deps, merchantSecret(mchid), …)`. */
export const platformKeysSecret = { context: CONTEXT, name: 'wechat-pay-platform-keys' } as const;

export function merchantSecret(mchid: string): { readonly context: string; readonly name: string } {
  return { context: CONTEXT, name: `wechat-pay-${mchid}` };
}

const merchantSchema = z.object({
  mchid: z.string(),
  serial: z.string(),
  privateKeyPem: z.string(),
  apiV3Key: z.string(),
});

const platformKeysSchema = z.array(
  z.union([z.object({ publicKeyId: z.string(), pem: z.string() }), z.object({ certificatePem: z.string() })]),
);

const TIMEOUT_MS = 4_000;
/** How soon a container learns of keys that an operator has put. */
const KEYS_FOR_MS = 60_000;

/**
 * One client a merchant, made when it is first asked for. Platform keys are read anew every minute, never because a
 * message names one that we do not know: that would let anybody make us fetch.
 */
export function createMerchants(deps: Deps): (mchid: string) => Promise<WeChatPay> {
  const { clock, env } = deps;
  const clients = new Map<string, Promise<WeChatPay>>();
  let keys: PlatformKeys = new Map();
  let keysAt = Number.NEGATIVE_INFINITY;

  async function refreshKeys(): Promise<void> {
    if (Math.abs(clock.now() - keysAt) < KEYS_FOR_MS) return;
    const text = await getSecret(deps, platformKeysSecret);
    if (text === undefined) throw paymentErrors.refusal('MERCHANT_UNKNOWN');
    keys = readable(() => readPlatformKeys(platformKeysSchema.parse(JSON.parse(text))));
    keysAt = clock.now();
  }

  async function connect(mchid: string): Promise<WeChatPay> {
    const text = await getSecret(deps, merchantSecret(mchid));
    if (text === undefined) throw paymentErrors.refusal('MERCHANT_UNKNOWN');
    return createWeChatPay({
      endpoint: env.WECHAT_PAY_ENDPOINT,
      merchant: readable(() => readMerchant(merchantSchema.parse(JSON.parse(text)))),
      platformKeys: () => keys,
      clock,
      nonce: () => randomBytes(16).toString('hex'),
      timeoutMs: TIMEOUT_MS,
    });
  }

  return async (mchid) => {
    let client = clients.get(mchid);
    if (client === undefined) {
      client = connect(mchid);
      clients.set(mchid, client);
      client.catch(() => clients.delete(mchid));
    }
    const [pay] = await Promise.all([client, refreshKeys()]);
    return pay;
  };
}

/** What is wrong with a secret is not said: the words for it may quote it. @throws Refusal MERCHANT_UNKNOWN */
function readable<T>(read: () => T): T {
  try {
    return read();
  } catch {
    throw paymentErrors.refusal('MERCHANT_UNKNOWN');
  }
}

/**
 * WeChat was asked and gave nothing, or could not be asked, since there are no keys of the merchant that can be read. It
 * is asked again: an operator's slip may not end what waits.
 */
export function isInVain(error: unknown): error is Error {
  return error instanceof WeChatPayError || (error instanceof Refusal && error.code === 'MERCHANT_UNKNOWN');
}
