import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { bookAppointment } from '../../functions/booking/book-appointment.ts';
import { cancelAppointment } from '../../functions/booking/cancel-appointment.ts';
import { type Appointment, appointments as visits } from '../../functions/booking/store.ts';
import { closeSettlement } from '../../functions/payment/close-settlement.ts';
import { payment as paymentContext } from '../../functions/payment/context.ts';
import { launchSettlement } from '../../functions/payment/launch-settlement.ts';
import type { Posting } from '../../functions/payment/ledger.ts';
import { openSettlement } from '../../functions/payment/open-settlement.ts';
import { type Reconciliation, reconciliations } from '../../functions/payment/reconcile-store.ts';
import { askRefund } from '../../functions/payment/request-refund.ts';
import { confirmRefund, retryRefund } from '../../functions/payment/retry-refund.ts';
import { type Refund, type Settlement, settlements as settled } from '../../functions/payment/store.ts';
import { payFaultsSchema } from '../../infra/local/wechat/pay/knobs.ts';
import { endRefund } from '../../infra/local/wechat/pay/refund-end.ts';
import { createMemoryTable } from '../../shared/data/memory-table.ts';
import type { DomainEvent, Item, Table, TransactOperation, WriteOptions } from '../../shared/data/table.ts';
import type { Day } from '../../shared/kernel/china-time.ts';
import { Refusal } from '../../shared/kernel/errors.ts';
import { WeChatPayError } from '../../shared/wechat/pay/pay-errors.ts';
import { createWorker } from '../../shared/worker.ts';
import { addSchedule, LAMBDA } from '../contexts/booking/scene.ts';
import {
  accountOf,
  CLINIC,
  deliver,
  HOSPITAL,
  MERCHANTS,
  openidOf,
  openWorld,
  sweep,
  type World,
} from '../contexts/payment/interleaving-world.ts';
import { broughtBy } from '../support/bus.ts';
import { Dice } from '../support/dice.ts';
import { startTableEngine } from '../support/table-engine.ts';
import { meteredTable } from './metered-table.ts';

const ORDERS = Number(process.env['PAYMENT_BENCH_ORDERS'] ?? 100_000);
const WORKERS = 2;
const PATIENTS = 250;
const ROUNDS = 4;
/** Doctors whom one patient may choose among in a round; the last one's fee is asked along with another's. */
const DOCTORS = 5;
/** Numbers of one schedule: its item stays small, as in a city. */
const NUMBERS = 50;
const ON_ENGINE = 200;
const DAY = '2026-03-02' as Day;
const MINUTE = 60_000;
/** Minutes between two sweeps of the night. */
const PACE = 3;

/** Sums of fen three parties have of the same day, and what it took. */
interface Tally {
  readonly orders: number;
  readonly paid: number;
  readonly refunds: number;
  readonly ledgerFen: number;
  readonly billFen: number;
  readonly appointmentsFen: number;
  /** What lies between the three, order by order, without its sign: a difference cannot hide behind another. */
  readonly differenceFen: number;
  readonly openFindings: number;
  readonly callbacks: number;
  readonly callbackMs: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly calls: number;
}

/**
 * 100,000 orders in worlds of about a thousand, on the table in memory, over WeChat's stand-in with random faults (every
 * call signed, every notification sealed); then one small world on the embedded engine for what a payment costs.
 */
export async function payment(): Promise<boolean> {
  const started = performance.now();
  const tallies = await Promise.all(Array.from({ length: WORKERS }, (_, index) => inWorker(index)));
  const seconds = (performance.now() - started) / 1000;
  const sum = (of: keyof Tally): number => tallies.reduce((total, tally) => total + tally[of], 0);
  const perPaid = (of: keyof Tally): string => (sum(of) / sum('paid')).toFixed(1);
  console.table({
    'in memory, with faults': {
      orders: sum('orders'),
      paid: sum('paid'),
      refunds: sum('refunds'),
      'orders/s': Math.round(sum('orders') / seconds),
      'callbacks/s and core': Math.round((sum('callbacks') / sum('callbackMs')) * 1000),
      'calls/paid order': perPaid('calls'),
      'write units/paid order': perPaid('writeUnits'),
      'read units/paid order': perPaid('readUnits'),
    },
  });
  const yuan = (of: keyof Tally): string => (sum(of) / 100).toFixed(2);
  console.log(
    `ledger ${yuan('ledgerFen')} yuan, WeChat's bills ${yuan('billFen')}, appointments ${yuan('appointmentsFen')}: ` +
      `${sum('differenceFen')} fen of difference over ${sum('orders')} orders in ${seconds.toFixed(0)} s`,
  );
  console.log(`open findings of the daily reconciliation: ${sum('openFindings')}`);
  const isPlain = await onTheEngine();
  return sum('differenceFen') === 0 && sum('openFindings') === 0 && sum('orders') >= ORDERS && isPlain;
}

