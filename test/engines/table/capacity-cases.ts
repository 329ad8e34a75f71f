import { randomUUID } from 'node:crypto';
import type { Item, Key, Table, Value } from '../../../shared/data/table.ts';
import { freshKey } from './targets.ts';

type Attributes = { readonly [name: string]: Value };

/** Text that makes an item of this many bytes, with nothing else but its key. */
export function text(bytes: number, { pk, sk }: Key = sample()): string {
  return 'x'.repeat(bytes - 'pk'.length - pk.length - 'sk'.length - sk.length - 'text'.length);
}

/** Every key is as long as this one. */
function sample(): Key {
  return { pk: `test#${'0'.repeat(36)}`, sk: 'item' };
}

export function sizedKey(): { pk: string; sk: string } {
  return { pk: `test#${randomUUID()}`, sk: 'item' };
}

const LINK = { lookupPk: 'look#a', lookupSk: '1' };
const CHARGE = { chargePayer: 'charge#a', chargeAt: '2026-01-01T00:00:00.000Z' };
export const TIMER = { timer: { kind: 'k', at: '2026-01-01T00:00:00Z' } } as const;

export interface CapacityCase {
  readonly what: string;
  readonly before?: Attributes;
  readonly timed?: true;
  readonly attempt: (table: Table, key: { pk: string; sk: string }) => Promise<unknown>;
  readonly costs: { readonly read?: number; readonly write?: number; readonly refused?: true };
}

export const put =
  (attributes: Attributes, options: object = {}) =>
  (table: Table, key: Item): Promise<unknown> =>
    table.put({ ...key, ...attributes }, options);

