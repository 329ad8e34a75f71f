import type { Item, QuerySpec } from '../../../shared/data/table.ts';

/** One partition of the table, one of each index; `name` is what the expectations speak of. */
export const PK = 'test#ward';

const EVENTS: readonly Item[] = [
  { pk: PK, sk: '2026-03-01', name: 'a', n: 1, lookupPk: 'look#x', lookupSk: '5' },
  { pk: PK, sk: '2026-03-02', name: 'b', n: 2, lookupPk: 'look#x', lookupSk: '4' },
  { pk: PK, sk: '2026-03-02#late', name: 'c', n: 3, lookupPk: 'look#x', lookupSk: '3' },
  { pk: PK, sk: '2026-03-10', name: 'd', n: 4, lookupPk: 'look#x', lookupSk: '2' },
  { pk: PK, sk: '2026-04-01', name: 'e', n: 5, lookupPk: 'look#y', lookupSk: '1' },
  { pk: PK, sk: '医', name: 'f', n: 6, lookupPk: 'look#x' },
  { pk: PK, sk: '～', name: 'g', n: 7, lookupSk: '1' },
  { pk: PK, sk: '😀', name: 'h', n: 8 },
];

const owed = (name: string, n: number, payer: string, day: string): Item => ({
  ...{ pk: `test#${name}`, sk: 'x', name, n, charge: { chargeId: name, amountFen: n } },
  chargePayer: `charge#${payer}`,
  chargeAt: `2026-01-${day}T00:00:00.000Z`,
});

const CHARGES: readonly Item[] = [
  owed('c1', 1, 'p', '03'),
  owed('c2', 2, 'p', '01'),
  owed('c3', 3, 'p', '02'),
  owed('c4', 4, 'q', '02'),
  { pk: 'test#c5', sk: 'x', name: 'c5', n: 5 },
];

export const ITEMS: readonly Item[] = [
  ...EVENTS,
  ...CHARGES,
  { pk: 'test#ward2', sk: '2026-03-01', name: 'other', n: 1 },
];

export interface QueryCase {
  readonly spec: Omit<QuerySpec, 'pk'> & { readonly pk?: string };
  /** The names found, in order. */
  readonly finds: string;
}

export const QUERY_CASES: readonly QueryCase[] = [
  { spec: {}, finds: 'a b c d e f g h' },
  { spec: { consistent: true }, finds: 'a b c d e f g h' },
  { spec: { descending: true }, finds: 'h g f e d c b a' },
  { spec: { pk: 'test#ward2' }, finds: 'other' },
  { spec: { pk: 'test#war' }, finds: '' },
  { spec: { pk: 'TEST#WARD' }, finds: '' },
  { spec: { sk: { eq: '2026-03-02' } }, finds: 'b' },
  { spec: { sk: { eq: '2026-03-03' } }, finds: '' },
  { spec: { sk: { lt: '2026-03-02' } }, finds: 'a' },
  { spec: { sk: { le: '2026-03-02' } }, finds: 'a b' },
  { spec: { sk: { gt: '2026-03-02' } }, finds: 'c d e f g h' },
  { spec: { sk: { ge: '2026-03-02' } }, finds: 'b c d e f g h' },
  { spec: { sk: { gt: '～' } }, finds: 'h' },
  { spec: { sk: { lt: '～' } }, finds: 'a b c d e f' },
  { spec: { sk: { lt: '0' } }, finds: '' },
  { spec: { sk: { gt: '😁' } }, finds: '' },
  { spec: { sk: { between: ['2026-03-02', '2026-03-10'] } }, finds: 'b c d' },
  { spec: { sk: { between: ['2026-03-03', '2026-03-09'] } }, finds: '' },
  { spec: { sk: { between: ['2026-04-01', '2026-04-01'] } }, finds: 'e' },
  { spec: { sk: { between: ['a', '～'] } }, finds: 'f g' },
  { spec: { sk: { beginsWith: '2026-03' } }, finds: 'a b c d' },
  { spec: { sk: { beginsWith: '2026-03-02' } }, finds: 'b c' },
  { spec: { sk: { beginsWith: '2026-05' } }, finds: '' },
  { spec: { sk: { beginsWith: '医' } }, finds: 'f' },
  { spec: { sk: { beginsWith: '2026-03' }, descending: true }, finds: 'd c b a' },
  { spec: { sk: { le: '2026-03-02' }, descending: true }, finds: 'b a' },
  { spec: { sk: { gt: '2026-03-10' }, descending: true }, finds: 'h g f e' },
  { spec: { sk: { between: ['2026-03-02', '2026-03-10'] }, descending: true }, finds: 'd c b' },
  { spec: { where: { n: { gt: 5 } } }, finds: 'f g h' },
  { spec: { where: { n: { in: [2, 4, 99] } } }, finds: 'b d' },
  { spec: { where: { absent: { exists: true } } }, finds: '' },
  { spec: { where: { lookupPk: { exists: false } } }, finds: 'g h' },
  { spec: { where: { $any: [{ n: 1 }, { name: 'h' }] } }, finds: 'a h' },
  { spec: { where: { n: { gt: 2 } }, descending: true, sk: { beginsWith: '2026' } }, finds: 'e d c' },
  { spec: { where: { n: { gt: 2 } }, limit: 3 }, finds: 'c' },
  { spec: { limit: 1 }, finds: 'a' },
  { spec: { limit: 1, descending: true }, finds: 'h' },
  { spec: { limit: 3, sk: { ge: '2026-03-02' } }, finds: 'b c d' },
  { spec: { limit: 100 }, finds: 'a b c d e f g h' },
  { spec: { index: 'lookup', pk: 'look#x' }, finds: 'd c b a' },
  { spec: { index: 'lookup', pk: 'look#y' }, finds: 'e' },
  { spec: { index: 'lookup', pk: 'look#z' }, finds: '' },
  { spec: { index: 'lookup', pk: 'look#x', descending: true }, finds: 'a b c d' },
  { spec: { index: 'lookup', pk: 'look#x', sk: { eq: '3' } }, finds: 'c' },
  { spec: { index: 'lookup', pk: 'look#x', sk: { gt: '2' }, limit: 2 }, finds: 'c b' },
  { spec: { index: 'lookup', pk: 'look#x', sk: { between: ['3', '4'] } }, finds: 'c b' },
  { spec: { index: 'lookup', pk: 'look#x', where: { n: { lt: 3 } } }, finds: 'b a' },
  { spec: { index: 'lookup', pk: 'look#x', where: { sk: { beginsWith: '2026-03-02' } } }, finds: 'c b' },
  { spec: { index: 'charges', pk: 'charge#p' }, finds: 'c2 c3 c1' },
  { spec: { index: 'charges', pk: 'charge#p', descending: true }, finds: 'c1 c3 c2' },
  { spec: { index: 'charges', pk: 'charge#q' }, finds: 'c4' },
  { spec: { index: 'charges', pk: 'charge#p', sk: { le: '2026-01-02T00:00:00.000Z' } }, finds: 'c2 c3' },
  { spec: { index: 'charges', pk: 'charge#p', sk: { beginsWith: '2026-01-03' } }, finds: 'c1' },
  { spec: { index: 'charges', pk: 'charge#p', where: { 'charge.amountFen': 2 } }, finds: 'c2' },
  // The index does not hold it.
  { spec: { index: 'charges', pk: 'charge#p', where: { n: 2 } }, finds: '' },
];