function inWorker(index: number): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { index, orders: ORDERS / WORKERS } });
    worker.once('message', resolve).once('error', reject);
  });
}

interface Share {
  readonly index: number;
  readonly orders: number;
}

async function share({ index, orders }: Share): Promise<Tally> {
  let total: Tally | undefined;
  for (let seed = index; (total?.orders ?? 0) < orders; seed += WORKERS) {
    const one = await dayOfOrders(seed);
    const before = total;
    total =
      before === undefined
        ? one
        : (Object.fromEntries(
            (Object.keys(one) as (keyof Tally)[]).map((key) => [key, before[key] + one[key]]),
          ) as unknown as Tally);
  }
  if (total === undefined) throw new Error('nothing to do');
  return total;
}

interface Scene {
  readonly world: World;
  readonly dice: Dice;
  readonly events: DomainEvent[];
  readonly patients: readonly string[];
  readonly schedules: readonly string[];
  readonly all: () => readonly Item[];
}

/** One day of payers, clerks and faults, the night after it, and the next morning's reconciliation. */
async function dayOfOrders(seed: number): Promise<Tally> {
  const cost = { writeUnits: 0, readUnits: 0, calls: 0 };
  const knocks = { callbacks: 0, callbackMs: 0 };
  const events: DomainEvent[] = [];
  const clock = { now: () => 0 };
  const table = createMemoryTable({
    clock: { now: () => clock.now() },
    onChange: (change) => {
      const event = broughtBy(change);
      if (event !== undefined) events.push(event);
    },
    onConsumed: ({ readUnits, writeUnits }) => {
      cost.calls += 1;
      cost.readUnits += readUnits;
      cost.writeUnits += writeUnits;
    },
  });
  const scene = await sceneOver(table, new Dice(seed), events, table.all, (ms) => {
    knocks.callbacks += 1;
    knocks.callbackMs += ms;
  });
  const { world, dice, patients } = scene;
  clock.now = world.direct.clock.now;
  const { direct, provider } = world;
  Object.assign(cost, { writeUnits: 0, readUnits: 0, calls: 0 });
  const limbo: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, patientId] of patients.entries()) {
      if (dice.next() < 0.3) setFaults(world, dice);
      await tolerant(() => onePayer(scene, patientId, round, limbo));
      if (index % 10 === 0) {
        direct.clock.advance(15_000);
        await everything(scene);
      }
    }
  }
  provider.desk.knobs.set({});
  for (const prepayId of limbo) if (dice.next() < 0.6) await provider.finish(prepayId, dice.next() < 0.7);
  await pass(scene, 100);
  for (const prepayId of limbo) await provider.finish(prepayId, true);
  await pass(scene, 60);
  await clerks(scene);
  await pass(scene, 60);
  // The bills of that day are made at ten of the next.
  direct.clock.set('2026-03-03T02:30:00.000Z');
  const worker = createWorker(paymentContext, direct);
  await worker(
    { schedule: 'reconcile', at: '2026-03-03T02:30:00.000Z' } as Parameters<typeof worker>[0],
    LAMBDA,
  );
  await everything(scene);
  return { ...(await compared(scene)), ...cost, ...knocks };
}

