import type { Changes, Value } from '../../../shared/data/table.ts';

export interface ChangeCase {
  readonly changes: Changes;
  /** The attributes before the write; left out, there is no item. */
  readonly before?: { readonly [name: string]: Value };
  /** What the write leaves; 'refused' is an `InvalidTableCall` that writes nothing. */
  readonly after: { readonly [name: string]: Value } | 'refused';
  /** The embedded engine is known to differ from DynamoDB here: docs/decisions/table-engine.md. */
  readonly notEmbedded?: true;
}

const NESTED = { map: { a: 1, deep: { list: ['x', 'y'] } } };

const SET: readonly ChangeCase[] = [
  { before: { n: 1 }, changes: { set: { n: 2 } }, after: { n: 2 } },
  { before: { n: 1 }, changes: { set: { m: 2 } }, after: { n: 1, m: 2 } },
  { changes: { set: { m: 2 } }, after: { m: 2 } },
  { changes: { set: { text: '' } }, after: { text: '' } },
  { changes: { set: { text: '签约' } }, after: { text: '签约' } },
  { changes: { set: { text: '😀\u0000"\\\n' } }, after: { text: '😀\u0000"\\\n' } },
  { changes: { set: { flag: false } }, after: { flag: false } },
  { changes: { set: { flag: true } }, after: { flag: true } },
  { changes: { set: { nothing: null } }, after: { nothing: null } },
  { changes: { set: { n: 0 } }, after: { n: 0 } },
  { changes: { set: { n: -0 } }, after: { n: 0 } },
  { changes: { set: { n: -17 } }, after: { n: -17 } },
  { changes: { set: { n: 0.1 } }, after: { n: 0.1 } },
  { changes: { set: { n: 1e-9 } }, after: { n: 1e-9 } },
  { changes: { set: { n: 123456.789012 } }, after: { n: 123456.789012 } },
  { changes: { set: { n: Number.MAX_SAFE_INTEGER } }, after: { n: Number.MAX_SAFE_INTEGER } },
  { changes: { set: { n: Number.MIN_SAFE_INTEGER } }, after: { n: Number.MIN_SAFE_INTEGER } },
  { changes: { set: { list: [] } }, after: { list: [] } },
  { changes: { set: { map: {} } }, after: { map: {} } },
  { changes: { set: { list: [1, [2, [3]], { a: [null] }] } }, after: { list: [1, [2, [3]], { a: [null] }] } },
  {
    changes: { set: { map: { 人: { 'a.b': 1, '[0]': 2 } } } },
    after: { map: { 人: { 'a.b': 1, '[0]': 2 } } },
  },
  { before: { n: 1 }, changes: { set: { n: 'one' } }, after: { n: 'one' } },
  { before: NESTED, changes: { set: { 'map.a': 2 } }, after: { map: { a: 2, deep: { list: ['x', 'y'] } } } },
  {
    before: NESTED,
    changes: { set: { 'map.b': 2 } },
    after: { map: { a: 1, b: 2, deep: { list: ['x', 'y'] } } },
  },
  { before: NESTED, changes: { set: { 'map.deep': 2 } }, after: { map: { a: 1, deep: 2 } } },
  {
    before: NESTED,
    changes: { set: { 'map.deep.list[1]': 'z' } },
    after: { map: { a: 1, deep: { list: ['x', 'z'] } } },
  },
  {
    before: NESTED,
    changes: { set: { 'map.deep.list[2]': 'z' } },
    after: { map: { a: 1, deep: { list: ['x', 'y', 'z'] } } },
  },
  { before: { list: [] }, changes: { set: { 'list[0]': 1 } }, after: { list: [1] } },
  { before: { list: [1, 2] }, changes: { set: { 'list[0]': 3, 'list[1]': 4 } }, after: { list: [3, 4] } },
  { before: { list: [{ a: 1 }] }, changes: { set: { 'list[0].a': 2 } }, after: { list: [{ a: 2 }] } },
  { before: { list: [[1]] }, changes: { set: { 'list[0][0]': 2 } }, after: { list: [[2]] } },
  {
    before: { 'h-1': { 'x:y#z_': 1 } },
    changes: { set: { 'h-1.x:y#z_': 2 } },
    after: { 'h-1': { 'x:y#z_': 2 } },
  },
  { before: { size: { and: 1 } }, changes: { set: { 'size.and': 2 } }, after: { size: { and: 2 } } },
  { before: { '1': 1 }, changes: { set: { '2': 2 } }, after: { '1': 1, '2': 2 } },
  { before: { n: 1 }, changes: { set: { n: undefined, m: 1 } }, after: { n: 1, m: 1 } },
  { before: { n: 1 }, changes: { set: { 'map.a': 1 } }, after: 'refused' },
  { changes: { set: { 'map.a': 1 } }, after: 'refused' },
  { before: { map: {} }, changes: { set: { 'map.a.b': 1 } }, after: 'refused' },
  { before: { n: 1 }, changes: { set: { 'n.a': 1 } }, after: 'refused' },
  { before: { n: 1 }, changes: { set: { 'n[0]': 1 } }, after: 'refused' },
  { before: { text: 'abc' }, changes: { set: { 'text[0]': 'x' } }, after: 'refused' },
  { before: { nothing: null }, changes: { set: { 'nothing.a': 1 } }, after: 'refused', notEmbedded: true },
  { before: { list: [1] }, changes: { set: { 'list[5]': 9 } }, after: { list: [1, 9] }, notEmbedded: true },
  {
    before: { list: [1] },
    changes: { set: { 'list[7]': 7, 'list[5]': 5 } },
    after: { list: [1, 5, 7] },
    notEmbedded: true,
  },
  { before: { list: [1] }, changes: { set: { 'list.a': 1 } }, after: 'refused' },
  { before: { map: { a: 1 } }, changes: { set: { 'map[0]': 1 } }, after: 'refused' },
  { before: { list: [1] }, changes: { set: { 'list[0].a': 1 } }, after: 'refused' },
  { before: { n: 1 }, changes: { set: { ok: 1, 'map.a': 1 } }, after: 'refused' },
  { before: { map: {} }, changes: { set: { 'map.constructor.a': 1 } }, after: 'refused' },
  { before: { map: {} }, changes: { set: { 'map.constructor': 1 } }, after: { map: { constructor: 1 } } },
  { before: { n: 1 }, changes: { set: { m: { $from: 'constructor' } } }, after: 'refused' },
];

