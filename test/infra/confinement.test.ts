import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AccessDenied, confinedObjects, confinedTable } from '../../infra/confined-context.ts';
import { objectAccess } from '../../infra/constructs/object-access.ts';
import { tableAccess } from '../../infra/constructs/table-access.ts';
import { createMemoryTable } from '../../shared/data/memory-table.ts';
import { systemClock } from '../../shared/kernel/clock.ts';
import { ObjectsOutOfReach } from '../../shared/objects/objects.ts';
import { journey as booking } from '../journey/booking.ts';
import { journey as followup } from '../journey/followup.ts';
import { journey as identity } from '../journey/identity.ts';
import type { JourneyModule } from '../journey/journey.ts';
import { journey as notification } from '../journey/notification.ts';
import { journey as payment } from '../journey/payment.ts';
import { journey as report } from '../journey/report.ts';
import { day as signing } from '../journey/signing.ts';
import { startCity, type TestCity } from '../support/city.ts';
import { memoryObjects } from '../support/objects.ts';

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

describe('an object store held to the policies', () => {
  const object = { contentType: 'image/png', bytes: new Uint8Array(3) };
  const link = { contentType: 'image/png', expiresInSeconds: 60 };

  function wardObjects(objects: { readonly read: boolean; readonly write: boolean }) {
    const { objects: store } = memoryObjects(systemClock);
    return confinedObjects(store, objectAccess({ name: 'ward', objects }), (sentence) => {
      throw new AccessDenied(sentence);
    });
  }

  it('lets a context at its own objects', async () => {
    const objects = wardObjects({ read: true, write: true });
    const facts = await objects.put({ ...object, key: 'ward/1' });
    expect(await objects.head('ward/1')).toEqual(facts);
    expect(await objects.get('ward/1')).toMatchObject(facts);
    await objects.uploadLink({ ...link, ...facts, key: 'ward/2' });
    await objects.downloadLink({ ...link, key: 'ward/1', fileName: 'a.png' });
  });

  it.each(['booking/1', 'wards/1'])('and not at %s', async (key) => {
    const objects = wardObjects({ read: true, write: true });
    const facts = { sizeBytes: 1, sha256: 'ab'.repeat(32) };
    const calls = [
      () => objects.put({ ...object, key }),
      () => objects.head(key),
      () => objects.get(key),
      () => objects.uploadLink({ ...link, ...facts, key }),
      () => objects.downloadLink({ ...link, key, fileName: 'a.png' }),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow(/may not (Get|Put)Object/);
  });

  it('lets a reader write nothing, a writer read nothing, and nobody else at it', async () => {
    await expect(wardObjects({ read: true, write: false }).put({ ...object, key: 'ward/1' })).rejects.toThrow(
      'may not PutObject ward/',
    );
    await expect(wardObjects({ read: false, write: true }).get('ward/1')).rejects.toThrow(
      'may not GetObject ward/',
    );
    await expect(wardObjects({ read: false, write: false }).get('ward/1')).rejects.toThrow(ObjectsOutOfReach);
  });
});

interface Walk {
  readonly journey: JourneyModule['journey'];
  /** How many steps of it are walked: the rest of booking's and follow-up's moves the clock by months, of payment's by days. */
  readonly steps: number;
}

/** Less would say little. */
const LEAST = 11;

class Enough extends Error {}

/** Walks the first steps of a journey; answers how many there were. */
async function walked(city: TestCity, { journey, steps }: Walk): Promise<number> {
  let made = 0;
  const walk = journey({
    city,
    step: async (_words, work) => {
      if (made === steps) throw new Enough();
      made += 1;
      return work();
    },
  });
  // A journey that fails for another reason fails in its own runner; here it is asked for refusals alone.
  await walk.catch(() => {});
  return made;
}

/** Journeys that do not get in each other's way share a city: to start one takes as long as to walk through most. */
const WALKS: readonly (readonly [name: string, walks: readonly Walk[]])[] = [
  [
    'an account, a booking and follow-up',
    [
      { journey: identity, steps: 13 },
      { journey: booking, steps: 25 },
      { journey: followup, steps: 12 },
    ],
  ],
  [
    'messages, a report, contracts and a payment',
    [
      { journey: notification, steps: 7 },
      { journey: report, steps: 18 },
      { journey: signing, steps: 16 },
      { journey: payment, steps: 25 },
    ],
  ],
];

describe('with the policies of AWS, nothing is refused in', () => {
  it.each(WALKS)(
    '%s',
    async (_, walks) => {
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
      const made: number[] = [];
      for (const walk of walks) made.push(await walked(city, walk));
      expect([...new Set(readFileSync(refusals, 'utf8').split('\n').filter(Boolean))]).toEqual([]);
      for (const [index, { steps }] of walks.entries())
        expect(made[index], `walk ${index + 1}`).toBeGreaterThanOrEqual(Math.min(steps, LEAST));
    },
    400_000,
  );
});