async function sceneOver(
  table: Table,
  dice: Dice,
  events: DomainEvent[],
  all: () => readonly Item[],
  onKnock: (ms: number) => void,
  patientCount = PATIENTS,
): Promise<Scene> {
  const patients = Array.from({ length: patientCount }, (_, index) => `pat${String(index).padStart(5, '0')}`);
  const world = await openWorld({ table, patients, onKnock });
  const schedules: string[] = [];
  const groups = Math.ceil(patientCount / NUMBERS);
  for (let index = 0; index < ROUNDS * DOCTORS * groups; index += 1) {
    const { scheduleId } = await addSchedule(world.direct, {
      practitionerId: `doctor${index}`,
      institutionId: index % 4 === 3 ? CLINIC : HOSPITAL,
      day: '2026-03-06',
      capacity: NUMBERS,
      slotCount: 1,
      feeFen: 500 + (index % 20) * 101,
      paymentMode: index % 7 === 4 ? 'ONSITE' : 'ONLINE',
    });
    schedules.push(scheduleId);
  }
  return { world, dice, events, patients, schedules, all };
}

async function booked(
  { world, schedules, patients }: Scene,
  patientId: string,
  place: number,
): Promise<Appointment> {
  const groups = Math.ceil(patients.length / NUMBERS);
  const group = patients.indexOf(patientId) % groups;
  return bookAppointment(world.direct, {
    scheduleId: schedules[place * groups + group] ?? '',
    patientId,
    hold: false,
    channel: 'MINI_PROGRAM',
    requestKey: `book-${place}`,
    doer: { by: accountOf(patientId) },
  });
}

async function launched(
  { world }: Scene,
  appointments: readonly Appointment[],
): Promise<[Settlement, string]> {
  const [{ patientId, appointmentId }] = appointments as [Appointment];
  const accountId = accountOf(patientId);
  const chargeIds = appointments.map(({ charge }) => charge?.chargeId ?? '');
  const order = { patientId, chargeIds, accountId, requestKey: `open-${appointmentId}` };
  const settlement = await openSettlement(world.direct, order);
  const launch = await launchSettlement(world.direct, settlement);
  return [settlement, launch.package.replace('prepay_id=', '')];
}

/** Books, mostly pays, sometimes for two hospitals at once; leaves, closes, calls off, or gets a part back. */
async function onePayer(scene: Scene, patientId: string, round: number, limbo: string[]): Promise<void> {
  const { world, dice } = scene;
  const { direct, provider } = world;
  const place = round * DOCTORS + dice.below(DOCTORS - 1);
  const appointments = [await booked(scene, patientId, place)];
  if (dice.next() < 0.3) appointments.push(await booked(scene, patientId, round * DOCTORS + DOCTORS - 1));
  const [settlement, prepayId] = await launched(scene, appointments);
  const fate = dice.weighted({ pays: 80, leaves: 8, closes: 6, lingers: 6 });
  if (fate === 'closes') await closeSettlement(direct, settlement, 'PAYER');
  if (fate === 'lingers') {
    provider.desk.knobs.set({ ...provider.desk.knobs.get(), userPaying: 1 });
    limbo.push(prepayId);
  }
  if (fate === 'leaves' || fate === 'closes') return;
  await provider.pay(prepayId, openidOf(patientId));
  if (fate === 'lingers' || dice.next() < 0.4) return;
  await provider.agenda.runDue();
  await heard(scene);
  const after = dice.weighted({ stays: 70, cancels: 18, partly: 12 });
  const [first] = appointments as [Appointment];
  if (after === 'cancels') await cancelAppointment(direct, first, { doer: { by: accountOf(patientId) } });
  if (after === 'partly') {
    const request = { chargeId: first.charge?.chargeId ?? '', key: 'part', amountFen: 1 + dice.below(400) };
    await askRefund(direct, settlement.settlementId, { ...request, reason: '窗口退费', by: 'clerk-1' });
  }
}

function setFaults({ provider }: World, dice: Dice): void {
  const { knobs } = provider.desk;
  // A stranger's keys take long to make: one in a world is enough.
  const { delaySeconds: _, forged: _slow, ...counted } = payFaultsSchema.parse({});
  const name = dice.pick(Object.keys(counted));
  knobs.set({ ...knobs.get(), [name]: 1 + dice.below(2), delaySeconds: dice.pick([30, 300]) });
}

async function everything(scene: Scene): Promise<void> {
  await scene.world.provider.agenda.runDue();
  await sweep(scene.world.direct);
  await heard(scene);
}

async function heard({ events, world }: Scene): Promise<void> {
  for (let event = events.shift(); event !== undefined; event = events.shift())
    await deliver(world.direct, event);
}