export const WRITES: readonly CapacityCase[] = [
  { what: 'a put of a small item', attempt: put({ n: 1 }), costs: { write: 1 } },
  { what: 'a put of 1 KB', attempt: put({ text: text(1024) }), costs: { write: 1 } },
  { what: 'a put of 1 KB and a byte', attempt: put({ text: text(1025) }), costs: { write: 2 } },
  { what: 'a put of 2 KB', attempt: put({ text: text(2048) }), costs: { write: 2 } },
  { what: 'a put of 2 KB and a byte', attempt: put({ text: text(2049) }), costs: { write: 3 } },
  { what: 'a put of 400 KB', attempt: put({ text: text(409_600) }), costs: { write: 400 } },
  {
    what: 'a small put over a large item',
    before: { text: text(5000) },
    attempt: put({ n: 1 }),
    costs: { write: 5 },
  },
  {
    what: 'a large put over a small item',
    before: { n: 1 },
    attempt: put({ text: text(5000) }),
    costs: { write: 5 },
  },
  { what: 'a put of the same again', before: { n: 1 }, attempt: put({ n: 1 }), costs: { write: 1 } },
  { what: 'a put into one index', attempt: put(LINK), costs: { write: 2 } },
  { what: 'a put into two indexes', attempt: put({ ...LINK, ...CHARGE }), costs: { write: 3 } },
  { what: 'a put into three indexes', attempt: put({ ...LINK, ...CHARGE }, TIMER), costs: { write: 4 } },
  { what: 'a put with half an index key', attempt: put({ lookupPk: 'look#a' }), costs: { write: 1 } },
  {
    what: 'a large put into an index of everything',
    attempt: put({ ...LINK, text: text(1900) }),
    costs: { write: 4 },
  },
  {
    what: 'a large put into the index of timers',
    attempt: put({ text: text(1900) }, TIMER),
    costs: { write: 3 },
  },
  {
    what: 'a large put into the index of charges',
    attempt: put({ ...CHARGE, text: text(1900) }),
    costs: { write: 3 },
  },
  {
    what: 'a put of the same into the same index',
    before: { ...LINK, n: 1 },
    attempt: put({ ...LINK, n: 1 }),
    costs: { write: 1 },
  },
  {
    what: 'a put that changes what the index shows',
    before: { ...LINK, n: 1 },
    attempt: put({ ...LINK, n: 2 }),
    costs: { write: 2 },
  },
  {
    what: 'a put that moves in the index',
    before: LINK,
    attempt: put({ ...LINK, lookupSk: '2' }),
    costs: { write: 3 },
  },
  { what: 'a put that leaves the index', before: LINK, attempt: put({ n: 1 }), costs: { write: 2 } },
  {
    what: 'an update of a small item',
    before: { n: 1 },
    attempt: (t, k) => t.update(k, { add: { n: 1 } }),
    costs: { write: 1 },
  },
  { what: 'an update that creates', attempt: (t, k) => t.update(k, { set: { n: 1 } }), costs: { write: 1 } },
  {
    what: 'an update of a large item',
    before: { text: text(3000) },
    attempt: (t, k) => t.update(k, { set: { n: 1 } }),
    costs: { write: 3 },
  },
  {
    what: 'an update that empties a large item',
    before: { text: text(3000) },
    attempt: (t, k) => t.update(k, { remove: ['text'] }),
    costs: { write: 3 },
  },
  {
    what: 'an update that fills a small item',
    before: { n: 1 },
    attempt: (t, k) => t.update(k, { set: { text: text(3000) } }),
    costs: { write: 3 },
  },
  {
    what: 'an update behind an index of everything',
    before: { ...LINK, n: 1 },
    attempt: (t, k) => t.update(k, { add: { n: 1 } }),
    costs: { write: 2 },
  },
  {
    what: 'an update the index of timers does not show',
    before: { n: 1 },
    timed: true,
    attempt: (t, k) => t.update(k, { add: { n: 1 } }),
    costs: { write: 1 },
  },
  {
    what: 'an update the index of charges does not show',
    before: { ...CHARGE, charge: { status: 'OPEN' }, n: 1 },
    attempt: (t, k) => t.update(k, { add: { n: 1 } }),
    costs: { write: 1 },
  },
  {
    what: 'an update of a charge',
    before: { ...CHARGE, charge: { status: 'OPEN' }, n: 1 },
    attempt: (t, k) => t.update(k, { set: { 'charge.status': 'VOID' } }),
    costs: { write: 2 },
  },
  {
    what: 'an update that moves a timer',
    before: { n: 1 },
    timed: true,
    attempt: (t, k) => t.update(k, {}, { timer: { kind: 'k', at: '2026-01-02T00:00:00Z' } }),
    costs: { write: 3 },
  },
  {
    what: 'an update of a timer’s kind',
    before: { n: 1 },
    timed: true,
    attempt: (t, k) => t.update(k, {}, { timer: { kind: 'l', at: '2026-01-01T00:00:00Z' } }),
    costs: { write: 2 },
  },
  {
    what: 'an update that clears a timer',
    before: { n: 1 },
    timed: true,
    attempt: (t, k) => t.update(k, {}, { timer: null }),
    costs: { write: 2 },
  },
  {
    what: 'an update that changes nothing',
    before: { ...LINK, n: 1 },
    attempt: (t, k) => t.update(k, { set: { n: 1 } }),
    costs: { write: 1 },
  },
  { what: 'a delete', before: { n: 1 }, attempt: (t, k) => t.delete(k), costs: { write: 1 } },
  {
    what: 'a delete of a large item',
    before: { text: text(3000) },
    attempt: (t, k) => t.delete(k),
    costs: { write: 3 },
  },
  { what: 'a delete of nothing', attempt: (t, k) => t.delete(k), costs: { write: 1 } },
  {
    what: 'a delete out of two indexes',
    before: { ...LINK, ...CHARGE },
    attempt: (t, k) => t.delete(k),
    costs: { write: 3 },
  },
];

export const REFUSED: readonly CapacityCase[] = [
  {
    what: 'a refused put over a small item',
    before: { n: 1 },
    attempt: put({ text: text(5000) }, { if: { n: 2 } }),
    costs: { write: 1, refused: true },
  },
  {
    what: 'a refused put over a large item',
    before: { text: text(3000) },
    attempt: put({ n: 1 }, { if: { n: 2 } }),
    costs: { write: 3, refused: true },
  },
  {
    what: 'a refused put over nothing',
    attempt: put({ text: text(5000) }, { if: { n: 2 } }),
    costs: { write: 1, refused: true },
  },
  {
    what: 'a refused update',
    before: { ...LINK, text: text(1900) },
    attempt: (t, k) => t.update(k, { set: { n: 1 } }, { if: { n: 2 } }),
    costs: { write: 2, refused: true },
  },
  {
    what: 'a refused delete',
    before: { text: text(2049) },
    attempt: (t, k) => t.delete(k, { if: { n: 2 } }),
    costs: { write: 3, refused: true },
  },
  {
    what: 'a refused delete of nothing',
    attempt: (t, k) => t.delete(k, { if: { n: 2 } }),
    costs: { write: 1, refused: true },
  },
];

