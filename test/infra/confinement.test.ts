import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AccessDenied, confinedTable } from '../../infra/confined-context.ts';
import { tableAccess } from '../../infra/constructs/table-access.ts';
import { createMemoryTable } from '../../shared/data/memory-table.ts';
import { systemClock } from '../../shared/kernel/clock.ts';
import { journey as booking } from '../journey/booking.ts';
import { journey as identity } from '../journey/identity.ts';
import { journey as payment } from '../journey/payment.ts';
import { startCity } from '../support/city.ts';

const ward = {
  name: 'ward',
  grants: [{ prefix: 'relation#', access: 'read' }],
  timers: {},
  routes: [],
} as const;

function wardTable() {
  return confinedTable(createMemoryTable({ clock: systemClock }), tableAccess(ward, 'worker'), (sentence) => {
    throw new AccessDenied(sentence);
  });
}

describe('a table held to the policies', () => {
  it('lets a context at its own items and what it is granted', async () => {
    const table = wardTable();
    await table.put({ pk: 'ward#1', sk: 'bed' });
    expect(await table.get({ pk: 'ward#1', sk: 'bed' })).toBeDefined();
    await expect(table.query({ pk: 'ward#1', index: 'lookup' })).resolves.toBeDefined();
    await expect(table.getMany([{ pk: 'relation#p', sk: 'SELF#a' }])).resolves.toBeDefined();
  });

  it.each([
    ['may not PutItem relation#p', (t: ReturnType<typeof wardTable>) => t.put({ pk: 'relation#p', sk: 'x' })],
    ['may not GetItem booking#1', (t: ReturnType<typeof wardTable>) => t.get({ pk: 'booking#1', sk: 'x' })],
    [
      'may not Query due#ward on due',
      (t: ReturnType<typeof wardTable>) => t.query({ pk: 'due#ward#00', index: 'due' }),
    ],
    [
      'may not UpdateItem audit#p',
      (t: ReturnType<typeof wardTable>) => t.update({ pk: 'audit#p', sk: 'x' }, {}),
    ],
    [
      'may not DeleteItem keys#ward',
      (t: ReturnType<typeof wardTable>) => t.delete({ pk: 'keys#ward', sk: 'x' }),
    ],
    [
      'may not ConditionCheckItem booking#1',
      (t: ReturnType<typeof wardTable>) =>
        t.transact([{ put: { pk: 'ward#1', sk: 'x' } }, { check: { pk: 'booking#1', sk: 'x' }, if: {} }]),
    ],
  ])('%s', async (sentence, call) => {
    await expect(call(wardTable())).rejects.toThrow(sentence);
  });
});

/** The steps of a journey that are walked here: the rest of booking's moves the clock by months, of payment's by days. */
const STEPS = 25;

class Enough extends Error {}

describe('with the policies of AWS, nothing is refused in', () => {
  it.each([
    ['the journey of an account', identity],
    ['the journey of a booking', booking],
    ['the journey of a payment', payment],
  ])(
    '%s',
    async (_, journey) => {
      const folder = mkdtempSync(join(tmpdir(), 'confined-'));
      const refusals = join(folder, 'refusals.txt');
      writeFileSync(refusals, '');
      const city = await startCity({
        script: join(import.meta.dirname, 'confined-city.ts'),
        env: { CONFINED_TO: refusals },
      });
      onTestFinished(async () => {
        await city.stop();
        rmSync(folder, { recursive: true });
      });
      let steps = 0;
      const walk = journey({
        city,
        step: async (_words, work) => {
          if (steps === STEPS) throw new Enough();
          steps += 1;
          return work();
        },
      });
      // A journey that fails for another reason fails in its own runner; here it is asked for refusals alone.
      await walk.catch(() => {});
      expect([...new Set(readFileSync(refusals, 'utf8').split('\n').filter(Boolean))]).toEqual([]);
      expect(steps).toBeGreaterThan(10);
    },
    240_000,
  );
});