async function pass(scene: Scene, minutes: number): Promise<void> {
  for (let passed = 0; passed < minutes; passed += PACE) {
    scene.world.direct.clock.advance(PACE * MINUTE);
    await everything(scene);
  }
}

/** What lies on worklists: given at WeChat's desk, or asked for anew. */
async function clerks({ world, all }: Scene): Promise<void> {
  const { direct, provider } = world;
  for (const item of all()) {
    if (!item.pk.startsWith('payment#settlement#') || !item.sk.startsWith('refund#')) continue;
    const refund = item as unknown as Refund;
    const deciding = { ...refund, institutionId: refund.payeeId, accountId: 'clerk-1' };
    if (refund.status === 'ABNORMAL') {
      const theirs = [...provider.desk.books.all('refund')].find(
        ([, one]) => one.outRefundNo === refund.refundNo,
      );
      endRefund(provider.desk, theirs?.[0] ?? '', 'SUCCESS');
      await tolerant(() => confirmRefund(direct, deciding));
    }
    if (refund.status === 'CLOSED') await tolerant(() => retryRefund(direct, deciding));
  }
}

/** Order by order: the ledger's sum, the bill's, and that of what was delivered and not given back. */
async function compared({ world, all }: Scene) {
  const ledger = new Map<string, number>();
  const delivered = new Map<string, number>();
  const bill = new Map<string, number>();
  const add = (to: Map<string, number>, key: string, fen: number) => to.set(key, (to.get(key) ?? 0) + fen);
  const appointments = new Map<string, Appointment>();
  const settlements: Settlement[] = [];
  let [openFindings, refunds, reconciled] = [0, 0, 0];
  for (const item of all()) {
    if (item.pk.startsWith('payment#ledger#'))
      for (const { account, fen, outTradeNo } of (item as unknown as Posting).lines)
        if (account.startsWith('provider:')) add(ledger, outTradeNo, fen);
    if (item.sk.startsWith('refund#')) refunds += 1;
    if (item.sk === 'settlement') settlements.push(settled.from(item));
    if (item.sk.startsWith('appointment#') && item['charge'] !== undefined)
      appointments.set(visits.from(item).charge?.chargeId ?? '', visits.from(item));
    if (item.pk === reconciliations.key({ day: DAY, mchid: '0' }).pk || 'result' in item) {
      reconciled += 1;
      openFindings += (item as unknown as Reconciliation).result?.open ?? 0;
    }
  }
  // Nothing compared is nothing found.
  if (reconciled === 0) openFindings += 1;
  for (const { lines, status, late } of settlements)
    for (const { chargeId, amountFen, refundedFen, outTradeNo } of lines) {
      const isPaid = appointments.get(chargeId)?.charge?.status === 'PAID';
      if (status === 'PAID' && late !== 'GIVEN_BACK' && isPaid)
        add(delivered, outTradeNo, amountFen - refundedFen);
    }
  for (const mchid of Object.values(MERCHANTS)) {
    const outcome = await (await world.provider.client(mchid)).tradeBill({ day: DAY });
    if (outcome.status !== 'READY') continue;
    for (const { kind, outTradeNo, settledFen, refund } of outcome.bill.entries) {
      if (kind === 'PAYMENT') add(bill, outTradeNo, settledFen);
      else if (refund?.state === 'SUCCESS') add(bill, outTradeNo, -refund.refundFen);
    }
  }
  const keys = new Set([...ledger.keys(), ...bill.keys(), ...delivered.keys()]);
  const sumOf = (of: Map<string, number>) => [...of.values()].reduce((total, fen) => total + fen, 0);
  let differenceFen = 0;
  for (const key of keys) {
    const [inLedger, inBill, inVisits] = [ledger.get(key) ?? 0, bill.get(key) ?? 0, delivered.get(key) ?? 0];
    differenceFen += Math.abs(inLedger - inBill) + Math.abs(inLedger - inVisits);
  }
  const orders = [...world.provider.desk.books.all('order').values()];
  return {
    orders: orders.length,
    paid: orders.filter(({ paidAt }) => paidAt !== undefined).length,
    refunds,
    ledgerFen: sumOf(ledger),
    billFen: sumOf(bill),
    appointmentsFen: sumOf(delivered),
    differenceFen,
    openFindings,
  };
}

