import { bookAppointment } from '../../functions/booking/book-appointment.ts';
import { countNumbers } from '../../functions/booking/lanes.ts';
import { numberOf, tokenOf } from '../../functions/booking/numbers.ts';
import { claims } from '../../functions/booking/store.ts';
import { writePatientProfile } from '../../shared/access/patient-view.ts';
import type { Post } from '../../shared/aws/post.ts';
import type { Key, Table } from '../../shared/data/table.ts';
import { TableUnavailable } from '../../shared/data/table-errors.ts';
import { addDays } from '../../shared/kernel/china-time.ts';
import { Refusal } from '../../shared/kernel/errors.ts';
import { addSchedule } from '../contexts/booking/scene.ts';
import { testDeps } from '../support/deps.ts';
import { startTableEngine, type TableEngine } from '../support/table-engine.ts';
import { median } from './median.ts';
import { meteredTable } from './metered-table.ts';
import { withPartitionLimits } from './partition-limits.ts';

const RESIDENTS = 5_000;
const NUMBERS = 50;
const ROUNDS = Number(process.env['RUSH_ROUNDS'] ?? 20);
/** The transaction takes ten seconds a round there. */
const LIMITED_ROUNDS = Math.ceil(ROUNDS / 4);
/** Requests in flight at a time: as many functions as run at once. */
const IN_FLIGHT = 8;
const FIRST_DAY = '2026-03-04';

/**
 * The release hour: 5,000 residents want 50 numbers of one doctor, over and over, on the embedded engine. Beside each
 * round the same rush with the design most systems start from: a transaction of counter, order and limit. What a caller
 * waits is judged where a partition takes what DynamoDB's takes: that is what a rush of one schedule runs into.
 */
export async function rush(): Promise<boolean> {
  const free = await against(ROUNDS, (post) => post);
  console.log('as fast as the engine goes');
  console.table(rowsOf(free));
  const limited = await against(LIMITED_ROUNDS, withPartitionLimits);
  console.log('with the limit of a partition: 1,000 write and 3,000 read units a second');
  console.table(rowsOf(limited));
  return judge(free, limited);
}

interface Side {
  readonly rounds: readonly Round[];
  /** A booking. */
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly refusedUnits: number;
}

interface Rush {
  readonly ours: Side & {
    /** Without the patient's own limits, which the other design keeps in a counter. */
    readonly withoutLimits: number;
  };
  readonly naive: Side;
}

/** The same rounds for both designs, by turns, on an engine of their own. */
async function against(rounds: number, post: (real: Post) => Post): Promise<Rush> {
  const engine = await startTableEngine({ post });
  try {
    return await run(engine, rounds);
  } finally {
    await engine.stop();
  }
}

async function run(engine: TableEngine, rounds: number): Promise<Rush> {
  const meter = meteredTable(engine.client, engine.tableName, kindOf);
  const naiveMeter = meteredTable(engine.client, engine.tableName, () => 'naive');
  const deps = testDeps({ table: meter.table });
  const residents = Array.from({ length: RESIDENTS }, (_, index) => `r${String(index).padStart(7, '0')}`);
  await inFlight(residents, (patientId) =>
    writePatientProfile({ ...deps, table: engine.table }, patientId, {
      birthDate: '1980-01-01',
      sex: 'female',
      synthetic: true,
    }),
  );
  const ours: Round[] = [];
  const naive: Round[] = [];
  let setupUnits = 0;
  for (let round = 0; round < rounds; round += 1) {
    const atSetup = meter.bill().writeUnits;
    const { scheduleId } = await addSchedule(deps, {
      capacity: NUMBERS / 5,
      slotCount: 5,
      day: addDays(FIRST_DAY, round % 5),
      practitionerId: `doctor${round}`,
    });
    setupUnits += meter.bill().writeUnits - atSetup;
    const order = { scheduleId, hold: false, channel: 'MINI_PROGRAM' as const, doer: { by: 'bench' } };
    ours.push(
      await measure(shuffled(residents, round), (patientId) =>
        bookAppointment(deps, { ...order, patientId, requestKey: `${patientId}-${round}` }).then(
          ({ token }) => numberOf(token),
        ),
      ),
    );
    const claim = await claims.get(engine.table, scheduleId, { consistent: true });
    if (claim === undefined || countNumbers(claim) !== NUMBERS) throw new Error('I1 is broken');
    const held = new Set(Object.values(claim.holders).map((mark) => numberOf(tokenOf(mark))));
    if (held.size !== NUMBERS) throw new Error('I2 is broken');
    naive.push(await naiveRound(naiveMeter.table, shuffled(residents, round), round));
  }
  const a = (units: number): number => units / (rounds * NUMBERS);
  const writeUnits = a(meter.bill().writeUnits - setupUnits);
  return {
    ours: {
      rounds: ours,
      writeUnits,
      withoutLimits: writeUnits - a(meter.bill('record').writeUnits),
      readUnits: a(meter.bill().readUnits),
      refusedUnits: a(meter.bill().refusedUnits),
    },
    naive: {
      rounds: naive,
      writeUnits: a(naiveMeter.bill().writeUnits),
      readUnits: a(naiveMeter.bill().readUnits),
      refusedUnits: a(naiveMeter.bill().refusedUnits),
    },
  };
}

