import type { Changes, Condition, Item, QuerySpec, Table, Value } from '../../../shared/data/table.ts';

/** JavaScript callers and JSON can hold what the types forbid; the layer refuses it all the same. */
function untyped<T>(value: unknown): T {
  return value as T;
}

const KEY = { pk: 'test#invalid', sk: 'item' };

export interface InvalidCase {
  readonly what: string;
  readonly attempt: (table: Table) => Promise<unknown>;
}

const conditions: readonly [string, Condition][] = [
  ['an empty condition', {}],
  ['an empty clause', { n: {} }],
  ['an undefined clause', untyped({ n: undefined })],
  ['an undefined operand', untyped({ n: { eq: undefined } })],
  ['a list as clause', untyped({ n: ['a'] })],
  ['an unknown operator', untyped({ n: { like: 'a' } })],
  ['an unknown operator beside a known one', untyped({ n: { eq: 'a', like: 'a' } })],
  ['an unknown combination', untyped({ $or: [{ n: 1 }] })],
  ['an unknown combination beside a known one', untyped({ $not: { n: 1 }, $or: [{ n: 1 }] })],
  ['$exists of no boolean', untyped({ $exists: 1 })],
  ['exists of no boolean', untyped({ n: { exists: 1 } })],
  ['an empty $any', { $any: [] }],
  ['an empty $all', { $all: [] }],
  ['an empty $not', { $not: {} }],
  ['$any of an empty condition', { $any: [{}] }],
  ['$not of a list', untyped({ $not: [{ n: 1 }] })],
  ['an empty in', { n: { in: [] } }],
  ['in with 101 values', { n: { in: Array.from({ length: 101 }, (_, i) => i) } }],
  ['in with a list', untyped({ n: { in: [[1]] } })],
  ['in of no list', untyped({ n: { in: 'abc' } })],
  ['between upside down', { n: { between: [2, 1] } }],
  ['between upside down by bytes', { n: { between: ['😀', '～'] } }],
  ['between two kinds', { n: { between: [1, '2'] } }],
  ['between three bounds', untyped({ n: { between: [1, 2, 3] } })],
  ['between one bound', untyped({ n: { between: [1] } })],
  ['an ordering of booleans', untyped({ n: { lt: true } })],
  ['an ordering of null', untyped({ n: { ge: null } })],
  ['a prefix that is a number', untyped({ n: { beginsWith: 1 } })],
  ['contains of a list', untyped({ n: { contains: [1] } })],
  ['size of a string', untyped({ n: { size: { eq: '1' } } })],
  ['size of a fraction', { n: { size: { eq: 0.5 } } }],
  ['size of null', untyped({ n: { size: null } })],
  ['an empty size', { n: { size: {} } }],
  ['size with ne', untyped({ n: { size: { ne: 1 } } })],
  ['a comparison with NaN', { n: Number.NaN }],
  ['a comparison with a date', untyped({ n: { eq: new Date() } })],
];

const paths: readonly string[] = [
  '',
  '.',
  'a.',
  '.a',
  'a..b',
  'a[',
  'a[]',
  'a[-1]',
  'a[01]',
  'a[1.5]',
  'a[x]',
  'a[0]b',
  '[0]',
  'a.[0]',
  'a b',
  'a/b',
  'a$b',
  'a"b',
  '人',
  'a\u0000',
  'a[1000000]',
  '__proto__',
  'a.__proto__.b',
];

const changes: readonly [string, Changes][] = [
  ['nothing', {}],
  ['nothing but undefined', { set: { n: undefined } }],
  ['empty kinds', { set: {}, remove: [], add: {} }],
  ['an unknown kind', untyped({ put: { n: 1 } })],
  ['the partition key', { set: { pk: 'x' } }],
  ['the sort key', { remove: ['sk'] }],
  ['something inside the key', { set: { 'pk.a': 'x' } }],
  ['one path twice', { set: { n: 1 }, add: { n: 1 } }],
  ['one path twice to remove', { remove: ['n', 'n'] }],
  ['a path and its parent', { set: { 'a.b': 1, a: {} } }],
  ['a path and its child removed', { set: { a: {} }, remove: ['a.b'] }],
  ['a list and its element', { append: { l: [1] }, set: { 'l[0]': 1 } }],
  ['a path that is a list and a map', { set: { 'a[0]': 1, 'a.b': 1 } }],
  ['a list from which it removes', { set: { 'l[1]': 1 }, remove: ['l[0]'] }],
  ['a list below which it removes', { set: { 'l[1].a': 1 }, remove: ['l[0]'] }],
  ['the event', { set: { eventId: 'x' } }],
  ['the whole of the event', { remove: ['event'] }],
  ['an addition of a fraction', { add: { n: 0.5 } }],
  ['an addition of a string', untyped({ add: { n: '1' } })],
  ['an addition beyond the safe integers', { add: { n: 2 ** 53 } }],
  ['a fraction in $plus', { set: { n: { $from: 'm', $plus: 0.1 } } }],
  ['a string in $plus', untyped({ set: { n: { $from: 'm', $plus: 'x' } } })],
  ['$from and something else', untyped({ set: { n: { $from: 'm', other: 1 } } })],
  ['$from a number', untyped({ set: { n: { $from: 1 } } })],
  ['$from a broken path', { set: { n: { $from: 'a..b' } } }],
  ['$join of one', untyped({ set: { n: { $join: ['a'] } } })],
  ['$join of numbers', untyped({ set: { n: { $join: [1, 2] } } })],
  ['an append of no list', untyped({ append: { l: 1 } })],
  ['a key of an index that is a number', { set: { lookupPk: 1 } }],
  ['a key of an index that is empty', { set: { lookupSk: '' } }],
  ['a key of an index that is null', { set: { chargeAt: null } }],
];

