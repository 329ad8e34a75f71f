import * as z from 'zod/mini';
import { type LocalRoute, ok, post, refused } from '../../http/local-route.ts';
import { payFaultsSchema } from './knobs.ts';
import { asOf } from './payable.ts';
import type { WeChatPayStandIn } from './server.ts';

const text = z.string().check(z.minLength(1), z.maxLength(512));

const payRequest = z.strictObject({
  prepayId: text,
  /** Whose telephone it is; else the payer the order was placed for. */
  person: z.optional(text),
});

const launchRequest = z.strictObject({
  timeStamp: text,
  nonceStr: text,
  package: text,
  signType: text,
  paySign: text,
  person: z.optional(text),
});

const finishRequest = z.strictObject({ prepayId: text, outcome: z.enum(['paid', 'failed']) });

const refundRequest = z.strictObject({
  mchid: text,
  outRefundNo: text,
  outcome: z.enum(['SUCCESS', 'ABNORMAL', 'CLOSED']),
});

const keyRequest = z.union([
  z.strictObject({ add: z.enum(['public-key', 'certificate']) }),
  z.strictObject({ use: text }),
  z.strictObject({ remove: text }),
]);

const MOST_SHOWN = 200;

/**
 * The payer's telephone, the merchant's desk and WeChat's moods, from the command line.
 * @param openidOf the person's openid in an app; undefined: WeChat knows nobody of that name
 */
export function wechatPayRoutes(
  pay: WeChatPayStandIn,
  openidOf: (person: string) => string | undefined,
): readonly LocalRoute[] {
  const { desk, payer } = pay;
  /** `undefined`: nobody was named. `null`: nobody has that name. */
  const openid = (person: string | undefined) =>
    person === undefined ? undefined : (openidOf(person) ?? null);
  return [
    {
      method: 'GET',
      path: '/local/wechat/pay',
      summary: 'orders waiting to be paid, refunds and notifications under way, and the page to pay on',
      handle: async () => ok(overview(pay)),
    },
    post(
      '/local/wechat/pay/pay',
      'pay an order: {"prepayId": "wx26…", "person": "demo-li-na"}',
      payRequest,
      async ({ prepayId, person }) => {
        const as = openid(person);
        if (as === null) return refused(404, `WeChat knows no ${person}`);
        return ok(await payer.pay(prepayId, as));
      },
    ),
    post(
      '/local/wechat/pay/request-payment',
      'wx.requestPayment: the launch parameters as the mini-program gets them',
      launchRequest,
      async ({ person, ...launch }) => {
        const as = openid(person);
        if (as === null) return refused(404, `WeChat knows no ${person}`);
        return ok(await payer.requestPayment(launch, as));
      },
    ),
    post(
      '/local/wechat/pay/cancel',
      'leave the cashier without paying: {"prepayId": "wx26…"}',
      z.strictObject({ prepayId: text }),
      async ({ prepayId }) => ok(payer.cancel(prepayId)),
    ),
    post(
      '/local/wechat/pay/finish',
      'end what stayed at the password (USERPAYING): {"prepayId": "wx26…", "outcome": "paid" | "failed"}',
      finishRequest,
      async ({ prepayId, outcome }) => ok(await payer.finish(prepayId, outcome === 'paid')),
    ),
    post(
      '/local/wechat/pay/refunds',
      'end a refund now, or an ABNORMAL one anew: {"mchid": "…", "outRefundNo": "…", "outcome": "SUCCESS"}',
      refundRequest,
      async ({ mchid, outRefundNo, outcome }) =>
        pay.endRefund(mchid, outRefundNo, outcome)
          ? ok({ outRefundNo, state: outcome })
          : refused(404, 'there is no such refund to end'),
    ),
    post('/local/wechat/pay/faults', faultsSummary(), payFaultsSchema, async (faults) =>
      ok(pay.knobs.set(faults)),
    ),
    {
      method: 'GET',
      path: '/local/wechat/pay/keys',
      summary: "WeChat Pay's own public keys, the current one first",
      handle: async () => ok({ current: pay.keys.current, keys: pay.keys.published() }),
    },
    post(
      '/local/wechat/pay/keys',
      'rotate: {"add": "public-key" | "certificate"}, then {"use": "<id>"}, then {"remove": "<id>"}',
      keyRequest,
      async (request) => {
        if ('add' in request) return ok({ id: await pay.keys.add(request.add, desk.clock.now()) });
        const done = 'use' in request ? pay.keys.use(request.use) : pay.keys.remove(request.remove);
        return done ? ok({ current: pay.keys.current }) : refused(409, 'no such key, or it is in use');
      },
    ),
    post(
      '/local/wechat/pay/deliver',
      'do now what is due now: refunds end, notifications go out',
      z.strictObject({}),
      async () => ok({ done: await pay.agenda.runDue(), nextDueAt: iso(pay.agenda.nextDueAt()) }),
    ),
  ];
}

function overview({ desk, url, agenda, courier, knobs }: WeChatPayStandIn): object {
  const now = desk.clock.now();
  const unpaid = [...desk.books.all('prepay')].slice(-MOST_SHOWN).flatMap(([prepayId, { of, id }]) => {
    const whole = desk.books.get(of, id);
    if (whole === undefined) return [];
    const { state, outTradeNo, mchid, payableUntil } = asOf(whole, now);
    const isOpen = state === 'NOTPAY' || state === 'USERPAYING';
    return isOpen ? [{ prepayId, mchid, outTradeNo, state, payableUntil: iso(payableUntil) }] : [];
  });
  const refunds = [...desk.books.all('refund').values()].filter(
    ({ state }) => state === 'PROCESSING' || state === 'ABNORMAL',
  );
  const notifications = [...desk.books.all('callback')].slice(-MOST_SHOWN);
  return {
    page: `${url}/payer`,
    unpaid,
    refunds: refunds.map(({ mchid, outRefundNo, state, endsAt }) => ({
      mchid,
      outRefundNo,
      state,
      endsAt: iso(endsAt),
    })),
    notifications: notifications.map(([id, { mchid, eventType, state, attempts, nextAt }]) => ({
      id,
      mchid,
      eventType,
      state,
      attempts,
      nextAt: iso(nextAt),
    })),
    trials: courier.trials,
    faults: knobs.get(),
    nextDueAt: iso(agenda.nextDueAt()),
  };
}

function faultsSummary(): string {
  return `what WeChat Pay is to do wrong, how often: ${JSON.stringify(payFaultsSchema.parse({}))}`;
}

function iso(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
