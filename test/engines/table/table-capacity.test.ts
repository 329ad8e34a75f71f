import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Consumed, Value } from '../../../shared/data/table.ts';
import {
  type CapacityCase,
  put,
  READS,
  REFUSED,
  sizedKey,
  TIMER,
  TRANSACTIONS,
  text,
  WRITES,
} from './capacity-cases.ts';
import { type RunningTarget, targets } from './targets.ts';

describe.each(targets)('the capacity consumed $name', ({ start }) => {
  let target: RunningTarget;

  beforeAll(async () => {
    target = await start();
  });
  afterAll(() => target.stop());

  async function consumedBy({
    before,
    timed,
    attempt,
  }: Pick<CapacityCase, 'before' | 'timed' | 'attempt'>): Promise<Consumed[]> {
    const key = sizedKey();
    if (before !== undefined) await target.table.put({ ...key, ...before }, timed ? TIMER : {});
    const earlier = target.consumed.length;
    await attempt(target.table, key);
    return target.consumed.slice(earlier);
  }

  it.each([...WRITES, ...REFUSED, ...READS])(
    'by $what',
    async ({ costs: { read = 0, write = 0, refused = false }, ...rest }) => {
      expect(await consumedBy(rest)).toEqual([
        { operation: expect.any(String), readUnits: read, writeUnits: write, refused },
      ]);
    },
  );

  it.each(TRANSACTIONS)(
    'by a transaction of $what',
    async ({ costs: { write = 0, refused = false }, ...rest }) => {
      expect(await consumedBy(rest)).toEqual([
        { operation: 'transact', readUnits: 0, writeUnits: write, refused },
      ]);
    },
  );

  it('by a transaction that was done already is that of reading its items', async () => {
    const key = sizedKey();
    const token = randomUUID();
    const transact = (): Promise<unknown> =>
      target.table.transact([{ put: { ...key, text: text(5000) } }], { token });
    await transact();
    const earlier = target.consumed.length;
    await transact();
    expect(target.consumed.slice(earlier)).toEqual([
      { operation: 'transact', readUnits: 4, writeUnits: 0, refused: false },
    ]);
  });

  it('by a query is that of all it read together', async () => {
    const pk = `test#${randomUUID()}`;
    for (const sk of ['a', 'b', 'c']) await target.table.put({ pk, sk, text: 'x'.repeat(3000) });
    const earlier = target.consumed.length;
    await target.table.query({ pk });
    await target.table.query({ pk, consistent: true });
    expect(target.consumed.slice(earlier).map(({ readUnits }) => readUnits)).toEqual([1.5, 3]);
  });

  it('by a query of the timers is that of their keys, not of their items', async () => {
    const key = sizedKey();
    await target.table.put({ ...key, text: 'x'.repeat(20_000) }, TIMER);
    const stored = await target.table.get(key, { consistent: true });
    const earlier = target.consumed.length;
    await target.table.query({ index: 'due', pk: String(stored?.['dueShard']), limit: 1 });
    expect(target.consumed.slice(earlier)).toEqual([
      { operation: 'query', readUnits: 0.5, writeUnits: 0, refused: false },
    ]);
  });

  /** Bytes of a value beyond those of its name, as the service was measured to count them. */
  const sizes: readonly { value: Value; bytes: number }[] = [
    { value: '', bytes: 0 },
    { value: 'abc', bytes: 3 },
    { value: '医生', bytes: 6 },
    { value: '😀', bytes: 4 },
    { value: true, bytes: 1 },
    { value: false, bytes: 1 },
    { value: null, bytes: 1 },
    { value: [], bytes: 3 },
    { value: {}, bytes: 3 },
    { value: ['ab'], bytes: 3 + 1 + 2 },
    { value: ['a', 'b'], bytes: 3 + 2 + 2 },
    { value: { k: 'ab' }, bytes: 3 + 1 + 1 + 2 },
    { value: { 人: null }, bytes: 3 + 1 + 3 + 1 },
    { value: [[]], bytes: 3 + 1 + 3 },
    { value: { a: { b: {} } }, bytes: 3 + 2 + 3 + 2 + 3 },
    { value: [{ a: true }], bytes: 3 + 1 + 3 + 2 + 1 },
  ];
  it.each(sizes.map((each) => ({ ...each, said: JSON.stringify(each.value) })))(
    'counts $bytes bytes for $said',
    async ({ value, bytes }) => {
      const fitting = { v: value, text: text(1024 - 'v'.length - bytes) };
      const [exact] = await consumedBy({ attempt: put(fitting) });
      const [over] = await consumedBy({ attempt: put({ ...fitting, text: `${fitting.text}x` }) });
      expect([exact?.writeUnits, over?.writeUnits]).toEqual([1, 2]);
    },
  );

  it.each([
    { number: 0, bytes: 1 },
    { number: 1, bytes: 2 },
    { number: -1, bytes: 3 },
    { number: 99, bytes: 2 },
    { number: 100, bytes: 2 },
    { number: 123, bytes: 3 },
    { number: 123456, bytes: 4 },
    { number: -123456, bytes: 5 },
    { number: 1000000, bytes: 2 },
    { number: 0.5, bytes: 2 },
    { number: 4.14159, bytes: 5 },
    { number: 0.001, bytes: 2 },
    { number: 12.5, bytes: 3 },
    { number: 9007199254740991, bytes: 9 },
  ])('counts $bytes bytes for the number $number', async ({ number, bytes }) => {
    const fitting = { v: number, text: text(1024 - 'v'.length - bytes) };
    const [exact] = await consumedBy({ attempt: put(fitting) });
    const [over] = await consumedBy({ attempt: put({ ...fitting, text: `${fitting.text}x` }) });
    expect([exact?.writeUnits, over?.writeUnits]).toEqual([1, 2]);
  });
});