const values: readonly [string, unknown][] = [
  ['NaN', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['an integer beyond 2^53-1', 2 ** 53],
  ['a very large number', 1e200],
  ['a very small number', 1e-200],
  ['half a character', '\ud83d'],
  ['a bigint', 10n],
  ['a date', new Date(0)],
  ['bytes', new Uint8Array([1])],
  ['a set', new Set([1])],
  ['a map', new Map()],
  ['a function', () => 1],
  ['a symbol', Symbol('x')],
  ['undefined in a list', [1, undefined]],
  ['a class instance', new (class Money {})()],
  ['an attribute without a name', { '': 1 }],
  ['an attribute named __proto__', JSON.parse('{"__proto__": 1}')],
  ['more than 32 levels', Array.from({ length: 32 }).reduce<unknown>((inner) => [inner], 1)],
];

const keys: readonly [string, unknown][] = [
  ['no partition key', { sk: 'x' }],
  ['no sort key', { pk: 'x' }],
  ['an empty partition key', { pk: '', sk: 'x' }],
  ['an empty sort key', { pk: 'x', sk: '' }],
  ['a number as partition key', { pk: 1, sk: 'x' }],
  ['a number as sort key', { pk: 'x', sk: 1 }],
  ['a partition key over 2048 bytes', { pk: '医'.repeat(683), sk: 'x' }],
  ['a sort key over 1024 bytes', { pk: 'x', sk: '医'.repeat(342) }],
];

const queries: readonly [string, QuerySpec][] = [
  ['a strongly consistent index', { index: 'lookup', pk: 'x', consistent: true }],
  ['an unknown index', untyped({ index: 'other', pk: 'x' })],
  ['an empty partition key', { pk: '' }],
  ['a partition key that is a number', untyped({ pk: 1 })],
  ['a page of none', { pk: 'x', limit: 0 }],
  ['a page of a fraction', { pk: 'x', limit: 1.5 }],
  ['two operators on the sort key', { pk: 'x', sk: { gt: 'a', lt: 'b' } }],
  ['no operator on the sort key', { pk: 'x', sk: {} }],
  ['an unknown operator on the sort key', untyped({ pk: 'x', sk: { contains: 'a' } })],
  ['an empty sort key', { pk: 'x', sk: { eq: '' } }],
  ['an empty prefix', { pk: 'x', sk: { beginsWith: '' } }],
  ['a sort key that is a number', { pk: 'x', sk: { gt: 1 } }],
  ['a range upside down', { pk: 'x', sk: { between: ['b', 'a'] } }],
  ['a range of undefined', untyped({ pk: 'x', sk: { between: undefined } })],
  ['a range from an empty sort key', { pk: 'x', sk: { between: ['', 'b'] } }],
  ['a range to a sort key over 1024 bytes', { pk: 'x', sk: { between: ['a', 'x'.repeat(1_025)] } }],
  ['a filter on the partition key', { pk: 'x', where: { pk: 'x' } }],
  ['a filter on the sort key', { pk: 'x', where: { $not: { sk: 'x' } } }],
  ['a filter on whether there is an item', { pk: 'x', where: { $exists: true } }],
  ['a filter on an index key', { index: 'lookup', pk: 'x', where: { $any: [{ lookupSk: '1' }, { n: 1 }] } }],
  ['an empty filter', { pk: 'x', where: {} }],
  ['a page after one of another partition', { pk: 'x', after: { pk: 'y', sk: '1' } }],
  [
    'a page of an index after what has no sort key in it',
    { index: 'lookup', pk: 'x', after: { pk: 'test#1', sk: '1', lookupPk: 'x' } },
  ],
  ['a page of an index after one of the table', { index: 'lookup', pk: 'x', after: { pk: 'x', sk: '1' } }],
];

export const INVALID_CASES: readonly InvalidCase[] = [
  ...conditions.flatMap(([name, condition]) => [
    { what: `a put under ${name}`, attempt: (table: Table) => table.put(KEY, { if: condition }) },
    {
      what: `a query filtered by ${name}`,
      attempt: (table: Table) => table.query({ pk: 'x', where: condition }),
    },
  ]),
  ...paths.flatMap((path) => [
    {
      what: `a condition on the path "${path}"`,
      attempt: (table: Table) => table.delete(KEY, { if: { [path]: 1 } }),
    },
    {
      what: `a change of the path "${path}"`,
      attempt: (table: Table) => table.update(KEY, { set: { [path]: 1 } }),
    },
  ]),
  ...changes.map(([name, change]) => ({
    what: `an update of ${name}`,
    attempt: (table: Table) => table.update(KEY, change),
  })),
  ...values.flatMap(([name, value]) => [
    { what: `a put of ${name}`, attempt: (table: Table) => table.put({ ...KEY, v: untyped<Value>(value) }) },
    {
      what: `an update to ${name}`,
      attempt: (table: Table) => table.update(KEY, { set: { v: untyped<Value>(value) } }),
    },
  ]),
  ...keys.flatMap(([name, key]) => [
    { what: `a get by ${name}`, attempt: (table: Table) => table.get(untyped(key)) },
    { what: `a put by ${name}`, attempt: (table: Table) => table.put(untyped<Item>(key)) },
    {
      what: `an update by ${name}`,
      attempt: (table: Table) => table.update(untyped(key), { set: { n: 1 } }),
    },
    { what: `a delete by ${name}`, attempt: (table: Table) => table.delete(untyped(key)) },
    { what: `a read of many by ${name}`, attempt: (table: Table) => table.getMany([untyped(key)]) },
  ]),
  ...queries.map(([name, spec]) => ({
    what: `a query with ${name}`,
    attempt: (table: Table) => table.query(spec),
  })),
  ...['', '__proto__'].map((name) => ({
    what: `a put of an attribute named "${name}"`,
    attempt: (table: Table) => table.put(Object.fromEntries([...Object.entries(KEY), [name, 1]])),
  })),
  {
    what: 'a put of an index’s partition key over 2048 bytes',
    attempt: (table) => table.put({ ...KEY, lookupPk: '医'.repeat(683), lookupSk: 'x' }),
  },
  ...(['lookupSk', 'chargeAt'] as const).map((name) => ({
    what: `a put of the index’s sort key ${name} over 1024 bytes`,
    attempt: (table: Table) => table.put({ ...KEY, [name]: '医'.repeat(342) }),
  })),
  { what: 'a put of a number into an index', attempt: (table) => table.put({ ...KEY, lookupPk: 1 }) },
  { what: 'a put of nothing into an index', attempt: (table) => table.put({ ...KEY, chargePayer: '' }) },
  { what: 'a put over 400 KB', attempt: (table) => table.put({ ...KEY, text: 'x'.repeat(409_600) }) },
  {
    what: 'an update over 400 KB',
    attempt: (table) => table.update(KEY, { set: { text: 'x'.repeat(409_600) } }),
  },
  ...['2026-01-01', '2026-01-01T00:00:00+08:00', 'tomorrow', ''].map((at) => ({
    what: `a timer at "${at}"`,
    attempt: (table: Table) => table.put(KEY, { timer: { kind: 'k', at } }),
  })),
  {
    what: 'a timer of no kind',
    attempt: (table) => table.put(KEY, { timer: { kind: '', at: '2026-01-01T00:00:00Z' } }),
  },
  {
    what: 'an event without an id',
    attempt: (table) => table.put(KEY, { event: { id: '', type: 'a.b', at: '', data: {} } }),
  },
  {
    what: 'an event without a type',
    attempt: (table) => table.put(KEY, { event: { id: 'e', type: '', at: '', data: {} } }),
  },
  {
    what: 'an event with a date in it',
    attempt: (table) =>
      table.put(KEY, { event: { id: 'e', type: 'a.b', at: '', data: untyped({ on: new Date(0) }) } }),
  },
  {
    what: 'a timer both set and changed',
    attempt: (table) =>
      table.update(KEY, { set: { dueAt: 'x' } }, { timer: { kind: 'k', at: '2026-01-01T00:00:00Z' } }),
  },
  {
    what: 'a transaction with a check of nothing',
    attempt: (table) => table.transact([{ check: KEY, if: {} }]),
  },
];
