import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import type { Deps } from '../../shared/deps.ts';
import { getSecret } from '../../shared/privacy/secrets.ts';
import { createSmsProvider, type SmsConnection, type SmsProvider } from '../../shared/sms/sms-provider.ts';
import { createStableToken } from '../../shared/wechat/stable-token.ts';
import {
  type SubscribeMessage,
  type SubscribeOutcome,
  sendSubscribeMessage,
} from '../../shared/wechat/subscribe-message.ts';
import { WeChatUnavailableError } from '../../shared/wechat/wechat-errors.ts';
import { createTurns, type TakeTurn } from './rate.ts';

export interface WeChatMessages {
  send(message: SubscribeMessage): Promise<SubscribeOutcome>;
}

/** What notification needs besides the house's. */
export interface NotificationDeps extends Deps {
  /** Undefined: the city has no mini-program. */
  readonly weChatMessages: WeChatMessages | undefined;
  readonly sms: SmsProvider;
  readonly takeTurn: TakeTurn;
}

const CONTEXT = 'notification';

/** Addresses of the city's secrets: `putSecret(deps, weChatSecret, …)`. */
export const weChatSecret = { context: CONTEXT, name: 'wechat-app-secret' } as const;
/** JSON: endpoint, accessKey, secretKey, signName. */
export const smsSecret = { context: CONTEXT, name: 'sms-provider' } as const;

const settingsSchema = z.object({
  wechat: z.optional(z.object({ appId: z.string().check(z.minLength(1)) })),
});

const smsSchema = z.object({
  endpoint: z.string().check(z.regex(/^https?:\/\//)),
  accessKey: z.string(),
  secretKey: z.string(),
  signName: z.string(),
});

const TIMEOUT_MS = 4_000;

/** A city whose provider of text messages differs hands in an adapter of its own. */
export function provideNotification(deps: Deps & Partial<NotificationDeps>): NotificationDeps {
  return {
    ...deps,
    weChatMessages: deps.weChatMessages ?? weChatMessagesOf(deps),
    sms:
      deps.sms ??
      createSmsProvider({
        connection: remembered(() => smsConnection(deps)),
        clock: deps.clock,
        nonce: () => randomBytes(16).toString('hex'),
        timeoutMs: TIMEOUT_MS,
      }),
    takeTurn: deps.takeTurn ?? createTurns(deps),
  };
}

function weChatMessagesOf(deps: Deps): WeChatMessages | undefined {
  const { wechat } = settingsSchema.parse(deps.city.settings);
  if (wechat === undefined) return undefined;
  const { table, cipher, clock, ids, env } = deps;
  const connection = { endpoint: env.WECHAT_ENDPOINT, timeoutMs: TIMEOUT_MS };
  const secret = remembered(async () => {
    const known = await getSecret(deps, weChatSecret);
    // Before an operator has put it nothing can be sent; it is tried again, and then by the next channel.
    if (known === undefined) throw new WeChatUnavailableError('secret');
    return known;
  });
  const token = createStableToken({ ...connection, appId: wechat.appId, secret, table, cipher, clock, ids });
  return { send: (message) => sendSubscribeMessage({ ...connection, stableToken: token }, message) };
}

async function smsConnection(deps: Deps): Promise<SmsConnection | undefined> {
  const text = await getSecret(deps, smsSecret);
  return text === undefined ? undefined : smsSchema.parse(JSON.parse(text));
}

/** Asked once a container; what was not there, or failed, is asked for again. */
function remembered<T>(read: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | undefined;
  return async () => {
    known ??= read();
    const asked = known;
    try {
      const value = await asked;
      if (value === undefined) known = undefined;
      return value;
    } catch (error) {
      known = undefined;
      throw error;
    }
  };
}