const FROM: readonly ChangeCase[] = [
  { before: { n: 1 }, changes: { set: { m: { $from: 'n' } } }, after: { n: 1, m: 1 } },
  { before: { n: 1 }, changes: { set: { m: { $from: 'n', $plus: 4 } } }, after: { n: 1, m: 5 } },
  { before: { n: 1 }, changes: { set: { n: { $from: 'n', $plus: -4 } } }, after: { n: -3 } },
  { before: { n: 1 }, changes: { set: { m: { $from: 'n', $plus: 0 } } }, after: { n: 1, m: 1 } },
  { before: { n: 1 }, changes: { set: { n: 2, m: { $from: 'n' } } }, after: { n: 2, m: 1 } },
  {
    before: { a: 1, b: 2 },
    changes: { set: { a: { $from: 'b' }, b: { $from: 'a' } } },
    after: { a: 2, b: 1 },
  },
  { before: { n: 1 }, changes: { set: { m: { $from: 'n' } }, remove: ['n'] }, after: { m: 1 } },
  {
    before: { map: { a: { b: [7] } } },
    changes: { set: { m: { $from: 'map.a.b[0]' } } },
    after: { map: { a: { b: [7] } }, m: 7 },
  },
  {
    before: { map: { a: 1 } },
    changes: { set: { copy: { $from: 'map' } } },
    after: { map: { a: 1 }, copy: { a: 1 } },
  },
  { before: { list: [1] }, changes: { set: { copy: { $from: 'list' } } }, after: { list: [1], copy: [1] } },
  { before: { n: null }, changes: { set: { m: { $from: 'n' } } }, after: { n: null, m: null } },
  { before: { n: 0.5 }, changes: { set: { m: { $from: 'n', $plus: 1 } } }, after: { n: 0.5, m: 1.5 } },
  { before: { n: 1 }, changes: { set: { m: { $from: 'absent' } } }, after: 'refused' },
  { before: { n: 1 }, changes: { set: { m: { $from: 'absent', $plus: 1 } } }, after: 'refused' },
  { before: { n: 1 }, changes: { set: { m: { $from: 'n.a' } } }, after: 'refused' },
  { before: { n: 'x' }, changes: { set: { m: { $from: 'n', $plus: 1 } } }, after: 'refused' },
  { before: { n: null }, changes: { set: { m: { $from: 'n', $plus: 1 } } }, after: 'refused' },
  { before: { n: [1] }, changes: { set: { m: { $from: 'n', $plus: 1 } } }, after: 'refused' },
  { changes: { set: { m: { $from: 'n' } } }, after: 'refused' },
];

