import { onTestFinished } from 'vitest';
import { booking } from '../../../functions/booking/context.ts';
import { type Appointment, appointments } from '../../../functions/booking/store.ts';
import { payment } from '../../../functions/payment/context.ts';
import { launchSettlement } from '../../../functions/payment/launch-settlement.ts';
import { merchantSecret, platformKeysSecret } from '../../../functions/payment/merchants.ts';
import { openSettlement } from '../../../functions/payment/open-settlement.ts';
import { putPayee } from '../../../functions/payment/payee-accounts.ts';
import { type PaymentDeps, providePayment } from '../../../functions/payment/payment-deps.ts';
import { type Settlement, settlements } from '../../../functions/payment/store.ts';
import { takeOnsitePayment } from '../../../functions/payment/take-onsite-payment.ts';
import type { Post } from '../../../infra/local/wechat/pay/courier.ts';
import { registered } from '../../../infra/local/wechat/pay/merchants.ts';
import { startWeChatPay, type WeChatPayStandIn } from '../../../infra/local/wechat/pay/server.ts';
import { openidItem } from '../../../shared/access/openid-view.ts';
import type { Charge } from '../../../shared/charges/charge.ts';
import { chargeLink, eventOf } from '../../../shared/data/carried.ts';
import type { StaleReads } from '../../../shared/data/memory-store.ts';
import type { Item } from '../../../shared/data/table.ts';
import { createApi } from '../../../shared/http/api.ts';
import { putSecret } from '../../../shared/privacy/secrets.ts';
import { WeChatPayError } from '../../../shared/wechat/pay/pay-errors.ts';
import { createWorker } from '../../../shared/worker.ts';
import { platformRing } from '../../engines/wechat-pay/scene.ts';
import { vectors } from '../../shared/wechat-pay-keys.ts';
import { onTheBus } from '../../support/bus.ts';
import { cityNamed } from '../../support/city-policy.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
import type { Meter } from '../../support/meter.ts';
import { addSchedule, book, LAMBDA, type SceneSchedule } from '../booking/scene.ts';
import { deliverLetter, type Letter, type PaymentApi } from './letters.ts';

export const HOSPITAL = 'jx-hospital';
export const CLINIC = 'jx-clinic';
/** The third combines; it is the demo city's policy that names it. */
export const MERCHANTS = { hospital: '1900425001', clinic: '1900425100', combining: '1900425000' } as const;
export const ME = 'pat00001';
export const ACCOUNT = 'account-pat00001';
export const OPENID = 'o-payer-of-the-test';
export const APPID = 'wx00000000laptop';
const DOMAIN = 'city.test.invalid';

export const MINUTE = 60_000;

/** WeChat answers nothing. */
export const SILENCE = new WeChatPayError({
  api: 'GET /v3/pay/transactions/out-trade-no/{0}',
  fault: 'UNAVAILABLE',
  retryable: true,
  outcomeUnknown: true,
});

interface Letterbox {
  held: boolean;
  readonly letters: Letter[];
}

/** Booking and payment over one table, with WeChat's stand-in and the stream between them. */
export interface PaymentScene {
  readonly deps: PaymentDeps & TestDeps;
  readonly standIn: WeChatPayStandIn;
  /** Events not delivered yet. */
  readonly pending: Item[];
  /** Delivers every event, also those that follow. */
  hear(): Promise<void>;
  /** What the minute's rule does for both contexts, with what follows of it. */
  sweep(): Promise<void>;
  /** Moves the clock in steps of a minute at most, WeChat's appointments, sweeps and events as they come. */
  pass(ms: number): Promise<void>;
  /** What WeChat sends to us. While it is held nothing arrives, and WeChat comes again. */
  readonly letterbox: Letterbox;
  /** Payment's API as the edge calls it. */
  readonly api: PaymentApi;
}

const { merchant } = vectors.testOnlyKeys;

export async function paymentScene({
  start = '2026-03-02T00:00:00.000Z',
  meter,
  stale,
}: {
  readonly start?: string;
  readonly meter?: Meter;
  readonly stale?: StaleReads;
} = {}): Promise<PaymentScene> {
  const pending: Item[] = [];
  const city = { ...cityNamed('demo'), settings: { domain: DOMAIN, wechat: { appId: APPID } } };
  const base = testDeps({
    start,
    city,
    ...(meter === undefined ? {} : { meter }),
    memory: {
      ...(stale === undefined ? {} : { stale }),
      onChange: ({ new: item }) => {
        if (item?.['eventId'] !== undefined) pending.push(item);
      },
    },
  });
  const api: { handle?: PaymentApi } = {};
  const letterbox: Letterbox = { held: false, letters: [] };
  const standIn = await startWeChatPay({
    clock: base.clock,
    merchants: Object.values(MERCHANTS).map((mchid) =>
      registered({ ...merchant, mchid }, { name: mchid, appIds: [APPID] }),
    ),
    keys: platformRing(),
    folder: undefined,
    post: postTo(letterbox, () => api.handle),
  });
  onTestFinished(() => standIn.stop());
  const env = { ...base.env, WECHAT_PAY_ENDPOINT: standIn.url };
  const deps = { ...base, ...providePayment({ ...base, env }), clock: base.clock };
  for (const mchid of Object.values(MERCHANTS))
    await putSecret(deps, merchantSecret(mchid), JSON.stringify({ ...merchant, mchid }));
  await putSecret(deps, platformKeysSecret, JSON.stringify(standIn.keys.published()));
  await deps.table.put(await openidItem(deps, ACCOUNT, OPENID));
  await putPayee(deps, { institutionId: HOSPITAL, mchid: MERCHANTS.hospital }, 'authority');
  await putPayee(deps, { institutionId: CLINIC, mchid: MERCHANTS.clinic }, 'authority');
  const contexts = [booking, payment];
  const workers = contexts.map((context) => ({ context, call: createWorker(context, deps) }));
  api.handle = createApi(payment, deps);

  async function hear(): Promise<void> {
    for (let item = pending.shift(); item !== undefined; item = pending.shift()) {
      const event = eventOf(item);
      if (event === undefined) continue;
      const detail = onTheBus(event);
      for (const { context, call } of workers) {
        if (context.subscriptions.some((subscription) => subscription.event === event.type))
          await call({ detail } as unknown as Parameters<typeof call>[0], LAMBDA);
      }
    }
  }
  async function sweep(): Promise<void> {
    await hear();
    for (const { call } of workers) await call({ sweep: true }, LAMBDA);
    await hear();
  }
  async function pass(ms: number): Promise<void> {
    const end = deps.clock.now() + ms;
    while (deps.clock.now() < end) {
      const next = await standIn.agenda.nextAfter(deps.clock.now());
      const at = Math.min(end, deps.clock.now() + MINUTE, next ?? end);
      deps.clock.advance(at - deps.clock.now());
      await standIn.agenda.runDue();
      await sweep();
    }
  }
  return { deps, standIn, pending, hear, sweep, pass, letterbox, api: api.handle };
}

