import { expect } from 'vitest';
import { runHistory } from './interleaving.ts';

const OPERATIONS = 200;

/** `PAYMENT_SEED=7 PAYMENT_ORDERS=50000` searches further; both files of orders then begin there. */
const given = process.env['PAYMENT_SEED'];
const wantedOrders = process.env['PAYMENT_ORDERS'];

/** Histories one after another until so many orders were placed at WeChat. @throws naming the seed */
export async function runOrders(first: number, least: number): Promise<void> {
  const outcomes = new Map<string, number>();
  const wanted = Number(wantedOrders ?? least);
  let [orders, writes, replays] = [0, 0, 0];
  let seed = Number(given ?? first);
  for (; orders < wanted; seed += 1) {
    const result = await runHistory(seed, OPERATIONS).catch((error: unknown) => {
      throw new Error(`history ${seed} broke`, { cause: error });
    });
    orders += result.orders;
    writes += result.writes;
    replays += result.replays;
    for (const [outcome, count] of result.outcomes)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count);
  }
  console.log(
    `${orders} orders, ${writes} writes, each held against the rules; ${replays} notifications sent again`,
  );
  // A search that only ever refuses finds nothing.
  const done = ['book', 'open', 'launch', 'pay', 'check', 'cancel', 'onsite', 'refund', 'confirm', 'retry'];
  for (const operation of [...done, 'desk', 'stop', 'reschedule'])
    expect([operation, outcomes.get(`${operation} ok`) ?? 0]).not.toEqual([operation, 0]);
  for (const outcome of ['pay USERPAYING', 'finish PAID', 'close PAID', 'close PAYING', 'close UNPAYABLE'])
    expect([outcome, outcomes.get(outcome) ?? 0]).not.toEqual([outcome, 0]);
  for (const outcome of ['open CHARGE_NOT_OPEN', 'cancel PAYMENT_UNDER_WAY', 'refund REFUND_TOO_MUCH'])
    expect([outcome, outcomes.get(outcome) ?? 0]).not.toEqual([outcome, 0]);
}
