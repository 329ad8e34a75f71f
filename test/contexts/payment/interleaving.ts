import { bookAppointment } from '../../../functions/booking/book-appointment.ts';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { cancelSchedule } from '../../../functions/booking/cancel-schedule.ts';
import { rescheduleAppointment } from '../../../functions/booking/reschedule-appointment.ts';
import type { Appointment } from '../../../functions/booking/store.ts';
import { closeSettlement } from '../../../functions/payment/close-settlement.ts';
import { launchSettlement } from '../../../functions/payment/launch-settlement.ts';
import { learnFromWeChat } from '../../../functions/payment/learn-from-wechat.ts';
import { openSettlement } from '../../../functions/payment/open-settlement.ts';
import { askingWeChat } from '../../../functions/payment/payer-routes.ts';
import { askRefund } from '../../../functions/payment/request-refund.ts';
import { confirmRefund, retryRefund } from '../../../functions/payment/retry-refund.ts';
import { type Refund, type Settlement, settlements } from '../../../functions/payment/store.ts';
import { takeOnsitePayment } from '../../../functions/payment/take-onsite-payment.ts';
import { payFaultsSchema } from '../../../infra/local/wechat/pay/knobs.ts';
import { endRefund } from '../../../infra/local/wechat/pay/refund-end.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import { Refusal } from '../../../shared/kernel/errors.ts';
import { Dice } from '../../support/dice.ts';
import { interleave, isCodeOnly, type Operation, Turns } from '../../support/interleaving.ts';
import { checkAtRest as bookingAtRest } from '../booking/invariants.ts';
import { addSchedule } from '../booking/scene.ts';
import {
  accountOf,
  CLINIC,
  deliver,
  HOSPITAL,
  openidOf,
  openWorld,
  PATIENTS,
  passTime,
  sweep,
  type World,
} from './interleaving-world.ts';
import { PaymentRuleBroken } from './invariants.ts';

const MINUTE = 60_000;
/** How often a write is not done, or done and not answered. */
const MISFORTUNE = 0.015;

/** Starts shortly before something happens by itself: an ordinary hour, the clinic, its end. */
const STARTS = [
  '2026-03-02T00:00:00.000Z',
  '2026-03-02T00:00:00.000Z',
  '2026-03-02T00:00:00.000Z',
  '2026-03-06T00:10:00.000Z',
];

export interface HistoryResult {
  /** Orders at WeChat: every one is money that may move. */
  readonly orders: number;
  readonly writes: number;
  readonly replays: number;
  /** How often each operation succeeded or was refused, by name and code. */
  readonly outcomes: ReadonlyMap<string, number>;
}

/** One random history of payers, WeChat, sweeps, the stream and clerks, every call interleaved and every write watched. */
export async function runHistory(seed: number, operations: number): Promise<HistoryResult> {
  const history = new History(seed);
  await history.prepare();
  await history.run(operations);
  await history.rest();
  return history.result();
}

const WEIGHTS = {
  book: 22,
  open: 20,
  launch: 3,
  pay: 15,
  finish: 3,
  check: 3,
  close: 4,
  cancel: 6,
  reschedule: 3,
  stop: 0.25,
  onsite: 3,
  refund: 5,
  retry: 1.5,
  confirm: 1.5,
  desk: 1.5,
  sweep: 5,
  hear: 16,
  notify: 7,
  replay: 4,
  faults: 5,
};

class History {
  readonly #dice: Dice;
  readonly #turns: Turns;
  readonly #events: string[] = [];
  readonly #schedules: { readonly scheduleId: string; readonly institutionId: string }[] = [];
  #world: World | undefined;
  #requests = 0;
  #replays = 0;
  #changes = 0;
  #outcomes: ReadonlyMap<string, number> = new Map();

  constructor(seed: number) {
    this.#dice = new Dice(seed);
    this.#turns = new Turns(this.#dice, MISFORTUNE);
  }