/** What one payment without a fault takes of the table, on the embedded engine. */
async function onTheEngine(): Promise<boolean> {
  const engine = await startTableEngine();
  try {
    const meter = meteredTable(engine.client, engine.tableName, () => 'any');
    const events: DomainEvent[] = [];
    const counted = { calls: 0 };
    const table = hearing(meter.table, events, counted);
    const scene = await sceneOver(
      table,
      new Dice(1),
      events,
      () => [],
      () => undefined,
      ON_ENGINE,
    );
    const prepared: [Appointment, string][] = [];
    for (const patientId of scene.patients) prepared.push([await booked(scene, patientId, 0), patientId]);
    await heard(scene);
    const steps: Record<string, { calls: string; 'write units': string; 'read units': string; ms: string }> =
      {};
    const measured = async (step: string, work: () => Promise<void>): Promise<void> => {
      const before = { ...meter.bill(), calls: counted.calls, at: performance.now() };
      await work();
      const now = meter.bill();
      const each = (sum: number) => (sum / prepared.length).toFixed(1);
      steps[step] = {
        calls: each(counted.calls - before.calls),
        'write units': each(now.writeUnits - before.writeUnits),
        'read units': each(now.readUnits - before.readUnits),
        ms: each(performance.now() - before.at),
      };
    };
    const { provider } = scene.world;
    const prepays: string[] = [];
    const whole = { ...meter.bill(), calls: counted.calls, at: performance.now() };
    await measured('open and launch', async () => {
      for (const [appointment] of prepared) prepays.push((await launched(scene, [appointment]))[1]);
    });
    await measured('its events: the visit waits', () => heard(scene));
    for (const [index, prepayId] of prepays.entries())
      await provider.pay(prepayId, openidOf(prepared[index]?.[1] ?? ''));
    await measured('callback', async () => {
      await provider.agenda.runDue();
    });
    await measured('its events: the visit is booked', () => heard(scene));
    const all = meter.bill();
    steps['a payment, all of it'] = {
      calls: ((counted.calls - whole.calls) / prepared.length).toFixed(1),
      'write units': ((all.writeUnits - whole.writeUnits) / prepared.length).toFixed(1),
      'read units': ((all.readUnits - whole.readUnits) / prepared.length).toFixed(1),
      ms: ((performance.now() - whole.at) / prepared.length).toFixed(1),
    };
    console.table(steps);
    let isBooked = true;
    for (const [{ patientId, appointmentId }] of prepared) {
      const key = { pk: `booking#patient#${patientId}`, sk: `appointment#${appointmentId}` };
      isBooked &&= (await engine.table.get(key, { consistent: true }))?.['status'] === 'BOOKED';
    }
    console.log(
      `${prepared.length} payments on the embedded engine, every visit booked: ${isBooked ? 'yes' : 'NO'}`,
    );
    return isBooked;
  } finally {
    await engine.stop();
  }
}

/** Counts calls, and hands on the events that writes carried, as the stream does. */
function hearing(table: Table, events: DomainEvent[], counted: { calls: number }): Table {
  const count = <T>(call: () => Promise<T>): Promise<T> => {
    counted.calls += 1;
    return call();
  };
  const tell = (options: WriteOptions | undefined): void => {
    if (options?.event !== undefined) events.push(options.event);
  };
  return {
    get: (...args) => count(() => table.get(...args)),
    getMany: (...args) => count(() => table.getMany(...args)),
    query: (...args) => count(() => table.query(...args)),
    delete: (...args) => count(() => table.delete(...args)),
    put: async (...args) => {
      const outcome = await count(() => table.put(...args));
      if (outcome.ok) tell(args[1]);
      return outcome;
    },
    update: async (...args) => {
      const outcome = await count(() => table.update(...args));
      if (outcome.ok) tell(args[2]);
      return outcome;
    },
    transact: async (...args) => {
      const outcome = await count(() => table.transact(...args));
      if (outcome.ok) for (const operation of args[0]) tell(eventIn(operation));
      return outcome;
    },
  };
}

function eventIn(operation: TransactOperation): WriteOptions | undefined {
  return 'event' in operation ? operation : undefined;
}

async function tolerant(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof WeChatPayError)) throw error;
  }
}

if (!isMainThread && parentPort !== null) parentPort.postMessage(await share(workerData as Share));
