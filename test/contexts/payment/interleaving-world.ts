import { booking } from '../../../functions/booking/context.ts';
import { payment } from '../../../functions/payment/context.ts';
import { putPayee } from '../../../functions/payment/payee-accounts.ts';
import { type PaymentDeps, providePayment } from '../../../functions/payment/payment-deps.ts';
import { paymentPolicy } from '../../../functions/payment/policy.ts';
import { openidItem } from '../../../shared/access/openid-view.ts';
import { writePatientProfile } from '../../../shared/access/patient-view.ts';
import type { Change, StaleReads } from '../../../shared/data/memory-store.ts';
import type { Consumed, DomainEvent, Table } from '../../../shared/data/table.ts';
import { createApi } from '../../../shared/http/api.ts';
import { createWorker } from '../../../shared/worker.ts';
import { onTheBus } from '../../support/bus.ts';
import { cityNamed, cityWith } from '../../support/city-policy.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
import { policyValues } from '../booking/policy-values.ts';
import { LAMBDA } from '../booking/scene.ts';
import { KEY_MARKERS, type Message, type Provider, startProvider } from './interleaving-provider.ts';
import { PaymentWatch } from './invariants.ts';
import { deliverLetter, type PaymentApi } from './letters.ts';

export const HOSPITAL = 'jx-hospital';
export const CLINIC = 'jx-clinic';
export const MERCHANTS = { hospital: '1900425001', clinic: '1900425100', combining: '1900425000' } as const;
export const PATIENTS = ['pat00001', 'pat00002', 'pat00003'] as const;
const APPID = 'wx00000000laptop';
const DOMAIN = 'city.test.invalid';

/** No limits, so that a patient has many charges; an order that cannot be closed is given up after an hour. */
const named = cityWith('demo', 'booking', policyValues);
const paying = cityWith('demo', 'payment', {
  ...cityNamed('demo').policy(paymentPolicy).at('2026-03-02'),
  combiningMerchant: MERCHANTS.combining,
  giveUpAfterMinutes: 60,
});
const city: typeof named = {
  ...named,
  settings: { domain: DOMAIN, wechat: { appId: APPID } },
  policy: (section) => (section.name === 'payment' ? paying : named).policy(section),
};

export function accountOf(patientId: string): string {
  return `account-${patientId}`;
}

export function openidOf(patientId: string): string {
  return `o-MarkerOfPayer-${patientId}`;
}

/** What may stand nowhere in plain: whose account, key, card or birthday it is. */
export const BIRTHDAY = '1961-04-17';
export const MARKERS = ['o-MarkerOfPayer', ...KEY_MARKERS, '招商银行', 'CMB_CREDIT', BIRTHDAY];

export interface WorldOptions {
  readonly start?: string;
  readonly stale?: StaleReads;
  readonly onChange?: (change: Change) => void;
  readonly patients?: readonly string[];
  /** Instead of the watched table in memory, whose every write is held against the rules. */
  readonly table?: Table;
  readonly onConsumed?: (consumed: Consumed) => void;
  /** Told how long payment's door took over a notification, in milliseconds. */
  readonly onKnock?: (ms: number) => void;
}