/** Keeps what WeChat sends, and hands it over unless it is held. */
function postTo(letterbox: Letterbox, api: () => PaymentApi | undefined): Post {
  return async (url, headers, body) => {
    const { pathname, hostname } = new URL(url);
    const handle = api();
    if (hostname !== DOMAIN || handle === undefined) return undefined;
    const letter = { path: pathname, headers, body };
    letterbox.letters.push(letter);
    return letterbox.held ? undefined : (await deliverLetter({ api: handle }, letter)).statusCode;
  };
}

/** What a context that payment has never heard of asks for: an item of its own with a charge in it. */
export async function foreignCharge(
  { deps }: Pick<PaymentScene, 'deps'>,
  { owner, ...facts }: Partial<Charge> & Pick<Charge, 'chargeId'> & { readonly owner: string },
  patientId = ME,
): Promise<Charge> {
  const charge: Charge = {
    category: 'EXAMINATION',
    amountFen: 15_050,
    payeeId: HOSPITAL,
    status: 'OPEN',
    ...facts,
  };
  const at = new Date(deps.clock.now()).toISOString();
  await deps.table.put({
    pk: `${owner}#order#${charge.chargeId}`,
    sk: 'order',
    charge: { ...charge },
    ...chargeLink(patientId, at),
  });
  return charge;
}

/** A number of the hospital that is held until it is paid: 20 yuan. */
export async function heldAppointment(
  { deps }: Pick<PaymentScene, 'deps'>,
  patientId = ME,
  schedule: SceneSchedule = {},
): Promise<Appointment> {
  const detail = await addSchedule(deps, { feeFen: 2_000, paymentMode: 'ONLINE', ...schedule });
  return book(deps, detail, patientId);
}

export async function appointmentNow(
  { deps }: Pick<PaymentScene, 'deps'>,
  { patientId, appointmentId }: Appointment,
): Promise<Appointment> {
  const found = await appointments.get(deps.table, { patientId, appointmentId }, { consistent: true });
  if (found === undefined) throw new Error('no such appointment');
  return found;
}

export async function settlementNow(
  { deps }: Pick<PaymentScene, 'deps'>,
  { settlementId }: Pick<Settlement, 'settlementId'>,
): Promise<Settlement> {
  const found = await settlements.get(deps.table, settlementId, { consistent: true });
  if (found === undefined) throw new Error('no such settlement');
  return found;
}

let requests = 0;

/** Opens a settlement over these appointments' charges and asks WeChat for it. */
export async function opened(
  { deps }: Pick<PaymentScene, 'deps'>,
  appointmentsToPay: readonly Appointment[],
  requestKey = `request-${++requests}`,
): Promise<{ readonly settlement: Settlement; readonly prepayId: string }> {
  const settlement = await openSettlement(deps, {
    patientId: appointmentsToPay[0]?.patientId ?? ME,
    chargeIds: appointmentsToPay.map(({ appointmentId, charge }) => charge?.chargeId ?? appointmentId),
    accountId: ACCOUNT,
    requestKey,
  });
  const launch = await launchSettlement(deps, settlement);
  return { settlement, prepayId: launch.package.replace('prepay_id=', '') };
}

/** A clerk of the hospital takes money for these charges at the window. */
export function atTheWindow(
  { deps }: Pick<PaymentScene, 'deps'>,
  chargeIds: readonly string[],
  means: 'CASH' | 'CARD' = 'CASH',
): Promise<Settlement> {
  return takeOnsitePayment(deps, {
    institutionId: HOSPITAL,
    patientId: ME,
    chargeIds,
    means,
    accountId: 'acc-clerk',
    requestKey: 'till-1',
  });
}

/** The payer pays; WeChat's notification is on its way. */
export async function payerPays(
  { standIn }: Pick<PaymentScene, 'standIn'>,
  prepayId: string,
): Promise<string> {
  const answer = await standIn.payer.pay(prepayId, OPENID);
  return answer.outcome === 'REFUSED' ? answer.reason : answer.outcome;
}
