import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type PayMerchant, registered } from '../../../infra/local/wechat/pay/merchants.ts';
import { PlatformKeyRing } from '../../../infra/local/wechat/pay/platform-keys.ts';
import { startWeChatPay, type WeChatPayStandIn } from '../../../infra/local/wechat/pay/server.ts';
import type { PayConnection } from '../../../shared/wechat/pay/client.ts';
import { type Payee, readMerchant } from '../../../shared/wechat/pay/merchant.ts';
import {
  type NotificationOutcome,
  notificationAnswer,
  type PayNotification,
} from '../../../shared/wechat/pay/notifications.ts';
import { readPlatformKeys } from '../../../shared/wechat/pay/platform-keys.ts';
import { createWeChatPay, type WeChatPay } from '../../../shared/wechat/pay/wechat-pay.ts';
import { vectors } from '../../shared/wechat-pay-keys.ts';
import { ManualClock } from '../local/manual-clock.ts';

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export const APPID = 'wx00000000laptop';
export const HOSPITAL = '1900000109';
export const CLINIC = '1900000333';
export const PROVIDER = '1900000100';
export const TOWNSHIP = '1900000222';

export const hospital: Payee = { mode: 'direct', appid: APPID, mchid: HOSPITAL };
export const clinic: Payee = { mode: 'direct', appid: APPID, mchid: CLINIC };
export const township: Payee = { mode: 'partner', spAppid: APPID, spMchid: PROVIDER, subMchid: TOWNSHIP };

const { merchant, platformPublicKey, platformCertificate } = vectors.testOnlyKeys;

/** One key pair serves all merchants of the tests; what tells them apart is their number. */
const secretsOf = (mchid: string) => ({ ...merchant, mchid });

export function payMerchants(feeBasisPoints = 0): readonly PayMerchant[] {
  const facts = { appIds: [APPID], feeBasisPoints };
  return [
    registered(secretsOf(HOSPITAL), { ...facts, name: '郏县人民医院' }),
    registered(secretsOf(CLINIC), { ...facts, name: '城关镇卫生院' }),
    registered(secretsOf(PROVIDER), { ...facts, name: '平台服务商', subMchids: [TOWNSHIP] }),
  ];
}

export function platformRing(): PlatformKeyRing {
  const { publicKeyId, pem, privateKeyPem } = platformPublicKey;
  const { serial, certificatePem, privateKeyPem: certificateKeyPem } = platformCertificate;
  const state = {
    keys: [
      { id: publicKeyId, kind: 'public-key' as const, privateKeyPem, publicPem: pem },
      {
        id: serial,
        kind: 'certificate' as const,
        privateKeyPem: certificateKeyPem,
        publicPem: certificatePem,
      },
    ],
    current: publicKeyId,
  };
  return new PlatformKeyRing(state, () => undefined);
}

/** What came to the merchants' addresses, and what they made of it. */
export interface Came {
  readonly mchid: string;
  readonly outcome: NotificationOutcome;
  readonly notification: PayNotification | undefined;
  readonly status: number;
  /** Epoch milliseconds of the city's clock. */
  readonly at: number;
}

export interface Scene {
  readonly clock: ManualClock;
  readonly standIn: WeChatPayStandIn;
  readonly came: Came[];
  /** Statuses to answer instead of what the client would; `never`: no answer. */
  readonly insteadOf: (number | 'never')[];
  /** A merchant's client. */
  client(mchid: string): WeChatPay;
  connection(mchid: string): PayConnection;
  notifyUrl(mchid: string): string;
  /** Moves the clock from appointment to appointment, as the city's time machine does. */
  pass(ms: number): Promise<void>;
}

export interface SceneOptions {
  readonly folder?: string;
  readonly clock?: ManualClock;
  readonly feeBasisPoints?: number;
}

export async function payScene(options: SceneOptions = {}): Promise<Scene> {
  const { folder, clock = new ManualClock('2026-11-23T00:00:00.000Z'), feeBasisPoints } = options;
  const standIn = await startWeChatPay({
    clock,
    merchants: payMerchants(feeBasisPoints),
    keys: platformRing(),
    folder,
  });
  onTestFinished(() => standIn.stop());
  const came: Came[] = [];
  const insteadOf: (number | 'never')[] = [];
  let nonces = 0;
  const connection = (mchid: string): PayConnection => ({
    endpoint: standIn.url,
    merchant: readMerchant(secretsOf(mchid)),
    platformKeys: () => readPlatformKeys(standIn.keys.published()),
    clock,
    nonce: () => {
      nonces += 1;
      return `nonce${nonces}`;
    },
    timeoutMs: 1_000,
    sleep: async () => undefined,
  });
  const client = (mchid: string) => createWeChatPay(connection(mchid));
  const receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const mchid = request.url?.split('/').pop() ?? '';
    const signed = { headers: request.headers, rawBody: Buffer.concat(chunks) };
    const outcome = client(mchid).readNotification(signed);
    const instead = insteadOf.shift();
    const answer = notificationAnswer(outcome);
    const status = typeof instead === 'number' ? instead : answer.status;
    const notification = outcome.ok ? outcome.notification : undefined;
    came.push({ mchid, outcome, notification, status, at: clock.now() });
    if (instead === 'never') return;
    response.writeHead(status).end(answer.body && JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    receiver.closeAllConnections();
    receiver.close();
  });
  const base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  return {
    clock,
    standIn,
    came,
    insteadOf,
    client,
    connection,
    notifyUrl: (mchid) => `${base}/notify/${mchid}`,
    async pass(ms) {
      const target = clock.now() + ms;
      await standIn.agenda.runDue();
      for (;;) {
        const next = await standIn.agenda.nextAfter(clock.now());
        if (next === undefined || next > target) break;
        clock.pass(next - clock.now());
        await standIn.agenda.runDue();
      }
      clock.pass(target - clock.now());
    },
  };
}

export interface Placed {
  readonly outTradeNo: string;
  readonly prepayId: string;
  readonly totalFen: number;
}

/** An order of a hospital that waits to be paid. */
export async function placed(
  scene: Scene,
  payee: Payee = hospital,
  change: { readonly outTradeNo?: string; readonly totalFen?: number; readonly payBy?: string } = {},
): Promise<Placed> {
  const mchid = payee.mode === 'direct' ? payee.mchid : payee.spMchid;
  const order = {
    outTradeNo: 'A-0001',
    description: '挂号费, 内科',
    totalFen: 1250,
    payerOpenid: 'o-payer',
    notifyUrl: scene.notifyUrl(mchid),
    ...change,
  };
  const outcome = await scene.client(mchid).prepay(payee, order);
  if (outcome.status !== 'READY') throw new Error(`the order is ${outcome.status}`);
  return { ...order, prepayId: outcome.prepayId };
}

/** A paid one, its notification delivered. */
export async function paid(...args: Parameters<typeof placed>): Promise<Placed> {
  const order = await placed(...args);
  const outcome = await args[0].standIn.payer.pay(order.prepayId);
  if (outcome.outcome !== 'PAID') throw new Error(`the payment is ${JSON.stringify(outcome)}`);
  await args[0].standIn.agenda.runDue();
  return order;
}