/** Booking and payment over one watched table, and WeChat's stand-in without sockets. */
export interface World {
  readonly deps: PaymentDeps & TestDeps;
  /** The same table and provider, at once. */
  readonly direct: PaymentDeps & TestDeps;
  readonly provider: Provider;
  readonly watch: PaymentWatch;
  readonly handedOut: Map<string, string>;
  /** A notification at payment's door, at once: answers the status. */
  knock(message: Message): Promise<number>;
}

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const { start = '2026-03-02T00:00:00.000Z' } = options;
  const handedOut = new Map<string, string>();
  let made = 0;
  const scene = testDeps({
    start,
    city,
    ids: {
      next: (length = 12) => {
        made += 1;
        return String(made).padStart(length, '0');
      },
    },
    memory: {
      onChange: (change) => {
        if (options.table === undefined) watch.onChange(change);
        options.onChange?.(change);
      },
      ...(options.stale === undefined ? {} : { stale: options.stale }),
      ...(options.onConsumed === undefined ? {} : { onConsumed: options.onConsumed }),
    },
  });
  const watch = new PaymentWatch(() => ({
    books: parts.provider.desk.books,
    now: scene.clock.now,
    handedOut: new Set(handedOut.keys()),
    markers: MARKERS,
    lines: scene.lines,
  }));
  const watched = options.table ?? watch.watched(scene.table);
  const doors: { slow?: PaymentApi; direct?: PaymentApi } = {};
  const parts: { provider: Provider } = {
    provider: startProvider({
      clock: scene.clock,
      mchids: Object.values(MERCHANTS),
      appId: APPID,
      post: async (url, headers, body) => {
        const from = performance.now();
        const status = await postTo(doors.slow, { url, headers, body });
        options.onKnock?.(performance.now() - from);
        return status;
      },
      turn: async () => undefined,
    }),
  };
  const { provider } = parts;
  const over = (table: Table): PaymentDeps & TestDeps => {
    const base = { ...scene, table };
    return { ...base, ...providePayment({ ...base, weChatPay: provider.client }) } as PaymentDeps & TestDeps;
  };
  const direct = over(watched);
  const deps = over(watched);
  doors.slow = createApi(payment, deps);
  doors.direct = createApi(payment, direct);
  for (const patientId of options.patients ?? PATIENTS) {
    await direct.table.put(await openidItem(direct, accountOf(patientId), openidOf(patientId)));
    await writePatientProfile(direct, patientId, { birthDate: BIRTHDAY, sex: 'female', synthetic: true });
  }
  await putPayee(direct, { institutionId: HOSPITAL, mchid: MERCHANTS.hospital }, 'authority');
  await putPayee(direct, { institutionId: CLINIC, mchid: MERCHANTS.clinic }, 'authority');
  watch.check();
  return {
    deps,
    direct,
    provider,
    watch,
    handedOut,
    knock: async (message) => (await postTo(doors.direct, message)) ?? 0,
  };
}

const CONTEXTS = [booking, payment];

/** What the minute's rule does for both contexts. */
export async function sweep(deps: PaymentDeps): Promise<void> {
  for (const context of CONTEXTS) await createWorker(context, deps)({ sweep: true }, LAMBDA);
}

/** From one appointment to the next, WeChat's and our own. */
export async function passTime(
  { direct, provider }: Pick<World, 'direct' | 'provider'>,
  ms: number,
  everything: () => Promise<void>,
): Promise<void> {
  const end = direct.clock.now() + ms;
  await everything();
  while (direct.clock.now() < end) {
    const now = direct.clock.now();
    const timers = direct
      .all()
      .flatMap((item) => (typeof item['dueAt'] === 'string' ? [Date.parse(item['dueAt'])] : []));
    const theirs = (await provider.agenda.nextAfter(now)) ?? end;
    const next = Math.min(end, theirs, ...timers.map((at) => (at > now ? at : now + 60_000)));
    direct.clock.advance(next - now);
    await everything();
  }
}

/** An event at whoever subscribes to it. */
export async function deliver(deps: PaymentDeps, event: DomainEvent): Promise<void> {
  for (const context of CONTEXTS) {
    if (!context.subscriptions.some((subscription) => subscription.event === event.type)) continue;
    const worker = createWorker(context, deps);
    await worker({ detail: onTheBus(event) } as Parameters<typeof worker>[0], LAMBDA);
  }
}

/** To payment's API, if it is the city's domain and a bare path. */
async function postTo(
  handle: PaymentApi | undefined,
  { url, headers, body }: Message,
): Promise<number | undefined> {
  const { pathname, hostname, search } = new URL(url);
  if (handle === undefined || hostname !== DOMAIN || search !== '') return undefined;
  const answer = await deliverLetter({ api: handle }, { path: pathname, headers, body });
  return answer.statusCode;
}
