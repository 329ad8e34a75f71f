import { booking } from '../../../functions/booking/context.ts';
import type { Appointment } from '../../../functions/booking/store.ts';
import { payment } from '../../../functions/payment/context.ts';
import { selfPaid } from '../../../functions/payment/insurance.ts';
import { putPayee } from '../../../functions/payment/payee-accounts.ts';
import { askingWeChat } from '../../../functions/payment/payer-routes.ts';
import type { PaymentDeps } from '../../../functions/payment/payment-deps.ts';
import { paymentPolicy } from '../../../functions/payment/policy.ts';
import { confirmRefund, retryRefund } from '../../../functions/payment/retry-refund.ts';
import { endRefund } from '../../../infra/local/wechat/pay/refund-end.ts';
import { openidItem } from '../../../shared/access/openid-view.ts';
import { writePatientProfile } from '../../../shared/access/patient-view.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import { Refusal } from '../../../shared/kernel/errors.ts';
import { checkAtRest as bookingAtRest } from '../../contexts/booking/invariants.ts';
import { policyValues } from '../../contexts/booking/policy-values.ts';
import { addSchedule } from '../../contexts/booking/scene.ts';
import { type Provider, startProvider } from '../../contexts/payment/interleaving-provider.ts';
import {
  accountOf,
  BIRTHDAY,
  CLINIC,
  HOSPITAL,
  MARKERS,
  MERCHANTS,
  openidOf,
  PATIENTS,
} from '../../contexts/payment/interleaving-world.ts';
import { PaymentRuleBroken, PaymentWatch } from '../../contexts/payment/invariants.ts';
import { cityNamed } from '../../support/city-policy.ts';
import type { City } from '../kernel/city.ts';
import type { Part, Running } from '../kernel/part.ts';
import { Letters } from './payment-letters.ts';
import { paymentOperations } from './payment-operations.ts';

const DOMAIN = 'city.test.invalid';
const APPID = 'wx00000000laptop';

/** Payers, WeChat with all its faults, clerks at the refund desk, and the booking that they pay for. */
export const paymentPart: Part = {
  contexts: [booking, payment],
  policy: {
    // No limits, so that a patient has many charges; an order that cannot be closed is given up after an hour.
    booking: policyValues,
    payment: {
      ...cityNamed('demo').policy(paymentPolicy).at('2026-03-02'),
      combiningMerchant: MERCHANTS.combining,
      giveUpAfterMinutes: 60,
    },
  },
  starts: ['2026-03-02T00:00:00.000Z', '2026-03-02T00:00:00.000Z', '2026-03-06T00:10:00.000Z'],
  length: [10, 60],
  restHours: [4, 1, 1, 1, 7 * 24 + 2, 1, 1],
  outcomes: [
    ...['book', 'open', 'launch', 'pay', 'check', 'cancel', 'onsite', 'refund'],
    ...['stop', 'reschedule'],
  ]
    .map((name) => `${name} ok`)
    .concat('pay USERPAYING', 'finish PAID', 'close PAID', 'close PAYING', 'close UNPAYABLE')
    .concat(
      'REFUND SUCCESS',
      'REFUND REPLACED',
      'open CHARGE_NOT_OPEN',
      'cancel PAYMENT_UNDER_WAY',
      'refund REFUND_TOO_MUCH',
    ),
  async open(city) {
    const cashier = new Cashier(city);
    await cashier.prepare();
    return cashier.running();
  },
};

export interface Clinic {
  readonly scheduleId: string;
  readonly institutionId: string;
}

/** WeChat, the payers and the desks of two institutions. */
export class Cashier {
  readonly city: City;
  readonly provider: Provider;
  readonly watch: PaymentWatch;
  /** Prepay ids that a payer was given, with whose they are. */
  readonly handedOut = new Map<string, string>();
  readonly clinics: Clinic[] = [];
  readonly letters: Letters;
  changes = 0;

