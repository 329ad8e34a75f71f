import type { Clause, Value } from '../../../shared/data/table.ts';

/** One attribute of each kind; `absent` is not there. */
export const STORED = {
  text: 'm',
  emptyText: '',
  digits: '5',
  upper: 'M',
  chinese: '医生',
  astral: '😀',
  five: 5,
  zero: 0,
  minus: -3,
  half: 0.5,
  yes: true,
  no: false,
  nothing: null,
  list: [1, 'a', null, 'm'],
  emptyList: [],
  map: { a: 1, b: 'x' },
  emptyMap: {},
} as const satisfies { readonly [name: string]: Value };

export type Name = keyof typeof STORED | 'absent';

export const NAMES: readonly Name[] = [
  'text',
  'emptyText',
  'digits',
  'upper',
  'chinese',
  'astral',
  'five',
  'zero',
  'minus',
  'half',
  'yes',
  'no',
  'nothing',
  'list',
  'emptyList',
  'map',
  'emptyMap',
  'absent',
];

const STRINGS: readonly Name[] = ['text', 'emptyText', 'digits', 'upper', 'chinese', 'astral'];
const NUMBERS: readonly Name[] = ['five', 'zero', 'minus', 'half'];
const PRESENT = NAMES.filter((name) => name !== 'absent');

function but(...left: readonly Name[]): readonly Name[] {
  return NAMES.filter((name) => !left.includes(name));
}

/** A clause, and the attributes for which it holds; for all others it does not. */
export const CLAUSES: readonly { readonly clause: Clause; readonly holdsFor: readonly Name[] }[] = [
  { clause: 'm', holdsFor: ['text'] },
  { clause: 5, holdsFor: ['five'] },
  { clause: true, holdsFor: ['yes'] },
  { clause: false, holdsFor: ['no'] },
  { clause: null, holdsFor: ['nothing'] },
  { clause: { eq: '' }, holdsFor: ['emptyText'] },
  { clause: { eq: '5' }, holdsFor: ['digits'] },
  { clause: { eq: 0 }, holdsFor: ['zero'] },
  { clause: { eq: -0 }, holdsFor: ['zero'] },
  { clause: { eq: 0.5 }, holdsFor: ['half'] },
  { clause: { eq: [1, 'a', null, 'm'] }, holdsFor: ['list'] },
  { clause: { eq: [1, null, 'a', 'm'] }, holdsFor: [] },
  { clause: { eq: [] }, holdsFor: ['emptyList'] },
  { clause: { eq: { b: 'x', a: 1 } }, holdsFor: ['map'] },
  { clause: { eq: {} }, holdsFor: ['emptyMap'] },
  { clause: { ne: 'm' }, holdsFor: but('text') },
  { clause: { ne: 5 }, holdsFor: but('five') },
  { clause: { ne: null }, holdsFor: but('nothing') },
  { clause: { ne: true }, holdsFor: but('yes') },
  { clause: { ne: [1, 'a', null, 'm'] }, holdsFor: but('list') },
  { clause: { ne: { a: 1, b: 'x' } }, holdsFor: but('map') },
  { clause: { lt: 'm' }, holdsFor: ['emptyText', 'digits', 'upper'] },
  { clause: { le: 'm' }, holdsFor: ['text', 'emptyText', 'digits', 'upper'] },
  { clause: { gt: 'm' }, holdsFor: ['chinese', 'astral'] },
  { clause: { ge: 'm' }, holdsFor: ['text', 'chinese', 'astral'] },
  // U+FF5E: before 😀 by bytes, behind it by JavaScript's own order.
  { clause: { gt: '～' }, holdsFor: ['astral'] },
  { clause: { lt: '～' }, holdsFor: STRINGS.filter((name) => name !== 'astral') },
  { clause: { lt: 0.5 }, holdsFor: ['zero', 'minus'] },
  { clause: { le: 0.5 }, holdsFor: ['zero', 'minus', 'half'] },
  { clause: { gt: 0.5 }, holdsFor: ['five'] },
  { clause: { ge: 0.5 }, holdsFor: ['five', 'half'] },
  { clause: { ge: -1e6 }, holdsFor: NUMBERS },
  { clause: { ge: '' }, holdsFor: STRINGS },
  { clause: { between: ['M', 'm'] }, holdsFor: ['upper', 'text'] },
  { clause: { between: [0, 0] }, holdsFor: ['zero'] },
  { clause: { between: ['m', 'm'] }, holdsFor: ['text'] },
  { clause: { between: [5, 10] }, holdsFor: ['five'] },
  { clause: { between: [-3, 0.5] }, holdsFor: ['minus', 'zero', 'half'] },
  { clause: { in: ['m', 5, null] }, holdsFor: ['text', 'five', 'nothing'] },
  { clause: { in: [true] }, holdsFor: ['yes'] },
  { clause: { in: Array.from({ length: 100 }, (_, index) => index) }, holdsFor: ['five', 'zero'] },
  { clause: { in: ['none of them'] }, holdsFor: [] },
  { clause: { exists: true }, holdsFor: PRESENT },
  { clause: { exists: false }, holdsFor: ['absent'] },
  { clause: { beginsWith: '医' }, holdsFor: ['chinese'] },
  { clause: { beginsWith: '5' }, holdsFor: ['digits'] },
  { clause: { beginsWith: '' }, holdsFor: STRINGS },
  { clause: { contains: '生' }, holdsFor: ['chinese'] },
  { clause: { contains: 'm' }, holdsFor: ['text', 'list'] },
  { clause: { contains: 1 }, holdsFor: ['list'] },
  { clause: { contains: null }, holdsFor: ['list'] },
  { clause: { contains: true }, holdsFor: [] },
  { clause: { size: { eq: 0 } }, holdsFor: ['emptyText', 'emptyList', 'emptyMap'] },
  { clause: { size: { eq: 1 } }, holdsFor: ['text', 'digits', 'upper'] },
  { clause: { size: { eq: 2 } }, holdsFor: ['chinese', 'astral', 'map'] },
  { clause: { size: { ge: 2 } }, holdsFor: ['chinese', 'astral', 'map', 'list'] },
  { clause: { size: { gt: 2 } }, holdsFor: ['list'] },
  { clause: { size: { lt: 1 } }, holdsFor: ['emptyText', 'emptyList', 'emptyMap'] },
  { clause: { size: { le: 1, gt: 0 } }, holdsFor: ['text', 'digits', 'upper'] },
  { clause: { gt: 0, lt: 5 }, holdsFor: ['half'] },
  { clause: { exists: true, ne: 'm', beginsWith: '' }, holdsFor: STRINGS.filter((name) => name !== 'text') },
];