  get world(): World {
    if (this.#world === undefined) throw new Error('nothing is prepared');
    return this.#world;
  }

  result(): HistoryResult {
    const { provider, watch } = this.world;
    return {
      orders: provider.desk.books.all('order').size,
      writes: watch.writes,
      replays: this.#replays,
      outcomes: this.#outcomes,
    };
  }

  async prepare(): Promise<void> {
    const dice = this.#dice;
    this.#turns.isOn = false;
    this.#world = await openWorld({
      turns: this.#turns,
      onChange: (change) => this.#heard(change),
      stale: { lag: () => (this.#turns.isOn && dice.next() < 0.1 ? MINUTE : 0), maxLag: MINUTE },
    });
    const { direct } = this.world;
    const halves = ['A', 'P'] as const;
    for (let index = 0; index < 10; index += 1) {
      const institutionId = index % 3 === 2 ? CLINIC : HOSPITAL;
      const { scheduleId } = await addSchedule(direct, {
        practitionerId: `doctor${index}`,
        institutionId,
        day: index < 6 ? '2026-03-06' : '2026-03-07',
        half: index % 2 === 0 ? 'A' : dice.pick(halves),
        capacity: 2 + dice.below(3),
        slotCount: 1 + dice.below(2),
        visitKind: 'general',
        feeFen: dice.pick([1, 500, 2_000, 2_001]),
        paymentMode: dice.next() < 0.75 ? 'ONLINE' : 'ONSITE',
      });
      this.#schedules.push({ scheduleId, institutionId });
    }
    this.world.watch.check();
    // Past what stale reads may still not see.
    direct.clock.set(dice.pick(STARTS));
    direct.clock.advance(2 * MINUTE);
    this.#turns.isOn = true;
  }

  async run(operations: number): Promise<void> {
    const { direct, watch } = this.world;
    this.#outcomes = await interleave(operations, {
      dice: this.#dice,
      turns: this.#turns,
      starts: 0.3,
      passes: 0.015,
      next: () => this.#next(),
      passTime: () => {
        direct.clock.advance(
          this.#dice.pick([5_000, 20_000, 20_000, MINUTE, MINUTE, 3 * MINUTE, 12 * MINUTE]),
        );
        watch.checkReleases();
      },
      endingOf: (error) => {
        if (error instanceof Refusal)
          watch.checkText('an error', `${error.message} ${JSON.stringify(error.details)}`);
        return isCodeOnly(error) ? 'unanswered' : undefined;
      },
    });
  }

  /** All faults off: payers end what they began, clerks do their work, events come, time passes. All must be even. */
  async rest(): Promise<void> {
    const { direct, provider, watch } = this.world;
    const dice = this.#dice;
    this.#turns.isOn = false;
    provider.desk.knobs.set({});
    // Some stay at the password until they are given up, and pay then.
    const limbo = [...this.world.handedOut.keys()];
    for (const prepayId of limbo) if (dice.next() < 0.7) await provider.finish(prepayId, dice.next() < 0.6);
    await this.#pass(4 * 60 * MINUTE);
    for (const prepayId of limbo) await provider.finish(prepayId, dice.next() < 0.6);
    await this.#pass(60 * MINUTE);
    await this.#clerks();
    await this.#pass(60 * MINUTE);
    watch.checkAtRest(direct.all());
    bookingAtRest(direct.all(), direct.clock.now());
    // The clinics end.
    direct.clock.advance(7 * 24 * 60 * MINUTE);
    await this.#pass(2 * 60 * MINUTE);
    await this.#clerks();
    await this.#pass(60 * MINUTE);
    await this.#replayAll();
    watch.checkAtRest(direct.all());
    bookingAtRest(direct.all(), direct.clock.now());
    const { trials } = provider.courier;
    for (const [kind, { taken }] of Object.entries(trials))
      if (taken > 0) throw new PaymentRuleBroken(`P4: a ${kind} was taken for WeChat’s`);
    for (const url of provider.urls) watch.checkText('an address', url);
    for (const { url } of provider.desk.books.all('callback').values()) watch.checkText('an address', url);
  }

  #pass(ms: number): Promise<void> {
    return passTime(this.world, ms, () => this.#everything());
  }

  async #everything(): Promise<void> {
    const { deps, provider } = this.world;
    await provider.agenda.runDue();
    await sweep(deps);
    for (let left = 2_000; this.#events.length > 0; left -= 1) {
      if (left === 0) throw new Error('events without an end');
      await this.#hear();
    }
    this.world.watch.check();
  }

  /** What lies on worklists is done: at WeChat's desk, at the counter, or asked for anew. */
  async #clerks(): Promise<void> {
    const { direct, provider, watch } = this.world;
    for (const refund of [...watch.refunds.values()]) {
      if (refund.status === 'ABNORMAL') {
        endRefund(provider.desk, this.#refundIdAtWeChat(refund), 'SUCCESS');
        await provider.agenda.runDue();
        await tolerant(askingWeChat(confirmRefund(direct, this.#deciding(refund))));
      } else if (refund.status === 'CLOSED') await tolerant(retryRefund(direct, this.#deciding(refund)));
      else if (refund.status === 'REQUESTED') await tolerant(confirmRefund(direct, this.#deciding(refund)));
    }
  }

  #deciding({ settlementId, refundNo, payeeId: institutionId }: Refund) {
    return { settlementId, refundNo, institutionId, accountId: 'clerk-1' };
  }

  #refundIdAtWeChat({ refundNo, settlementId, outTradeNo }: Refund): string {
    const settlement = this.world.watch.settlements.get(settlementId);
    const order = settlement?.orders.find((each) => each.outTradeNo === outTradeNo);
    return `${order?.mchid}|${refundNo}`;
  }

  /**
   * Rule P4: a notification comes again while everybody else stands still. The second time, and the first if it had
   * been taken before, it changes nothing.
   */
  async #replay(id: string): Promise<void> {
    const { provider, knock } = this.world;
    const before = provider.desk.books.get('callback', id);
    const wasInterleaved = this.#turns.isOn;
    this.#turns.isOn = false;
    this.#replays += 1;
    for (const known of [before?.state === 'DELIVERED', true]) {
      const message = provider.message(id);
      // The first time it may be news; the second time it never is.
      if (!known || before?.state === 'DELIVERED') {
        const changes = this.#changes;
        const status = await knock(message);
        if (status !== 200) throw new PaymentRuleBroken(`P4: a true notification was answered ${status}`);
        if (known && this.#changes !== changes)
          throw new PaymentRuleBroken(`P4: a ${before?.eventType} that was taken changed something again`);
      } else {
        const first = await knock(message);
        if (first !== 200) throw new PaymentRuleBroken(`P4: a true notification was answered ${first}`);
        const changes = this.#changes;
        await knock(provider.message(id));
        if (this.#changes !== changes)
          throw new PaymentRuleBroken(`P4: a ${before?.eventType} changed something twice`);
      }
    }
    this.world.watch.check();
    this.#turns.isOn = wasInterleaved;
  }

  async #replayAll(): Promise<void> {
    const ids = [...this.world.provider.desk.books.all('callback').keys()];
    while (ids.length > 0) {
      const [id = ''] = ids.splice(this.#dice.below(ids.length), 1);
      await this.#replay(id);
    }
  }

  #heard({ old, new: item }: Change): void {
    this.#changes += 1;
    if (typeof item?.['event'] === 'string' && item['eventId'] !== old?.['eventId'])
      this.#events.push(item['event']);
  }

  /** Events come in any order, and one in five twice. */
  async #hear(): Promise<void> {
    const dice = this.#dice;
    const index = dice.below(this.#events.length);
    const event =
      this.#turns.isOn && dice.next() < 0.2 ? this.#events[index] : this.#events.splice(index, 1)[0];
    if (event === undefined) return;
    try {
      await deliver(this.world.deps, event);
    } catch (error) {
      // The bus delivers again what was not taken.
      this.#events.push(event);
      throw error;
    }
  }

  async #next(): Promise<Operation | undefined> {
    const name = this.#dice.weighted(WEIGHTS);
    if (name !== 'replay') return [name, () => this.#operation(name)];
    // Nobody else moves meanwhile, so it is not one of those that wait for turns.
    const ids = [...this.world.provider.desk.books.all('callback').keys()];
    if (ids.length > 0) await this.#replay(this.#dice.pick(ids));
    return undefined;
  }

  /** `nothing`: there was nobody to do it with. */
  async #operation(name: keyof typeof WEIGHTS): Promise<string | undefined> {
    const dice = this.#dice;
    const { deps, provider, watch, handedOut } = this.world;
    const patientId = dice.pick(PATIENTS);
    const doer = { by: accountOf(patientId) };
    switch (name) {
      case 'book': {
        const { scheduleId } = dice.pick(this.#schedules);
        const requestKey = `book-${dice.below(6)}`;
        await bookAppointment(deps, {
          scheduleId,
          patientId,
          hold: false,
          channel: 'MINI_PROGRAM',
          requestKey,
          doer,
        });
        return undefined;
      }
      case 'open': {
        const payable = [...watch.appointments.values()].filter(({ charge }) => this.#isOpen(charge));
        if (payable.length === 0) return 'nothing';
        const { patientId: payer } = dice.pick(payable);
        const own = payable.filter((each) => each.patientId === payer);
        const wanted = own.filter(() => dice.next() < 0.35);
        const chosen = wanted.length === 0 ? [dice.pick(own)] : wanted;
        this.#requests += 1;
        const requestKey = `open-${dice.next() < 0.15 ? dice.below(this.#requests) : this.#requests}`;
        const accountId = accountOf(payer);
        const chargeIds = chosen.flatMap(({ charge }) => charge?.chargeId ?? []);
        const order = { patientId: payer, chargeIds, accountId, requestKey };
        const settlement = await openSettlement(deps, order);
        if (settlement.status === 'PENDING') await this.#launch(settlement);
        return undefined;
      }
      case 'launch': {
        const settlement = await this.#someSettlement(() => true);
        if (settlement === undefined) return 'nothing';
        await this.#launch(settlement);
        return undefined;
      }
      case 'pay': {
        const unpaid = [...handedOut].filter(([id]) => dice.next() < 0.2 || this.#isUnpaid(id));
        if (unpaid.length === 0) return 'nothing';
        const [prepayId, payer] = dice.pick(unpaid);
        const { outcome, ...rest } = await provider.pay(prepayId, openidOf(payer));
        watch.check();
        return outcome === 'PAID' ? undefined : 'reason' in rest ? rest.reason : outcome;
      }
      case 'finish': {
        const atPassword = [...handedOut.keys()];
        if (atPassword.length === 0) return 'nothing';
        const outcome = await provider.finish(dice.pick(atPassword), dice.next() < 0.6);
        return outcome.outcome;
      }
      case 'check': {
        const settlement = await this.#someSettlement(
          ({ method, status }) => method === 'WECHAT' && status !== 'PAID',
        );
        if (settlement === undefined) return 'nothing';
        await askingWeChat(learnFromWeChat(deps, settlement));
        return undefined;
      }
      case 'close': {
        const settlement = await this.#someSettlement(({ status }) => status === 'PENDING');
        if (settlement === undefined) return 'nothing';
        return (await askingWeChat(closeSettlement(deps, settlement, 'PAYER'))).outcome;
      }
      case 'cancel': {
        const own = this.#appointments(patientId).filter(({ endedAt }) => endedAt === undefined);
        if (own.length === 0) return 'nothing';
        await cancelAppointment(deps, dice.pick(own), { doer, atDesk: dice.next() < 0.3 });
        return undefined;
      }
      case 'reschedule': {
        const own = this.#appointments(patientId).filter(({ status }) => status === 'BOOKED');
        if (own.length === 0) return 'nothing';
        const { scheduleId } = dice.pick(this.#schedules);
        const channel = 'MINI_PROGRAM' as const;
        const requestKey = `move-${dice.below(6)}`;
        await rescheduleAppointment(deps, { id: dice.pick(own), scheduleId, channel, requestKey, doer });
        return undefined;
      }
      case 'stop':
        await cancelSchedule(deps, {
          ...dice.pick(this.#schedules),
          reason: '停诊',
          doer: { by: 'clerk-1' },
        });
        return undefined;
      case 'onsite': {
        const own = this.#appointments(patientId).filter(({ charge }) => charge?.status === 'OPEN');
        const [first] = own.length === 0 ? [] : [dice.pick(own)];
        if (first?.charge === undefined) return 'nothing';
        this.#requests += 1;
        await takeOnsitePayment(deps, {
          institutionId: first.institutionId,
          patientId,
          chargeIds: [first.charge.chargeId],
          means: 'CASH',
          accountId: 'clerk-1',
          requestKey: `till-${this.#requests}`,
        });
        return undefined;
      }
      case 'refund': {
        const settlement = await this.#someSettlement(({ status }) => status === 'PAID');
        if (settlement === undefined) return 'nothing';
        const { chargeId, selfFen } = dice.pick(settlement.lines);
        const amountFen = dice.pick([undefined, 1, Math.max(1, selfFen >> 1), selfFen]);
        const refund = await askRefund(deps, settlement.settlementId, {
          chargeId,
          key: `clerk-${dice.below(4)}`,
          reason: '窗口退费',
          by: 'clerk-1',
          ...(amountFen === undefined ? {} : { amountFen }),
        });
        return refund === undefined ? 'nothing left' : undefined;
      }
      case 'retry':
      case 'confirm': {
        const refunds = [...watch.refunds.values()].filter(({ status }) => status !== 'REPLACED');
        if (refunds.length === 0) return 'nothing';
        const decide = name === 'retry' ? retryRefund : confirmRefund;
        await askingWeChat(decide(deps, this.#deciding(dice.pick(refunds))));
        return undefined;
      }
      case 'desk': {
        const stuck = [...provider.desk.books.all('refund')].filter(([, { state }]) => state === 'ABNORMAL');
        if (stuck.length === 0) return 'nothing';
        endRefund(provider.desk, dice.pick(stuck)[0], dice.pick(['SUCCESS', 'SUCCESS', 'CLOSED']));
        return undefined;
      }
      case 'sweep':
        await sweep(deps);
        return undefined;
      case 'hear':
        await this.#hear();
        return undefined;
      case 'notify':
        await provider.agenda.runDue();
        return undefined;
      case 'faults':
        this.#setFaults();
        return undefined;
      default:
        return 'nothing';
    }
  }

  #setFaults(): void {
    const dice = this.#dice;
    const { knobs } = this.world.provider.desk;
    const { delaySeconds: _, ...counted } = payFaultsSchema.parse({});
    // A stranger's key takes long to make: now and then is enough.
    const names = Object.keys(counted).filter((name) => name !== 'forged' || dice.next() < 0.15);
    const chosen = Array.from(
      { length: 1 + dice.below(3) },
      () => [dice.pick(names), 1 + dice.below(3)] as const,
    );
    knobs.set({ ...knobs.get(), ...Object.fromEntries(chosen), delaySeconds: dice.pick([30, 300, 3_000]) });
  }

  async #launch(settlement: Settlement): Promise<void> {
    const { patientId, settlementId } = settlement;
    const launch = await launchSettlement(this.world.deps, settlement, accountOf(patientId));
    const prepayId = launch.package.replace('prepay_id=', '');
    this.world.handedOut.set(prepayId, patientId);
    this.world.watch.checkText('launch parameters', JSON.stringify({ ...launch, settlementId }));
    this.world.watch.checkReleases();
  }

  /** As a route would read it, at some time before it is used. */
  async #someSettlement(fits: (settlement: Settlement) => boolean): Promise<Settlement | undefined> {
    const fitting = [...this.world.watch.settlements.values()].filter(fits);
    if (fitting.length === 0) return undefined;
    return settlements.get(this.world.deps.table, this.#dice.pick(fitting).settlementId, {
      consistent: true,
    });
  }

  /** As far as anybody can tell; now and then one that somebody else is paying. */
  #isOpen(charge: Appointment['charge']): boolean {
    const lock = this.world.watch.locks.get(charge?.chargeId ?? '')?.status ?? 'OPEN';
    return charge?.status === 'OPEN' && (lock === 'OPEN' || this.#dice.next() < 0.1);
  }

  #isUnpaid(prepayId: string): boolean {
    const { books } = this.world.provider.desk;
    const prepay = books.get('prepay', prepayId);
    return prepay !== undefined && books.get(prepay.of, prepay.id)?.state === 'NOTPAY';
  }

  #appointments(patientId: string): readonly Appointment[] {
    return [...this.world.watch.appointments.values()].filter((each) => each.patientId === patientId);
  }
}

async function tolerant(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof Refusal)) throw error;
  });
}