function judge(free: Rush, limited: Rush): boolean {
  const { writeUnits, withoutLimits } = free.ours;
  const times = free.naive.writeUnits / writeUnits;
  const speeds = [free, limited].map(({ ours, naive }) => perSecond(ours) / perSecond(naive));
  const tail = ({ ours, naive }: Rush): number =>
    percentile(ours.rounds, 0.99) / percentile(naive.rounds, 0.99);
  const exact = [...free.ours.rounds, ...free.naive.rounds, ...limited.ours.rounds].every(
    ({ numbers }) => numbers.length === NUMBERS && new Set(numbers).size === NUMBERS,
  );
  const speed = speeds.map((each) => each.toFixed(2)).join(' and, limited, ');
  console.log(
    [
      `${ROUNDS} rounds as fast as the engine goes, ${LIMITED_ROUNDS} with limits; ${RESIDENTS} residents, ${NUMBERS} numbers, ${IN_FLIGHT} requests in flight`,
      `write units a booking: ${writeUnits.toFixed(2)} (bar 3.3), without limits of a patient ${withoutLimits.toFixed(2)} (bar 2.3)`,
      `the transaction costs ${times.toFixed(1)} times the write units (bar 20)`,
      `requests a second: ${speed} times the transaction's (bar 1)`,
      `p99: ${tail(limited).toFixed(2)} times the transaction's where a partition has its limit (bar 1); ${tail(free).toFixed(2)} where it has none`,
      `exactly ${NUMBERS} distinct numbers in every round: ${exact ? 'yes' : 'NO'}`,
    ].join('\n'),
  );
  return (
    exact &&
    writeUnits <= 3.3 &&
    withoutLimits <= 2.3 &&
    times >= 20 &&
    speeds.every((each) => each >= 1) &&
    tail(limited) <= 1
  );
}

interface Round {
  readonly numbers: readonly number[];
  /** Callers who were sent away since the table was throttled. */
  readonly failed: number;
  readonly seconds: number;
  readonly millis: readonly number[];
}

async function measure(
  residents: readonly string[],
  attempt: (patientId: string) => Promise<number | undefined>,
): Promise<Round> {
  const numbers: number[] = [];
  const millis: number[] = [];
  let failed = 0;
  const start = performance.now();
  await inFlight(residents, async (patientId) => {
    const from = performance.now();
    const number = await attempt(patientId).catch((error: unknown) => {
      if (error instanceof TableUnavailable) failed += 1;
      else if (!(error instanceof Refusal)) throw error;
      return undefined;
    });
    millis.push(performance.now() - from);
    if (number !== undefined) numbers.push(number);
  });
  return { numbers, failed, millis, seconds: (performance.now() - start) / 1000 };
}

/** Counter, order and limit in one transaction: right, and ruinous when thousands meet on one counter. */
async function naiveRound(table: Table, residents: readonly string[], round: number): Promise<Round> {
  const counter = { pk: `naive#schedule#${round}`, sk: 'counter' };
  await table.put({ ...counter, left: NUMBERS });
  let given = 0;
  return measure(residents, async (patientId) => {
    const outcome = await table.transact([
      { update: counter, changes: { add: { left: -1 } }, if: { left: { gt: 0 } } },
      {
        put: { pk: `naive#patient#${patientId}`, sk: `order#${round}`, status: 'BOOKED' },
        if: { $exists: false },
      },
      {
        update: { pk: `naive#patient#${patientId}`, sk: 'limits' },
        changes: { add: { count: 1 } },
        if: { $any: [{ count: { exists: false } }, { count: { lt: 100 } }] },
      },
    ]);
    return outcome.ok ? ++given : undefined;
  });
}

function kindOf({ sk }: Key): string {
  return sk.split('#')[0] ?? sk;
}

async function inFlight<T>(things: readonly T[], work: (thing: T) => Promise<void>): Promise<void> {
  const queue = things[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (const thing of queue) await work(thing);
    }),
  );
}

/** The same order for both designs in a round, another in each round. */
function shuffled(residents: readonly string[], seed: number): readonly string[] {
  let state = seed * 2_654_435_761 + 1;
  const next = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state;
  };
  return residents
    .map((id) => ({ id, at: next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ id }) => id);
}

function rowsOf({ ours, naive }: Rush) {
  return { 'claim on one item': row(ours), 'transaction of three': row(naive) };
}

function row(side: Side) {
  const { rounds, writeUnits, readUnits, refusedUnits } = side;
  return {
    'write units/booking': Number(writeUnits.toFixed(2)),
    'of these refused': Number(refusedUnits.toFixed(2)),
    'read units/booking': Number(readUnits.toFixed(1)),
    'requests/s': Math.round(perSecond(side)),
    'p50 ms': Number(percentile(rounds, 0.5).toFixed(1)),
    'p99 ms': Number(percentile(rounds, 0.99).toFixed(1)),
    'sent away/round': median(rounds.map(({ failed }) => failed)),
  };
}

function perSecond({ rounds }: Side): number {
  return median(rounds.map(({ seconds }) => RESIDENTS / seconds));
}

/** Milliseconds that so large a part of all requests took at most. */
function percentile(rounds: readonly Round[], part: number): number {
  const millis = rounds.flatMap((round) => round.millis).toSorted((a, b) => a - b);
  return millis[Math.floor(millis.length * part)] ?? 0;
}