export const READS: readonly CapacityCase[] = [
  { what: 'a get of nothing', attempt: (t, k) => t.get(k), costs: { read: 0.5 } },
  {
    what: 'a consistent get of nothing',
    attempt: (t, k) => t.get(k, { consistent: true }),
    costs: { read: 1 },
  },
  { what: 'a get', before: { n: 1 }, attempt: (t, k) => t.get(k), costs: { read: 0.5 } },
  {
    what: 'a consistent get',
    before: { n: 1 },
    attempt: (t, k) => t.get(k, { consistent: true }),
    costs: { read: 1 },
  },
  { what: 'a get of 4 KB', before: { text: text(4096) }, attempt: (t, k) => t.get(k), costs: { read: 0.5 } },
  {
    what: 'a get of 4 KB and a byte',
    before: { text: text(4097) },
    attempt: (t, k) => t.get(k),
    costs: { read: 1 },
  },
  {
    what: 'a consistent get of 9 KB',
    before: { text: text(9000) },
    attempt: (t, k) => t.get(k, { consistent: true }),
    costs: { read: 3 },
  },
  {
    what: 'many: one and a missing one',
    before: { n: 1 },
    attempt: (t, k) => t.getMany([k, freshKey()]),
    costs: { read: 1 },
  },
  {
    what: 'many, consistently',
    before: { text: text(5000) },
    attempt: (t, k) => t.getMany([k, freshKey()], { consistent: true }),
    costs: { read: 3 },
  },
  {
    what: 'many: the same one thrice',
    before: { n: 1 },
    attempt: (t, k) => t.getMany([k, k, k]),
    costs: { read: 0.5 },
  },
  { what: 'a query that finds nothing', attempt: (t, k) => t.query({ pk: k.pk }), costs: { read: 0.5 } },
  {
    what: 'a consistent query that finds nothing',
    attempt: (t, k) => t.query({ pk: k.pk, consistent: true }),
    costs: { read: 1 },
  },
  {
    what: 'a query',
    before: { text: text(4097) },
    attempt: (t, k) => t.query({ pk: k.pk }),
    costs: { read: 1 },
  },
  {
    what: 'a query whose filter drops what it read',
    before: { text: text(9000) },
    attempt: (t, k) => t.query({ pk: k.pk, where: { n: 1 } }),
    costs: { read: 1.5 },
  },
  {
    what: 'a query of an empty index',
    attempt: (t, k) => t.query({ index: 'lookup', pk: k.pk }),
    costs: { read: 0.5 },
  },
];

export const TRANSACTIONS: readonly CapacityCase[] = [
  { what: 'a put', attempt: (t, k) => t.transact([{ put: { ...k, n: 1 } }]), costs: { write: 2 } },
  {
    what: 'a large put',
    attempt: (t, k) => t.transact([{ put: { ...k, text: text(1025) } }]),
    costs: { write: 4 },
  },
  {
    what: 'an update of a large item',
    before: { text: text(3000) },
    attempt: (t, k) => t.transact([{ update: k, changes: { set: { n: 1 } } }]),
    costs: { write: 6 },
  },
  {
    what: 'a delete of a large item',
    before: { text: text(3000) },
    attempt: (t, k) => t.transact([{ delete: k }]),
    costs: { write: 6 },
  },
  {
    what: 'a check',
    before: { n: 1 },
    attempt: (t, k) => t.transact([{ check: k, if: { n: 1 } }]),
    costs: { write: 2 },
  },
  {
    what: 'a check of a large item',
    before: { text: text(3000) },
    attempt: (t, k) => t.transact([{ check: k, if: { $exists: true } }]),
    costs: { write: 6 },
  },
  {
    what: 'a put and a check',
    attempt: (t, k) => t.transact([{ put: k }, { check: freshKey(), if: { $exists: false } }]),
    costs: { write: 4 },
  },
  {
    what: 'a put into an index',
    attempt: (t, k) => t.transact([{ put: { ...k, ...LINK } }]),
    costs: { write: 3 },
  },
  {
    what: 'a refused put over a large item',
    before: { text: text(3000) },
    attempt: (t, k) => t.transact([{ put: k, if: { $exists: false } }]),
    costs: { write: 6, refused: true },
  },
  {
    what: 'a refused check beside a put',
    attempt: (t, k) => t.transact([{ put: k }, { check: freshKey(), if: { $exists: true } }]),
    costs: { write: 4, refused: true },
  },
];