const JOIN: readonly ChangeCase[] = [
  {
    before: { a: [1], b: [2] },
    changes: { set: { c: { $join: ['a', 'b'] } } },
    after: { a: [1], b: [2], c: [1, 2] },
  },
  { before: { a: [1] }, changes: { set: { a: { $join: [[0], 'a'] } } }, after: { a: [0, 1] } },
  { before: { a: [1] }, changes: { set: { a: { $join: ['a', [2, 3]] } } }, after: { a: [1, 2, 3] } },
  { before: { a: [1] }, changes: { set: { a: { $join: ['a', 'a'] } } }, after: { a: [1, 1] } },
  { before: { a: [1] }, changes: { set: { c: { $join: ['a', 'absent'] } } }, after: { a: [1], c: [1] } },
  { before: { a: [1] }, changes: { set: { c: { $join: ['absent', 'other'] } } }, after: { a: [1], c: [] } },
  { changes: { set: { c: { $join: [[1], [2]] } } }, after: { c: [1, 2] } },
  {
    before: { free: { P: [4], C: [9] } },
    changes: { set: { 'free.P': { $join: ['free.P', 'free.C'] }, 'free.C': [] } },
    after: { free: { P: [4, 9], C: [] } },
  },
  { before: { a: [1], n: 1 }, changes: { set: { c: { $join: ['a', 'n'] } } }, after: 'refused' },
  { before: { a: [1], n: 'x' }, changes: { set: { c: { $join: ['n', 'a'] } } }, after: 'refused' },
  { before: { a: [1], n: {} }, changes: { set: { c: { $join: ['n', 'a'] } } }, after: 'refused' },
];

const SET_IF_ABSENT: readonly ChangeCase[] = [
  { before: { n: 1 }, changes: { setIfAbsent: { n: 2 } }, after: { n: 1 } },
  { before: { n: 1 }, changes: { setIfAbsent: { m: 2 } }, after: { n: 1, m: 2 } },
  { changes: { setIfAbsent: { m: [1] } }, after: { m: [1] } },
  { before: { n: null }, changes: { setIfAbsent: { n: 2 } }, after: { n: null } },
  { before: { n: false }, changes: { setIfAbsent: { n: true } }, after: { n: false } },
  { before: { map: {} }, changes: { setIfAbsent: { 'map.a': { b: 1 } } }, after: { map: { a: { b: 1 } } } },
  {
    before: { map: { a: 1 } },
    changes: { setIfAbsent: { 'map.a': 2, 'map.b': 2 } },
    after: { map: { a: 1, b: 2 } },
  },
  { before: { list: [1] }, changes: { setIfAbsent: { 'list[0]': 5 } }, after: { list: [1] } },
  { before: { n: 1 }, changes: { setIfAbsent: { 'map.a': 2 } }, after: 'refused' },
];

