import { bookAppointment } from '../../functions/booking/book-appointment.ts';
import { countNumbers } from '../../functions/booking/lanes.ts';
import { numberOf, tokenOf } from '../../functions/booking/numbers.ts';
import { claims } from '../../functions/booking/store.ts';
import { writePatientProfile } from '../../shared/access/patient-view.ts';
import type { Key, Table } from '../../shared/data/table.ts';
import { addDays } from '../../shared/kernel/china-time.ts';
import { Refusal } from '../../shared/kernel/errors.ts';
import { addSchedule } from '../contexts/booking/scene.ts';
import { testDeps } from '../support/deps.ts';
import { startTableEngine } from '../support/table-engine.ts';
import { median } from './median.ts';
import { meteredTable } from './metered-table.ts';

const RESIDENTS = 5_000;
const NUMBERS = 50;
const ROUNDS = Number(process.env['RUSH_ROUNDS'] ?? 20);
/** Requests in flight at a time: as many functions as run at once. */
const IN_FLIGHT = 8;
const FIRST_DAY = '2026-03-04';

/**
 * The release hour: 5,000 residents want 50 numbers of one doctor, twenty times over, on the embedded engine.
 * Beside each round the same rush with the design most systems start from: a transaction of counter, order and limit.
 */
export async function rush(): Promise<boolean> {
  const engine = await startTableEngine();
  try {
    return await run(engine);
  } finally {
    await engine.stop();
  }
}

async function run(engine: Awaited<ReturnType<typeof startTableEngine>>): Promise<boolean> {
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
  const before = { own: meter.bill().writeUnits, record: meter.bill('record').writeUnits };
  let setupUnits = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
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
          (error: unknown) => {
            if (error instanceof Refusal) return undefined;
            throw error;
          },
        ),
      ),
    );
    const claim = await claims.get(engine.table, scheduleId, { consistent: true });
    if (claim === undefined || countNumbers(claim) !== NUMBERS) throw new Error('I1 is broken');
    const held = new Set(Object.values(claim.holders).map((mark) => numberOf(tokenOf(mark))));
    if (held.size !== NUMBERS) throw new Error('I2 is broken');
    naive.push(await naiveRound(naiveMeter.table, shuffled(residents, round), round));
  }
  const booked = ROUNDS * NUMBERS;
  const units = (meter.bill().writeUnits - before.own - setupUnits) / booked;
  const withoutLimits = units - (meter.bill('record').writeUnits - before.record) / booked;
  const naiveUnits = naiveMeter.bill().writeUnits / booked;
  const exact = [...ours, ...naive].every(
    ({ numbers }) => numbers.length === NUMBERS && new Set(numbers).size === NUMBERS,
  );
  console.table({
    'claim on one item': row(
      ours,
      units,
      meter.bill().readUnits / booked,
      meter.bill().refusedUnits / booked,
    ),
    'transaction of three': row(
      naive,
      naiveUnits,
      naiveMeter.bill().readUnits / booked,
      naiveMeter.bill().refusedUnits / booked,
    ),
  });
  const ratio = naiveUnits / units;
  const speed =
    median(ours.map(({ seconds }) => RESIDENTS / seconds)) /
    median(naive.map(({ seconds }) => RESIDENTS / seconds));
  console.log(
    `${ROUNDS} rounds, ${RESIDENTS} residents, ${NUMBERS} numbers, ${IN_FLIGHT} requests in flight`,
  );
  console.log(
    `write units a booking: ${units.toFixed(2)} (bar 3.3), without limits ${withoutLimits.toFixed(2)} (bar 2.3)`,
  );
  const tail = percentile(ours, 0.99) / percentile(naive, 0.99);
  console.log(
    `the transaction costs ${ratio.toFixed(1)} times the write units (bar 20); requests a second: ${speed.toFixed(2)} times its own (bar 1); p99: ${tail.toFixed(2)} times its own (bar 1)`,
  );
  console.log(`exactly ${NUMBERS} distinct numbers in every round: ${exact ? 'yes' : 'NO'}`);
  return exact && units <= 3.3 && withoutLimits <= 2.3 && ratio >= 20 && speed >= 1 && tail <= 1;
}

interface Round {
  readonly numbers: readonly number[];
  readonly seconds: number;
  readonly millis: readonly number[];
}

async function measure(
  residents: readonly string[],
  attempt: (patientId: string) => Promise<number | undefined>,
): Promise<Round> {
  const numbers: number[] = [];
  const millis: number[] = [];
  const start = performance.now();
  await inFlight(residents, async (patientId) => {
    const from = performance.now();
    const number = await attempt(patientId);
    millis.push(performance.now() - from);
    if (number !== undefined) numbers.push(number);
  });
  return { numbers, millis, seconds: (performance.now() - start) / 1000 };
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

function row(rounds: readonly Round[], writeUnits: number, readUnits: number, refusedUnits: number) {
  return {
    'write units/booking': Number(writeUnits.toFixed(2)),
    'of these refused': Number(refusedUnits.toFixed(2)),
    'read units/booking': Number(readUnits.toFixed(1)),
    'requests/s': Math.round(median(rounds.map(({ seconds }) => RESIDENTS / seconds))),
    'p50 ms': Number(percentile(rounds, 0.5).toFixed(1)),
    'p99 ms': Number(percentile(rounds, 0.99).toFixed(1)),
  };
}

/** Milliseconds that so large a part of all requests took at most. */
function percentile(rounds: readonly Round[], part: number): number {
  const millis = rounds.flatMap((round) => round.millis).toSorted((a, b) => a - b);
  return millis[Math.floor(millis.length * part)] ?? 0;
}