  constructor(city: City) {
    this.city = city;
    const { scheduler, clock } = city;
    this.letters = new Letters(city, DOMAIN);
    this.provider = startProvider({
      clock,
      mchids: Object.values(MERCHANTS),
      appId: APPID,
      post: (url, headers, body) => this.letters.post({ url, headers, body }),
      turn: () => scheduler.call('other', 'WeChat', async () => undefined),
    });
    this.watch = new PaymentWatch(() => ({
      books: this.provider.desk.books,
      now: clock.now,
      handedOut: new Set(this.handedOut.keys()),
      markers: MARKERS,
      lines: city.lines,
    }));
    city.provide({ weChatPay: this.provider.client, insurance: selfPaid });
    city.watches.push(this.watch, { onChange: (change) => this.#heard(change), check: () => undefined });
  }

  async prepare(): Promise<void> {
    const { dice, direct } = this.city;
    const deps = direct.deps as PaymentDeps;
    for (const patientId of PATIENTS) {
      await deps.table.put(await openidItem(deps, accountOf(patientId), openidOf(patientId)));
      await writePatientProfile(deps, patientId, { birthDate: BIRTHDAY, sex: 'female', synthetic: true });
    }
    await putPayee(deps, { institutionId: HOSPITAL, mchid: MERCHANTS.hospital }, 'authority');
    await putPayee(deps, { institutionId: CLINIC, mchid: MERCHANTS.clinic }, 'authority');
    for (let index = 0; index < 5; index += 1) {
      const institutionId = index % 3 === 2 ? CLINIC : HOSPITAL;
      const { scheduleId } = await addSchedule(deps, {
        practitionerId: `payee${index}`,
        institutionId,
        day: index < 3 ? '2026-03-06' : '2026-03-07',
        half: dice.pick(['A', 'P'] as const),
        capacity: 2 + dice.below(3),
        slotCount: 1 + dice.below(2),
        visitKind: 'general',
        feeFen: dice.pick([1, 500, 2_000, 2_001]),
        paymentMode: dice.next() < 0.75 ? 'ONLINE' : 'ONSITE',
      });
      this.clinics.push({ scheduleId, institutionId });
    }
  }

  running(): Running {
    return {
      watches: [],
      operations: paymentOperations(this),
      tidy: (round) => this.#tidy(round),
      due: {
        run: async () => void (await this.provider.agenda.runDue()),
        next: (now) => this.provider.agenda.nextAfter(now),
      },
      endings: () => [...this.watch.refunds.values()].map(({ status }) => `REFUND ${status}`),
      // Once clerks have had their turn twice, since what is asked for anew may fail anew, and once more after the clinics.
      checkAtRest: (round) => (round === 3 || round === 6 ? this.#checkAtRest() : undefined),
    };
  }

  deciding({
    settlementId,
    refundNo,
    payeeId: institutionId,
  }: {
    settlementId: string;
    refundNo: string;
    payeeId: string;
  }) {
    return { settlementId, refundNo, institutionId, accountId: 'clerk-1' };
  }

  /** All faults off: payers end what they began, clerks do their work. */
  async #tidy(round: number): Promise<void> {
    const { dice } = this.city;
    const limbo = [...this.handedOut.keys()];
    if (round === 0) {
      // Some refunds still end so that a person has to see to them.
      this.provider.desk.knobs.set({ abnormalRefunds: dice.below(2), closedRefunds: dice.below(2) });
      // Some stay at the password until they are given up, and pay then.
      for (const id of limbo) if (dice.next() < 0.7) await this.provider.finish(id, dice.next() < 0.6);
    }
    if (round === 1) for (const id of limbo) await this.provider.finish(id, dice.next() < 0.6);
    // What WeChat never told of (each letter of a late payment lost) comes to light before the clerks have their turn.
    if (round === 2) await this.letters.replayAll(this);
    if ([2, 3, 5, 6].includes(round)) await this.#clerks();
  }

  /** What lies on worklists is done: at WeChat's desk, at the counter, or asked for anew. */
  async #clerks(): Promise<void> {
    const { provider, watch, city } = this;
    const deps = city.direct.deps as PaymentDeps;
    for (const refund of [...watch.refunds.values()]) {
      const deciding = this.deciding(refund);
      if (refund.status === 'ABNORMAL') {
        const order = watch.settlements
          .get(refund.settlementId)
          ?.orders.find((each) => each.outTradeNo === refund.outTradeNo);
        endRefund(provider.desk, `${order?.mchid}|${refund.refundNo}`, 'SUCCESS');
        await provider.agenda.runDue();
        await tolerant(askingWeChat(confirmRefund(deps, deciding)));
      } else if (refund.status === 'CLOSED') await tolerant(retryRefund(deps, deciding));
      else if (refund.status === 'REQUESTED') await tolerant(confirmRefund(deps, deciding));
    }
  }

  async #checkAtRest(): Promise<void> {
    const { city, provider, watch, letters } = this;
    await letters.replayAll(this);
    watch.checkAtRest(city.all());
    bookingAtRest(city.all(), city.clock.now());
    for (const [kind, { taken }] of Object.entries(provider.courier.trials))
      if (taken > 0) throw new PaymentRuleBroken(`P4: a ${kind} was taken for WeChat’s`);
    for (const url of provider.urls) watch.checkText('an address', url);
    for (const { url } of provider.desk.books.all('callback').values()) watch.checkText('an address', url);
  }

  /** The charge of an appointment is open, as far as anybody can tell. */
  isOpen(charge: Appointment['charge']): boolean {
    const lock = this.watch.locks.get(charge?.chargeId ?? '')?.status ?? 'OPEN';
    return charge?.status === 'OPEN' && lock === 'OPEN';
  }

  #heard(_change: Change): void {
    this.changes += 1;
  }
}

async function tolerant(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof Refusal)) throw error;
  });
}