const ADD: readonly ChangeCase[] = [
  { before: { n: 1 }, changes: { add: { n: 2 } }, after: { n: 3 } },
  { before: { n: 1 }, changes: { add: { n: -2 } }, after: { n: -1 } },
  { before: { n: 1 }, changes: { add: { n: 0 } }, after: { n: 1 } },
  { before: { n: 1 }, changes: { add: { m: 2 } }, after: { n: 1, m: 2 } },
  { changes: { add: { m: 2 } }, after: { m: 2 } },
  { before: { map: { n: 1 } }, changes: { add: { 'map.n': 2 } }, after: { map: { n: 3 } } },
  { before: { map: {} }, changes: { add: { 'map.n': 2 } }, after: { map: { n: 2 } } },
  { before: { list: [1, 2] }, changes: { add: { 'list[1]': 5 } }, after: { list: [1, 7] } },
  { before: { a: 1, b: 2 }, changes: { add: { a: 1, b: 1 } }, after: { a: 2, b: 3 } },
  { before: { n: 0.1 }, changes: { add: { n: 2 } }, after: { n: 2.1 } },
  { before: { n: -0.7 }, changes: { add: { n: 1 } }, after: { n: 0.3 } },
  { before: { n: 1000000.1 }, changes: { add: { n: 7 } }, after: { n: 1000007.1 } },
  { before: { n: 9007199254740990 }, changes: { add: { n: 1 } }, after: { n: 9007199254740991 } },
  { before: { n: '1' }, changes: { add: { n: 2 } }, after: 'refused' },
  { before: { n: null }, changes: { add: { n: 2 } }, after: 'refused' },
  { before: { n: true }, changes: { add: { n: 2 } }, after: 'refused' },
  { before: { n: [1] }, changes: { add: { n: 2 } }, after: 'refused' },
  { before: { n: {} }, changes: { add: { n: 2 } }, after: 'refused' },
  { before: { n: 1 }, changes: { add: { 'map.n': 2 } }, after: 'refused' },
];

const APPEND: readonly ChangeCase[] = [
  { before: { l: [1] }, changes: { append: { l: [2] } }, after: { l: [1, 2] } },
  { before: { l: [1] }, changes: { append: { l: [] } }, after: { l: [1] } },
  { before: { l: [] }, changes: { append: { l: [{ a: 1 }, null] } }, after: { l: [{ a: 1 }, null] } },
  { before: { n: 1 }, changes: { append: { l: [2] } }, after: { n: 1, l: [2] } },
  { changes: { append: { l: [2, 3] } }, after: { l: [2, 3] } },
  { before: { map: { l: [1] } }, changes: { append: { 'map.l': [2] } }, after: { map: { l: [1, 2] } } },
  { before: { map: {} }, changes: { append: { 'map.l': [2] } }, after: { map: { l: [2] } } },
  { before: { l: [[1]] }, changes: { append: { 'l[0]': [2] } }, after: { l: [[1, 2]] } },
  { before: { l: 1 }, changes: { append: { l: [2] } }, after: 'refused' },
  { before: { l: 'x' }, changes: { append: { l: [2] } }, after: 'refused' },
  { before: { l: {} }, changes: { append: { l: [2] } }, after: 'refused' },
  { before: { l: null }, changes: { append: { l: [2] } }, after: 'refused' },
];

