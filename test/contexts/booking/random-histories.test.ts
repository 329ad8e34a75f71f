import { expect, test } from 'vitest';
import { runHistory } from './history.ts';

const HISTORIES = 2_000;
const OPERATIONS = 21;

/** Another first seed, or more histories, for a longer search: `BOOKING_SEED=7 BOOKING_HISTORIES=50000`. */
const first = Number(process.env['BOOKING_SEED'] ?? 1);
const histories = Number(process.env['BOOKING_HISTORIES'] ?? HISTORIES);

test('I1–I7, P1 and P5 hold after every write of thousands of interleaved histories with payments and failing writes, and all comes to rest', {
  timeout: 600_000,
}, async () => {
  const outcomes = new Map<string, number>();
  let writes = 0;
  for (let seed = first; seed < first + histories; seed += 1) {
    const result = await runHistory(seed, OPERATIONS).catch((error: unknown) => {
      throw new Error(`history ${seed} broke`, { cause: error });
    });
    writes += result.writes;
    for (const [outcome, count] of result.outcomes)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count);
  }
  console.log(`${histories} histories, ${writes} writes, each held against the rules`);
  // A search that only ever refuses finds nothing.
  const done = ['book', 'confirm', 'cancel', 'reschedule', 'join', 'check-in', 'call', 'extra', 'stop'];
  const paid = ['claim', 'open', 'pay', 'refund'];
  for (const operation of [...done, ...paid])
    expect([operation, outcomes.get(`${operation} ok`) ?? 0]).not.toEqual([operation, 0]);
  expect(outcomes.get('book SOLD_OUT')).toBeGreaterThan(0);
  expect(outcomes.get('cancel PAYMENT_UNDER_WAY')).toBeGreaterThan(0);
  expect(outcomes.get('claim refused')).toBeGreaterThan(0);
  expect(writes).toBeGreaterThan(histories * 20);
});