const REMOVE: readonly ChangeCase[] = [
  { before: { n: 1, m: 2 }, changes: { remove: ['n'] }, after: { m: 2 } },
  { before: { n: 1, m: 2 }, changes: { remove: ['n', 'm'] }, after: {} },
  { before: { n: 1 }, changes: { remove: ['absent'] }, after: { n: 1 } },
  { changes: { remove: ['absent'] }, after: {} },
  { before: { map: { a: 1, b: 2 } }, changes: { remove: ['map.a'] }, after: { map: { b: 2 } } },
  { before: { map: { a: 1 } }, changes: { remove: ['map.a'] }, after: { map: {} } },
  { before: { map: { a: 1 } }, changes: { remove: ['map.absent'] }, after: { map: { a: 1 } } },
  { before: { l: [1, 2, 3] }, changes: { remove: ['l[0]'] }, after: { l: [2, 3] } },
  { before: { l: [1, 2, 3] }, changes: { remove: ['l[2]'] }, after: { l: [1, 2] } },
  { before: { l: [1, 2, 3, 4] }, changes: { remove: ['l[0]', 'l[2]'] }, after: { l: [2, 4] } },
  { before: { l: [1, 2, 3, 4] }, changes: { remove: ['l[3]', 'l[1]', 'l[0]'] }, after: { l: [3] } },
  { before: { l: [1, 2] }, changes: { remove: ['l[5]'] }, after: { l: [1, 2] } },
  { before: { l: [1, 2] }, changes: { remove: ['l[0]', 'l[1]'] }, after: { l: [] } },
  { before: { l: [{ a: 1, b: 2 }] }, changes: { remove: ['l[0].a'] }, after: { l: [{ b: 2 }] } },
  {
    before: { l: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] },
    changes: { remove: ['l[2]', 'l[10]', 'l[9]'] },
    after: { l: [0, 1, 3, 4, 5, 6, 7, 8, 11] },
  },
  {
    before: { l: [{ a: 1 }, { a: 2, b: 3 }] },
    changes: { remove: ['l[0]', 'l[1].a'] },
    after: { l: [{ b: 3 }] },
  },
  { before: { n: 1 }, changes: { remove: ['map.a'] }, after: 'refused', notEmbedded: true },
  { before: { n: 1 }, changes: { remove: ['n[0]'] }, after: 'refused', notEmbedded: true },
  { before: { map: {} }, changes: { remove: ['map.a.b'] }, after: 'refused', notEmbedded: true },
  { before: { l: [[1, 2], [3]] }, changes: { remove: ['l[0][0]', 'l[1]'] }, after: { l: [[2]] } },
];

const TOGETHER: readonly ChangeCase[] = [
  {
    before: { free: [3, 7], taken: {}, left: 2 },
    changes: { set: { 'taken.p1': { $from: 'free[0]' } }, remove: ['free[0]'], add: { left: -1 } },
    after: { free: [7], taken: { p1: 3 }, left: 1 },
  },
  {
    before: { a: 1, l: [1] },
    changes: { set: { x: 1 }, setIfAbsent: { y: 2 }, add: { a: 1 }, append: { l: [2] }, remove: ['z'] },
    after: { a: 2, l: [1, 2], x: 1, y: 2 },
  },
  {
    before: { l: [{ a: 1 }, { a: 2 }] },
    changes: { set: { 'l[1].a': 5 }, remove: ['l[0].a'] },
    after: { l: [{}, { a: 5 }] },
  },
  {
    before: { map: { a: 1, b: 2 } },
    changes: { set: { 'map.a': 3 }, remove: ['map.b'] },
    after: { map: { a: 3 } },
  },
  { before: { a: 1 }, changes: { set: { b: { $from: 'a' } }, add: { a: 1 } }, after: { a: 2, b: 1 } },
  {
    before: { l: [1] },
    changes: { set: { first: { $from: 'l[0]' } }, append: { l: [2] } },
    after: { l: [1, 2], first: 1 },
  },
  {
    before: { l: [1] },
    changes: { set: { copy: { $from: 'l' } }, append: { l: [2] } },
    after: { l: [1, 2], copy: [1] },
  },
  { before: { a: 1 }, changes: { remove: ['a'], set: { b: 1 } }, after: { b: 1 } },
  { before: { a: 1, s: 'x' }, changes: { add: { a: 1, s: 1 } }, after: 'refused' },
  { before: { a: 1 }, changes: { set: { b: 1 }, add: { 'a.b': 1 } }, after: 'refused' },
];

export const CHANGE_CASES: readonly ChangeCase[] = [
  ...SET,
  ...FROM,
  ...JOIN,
  ...SET_IF_ABSENT,
  ...ADD,
  ...APPEND,
  ...REMOVE,
  ...TOGETHER,
];
