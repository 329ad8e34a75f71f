import type {
  Changes,
  Condition,
  Item,
  Key,
  QuerySpec,
  TransactOperation,
  Value,
  WriteOptions,
} from '../../../shared/data/table.ts';
import type { Random } from './random.ts';

/** One call of the table, as data, so that a history can be printed and shortened. */
export type Step =
  | { readonly get: Key; readonly consistent: boolean }
  | { readonly getMany: readonly Key[] }
  | { readonly query: QuerySpec }
  | { readonly put: Item; readonly options: WriteOptions }
  | { readonly update: Key; readonly changes: Changes; readonly options: WriteOptions }
  | { readonly delete: Key; readonly options: { readonly if?: Condition } }
  | { readonly transact: readonly TransactOperation[]; readonly token?: string };

/**
 * Makes random steps over the few keys of one prefix, so that they meet each other.
 * `l` is always a list and `m` always a map where they are there; `n`, `k` and `w` may be of any kind. What the
 * embedded engine is known to do differently is never asked for (docs/decisions/table-engine.md): nothing is set
 * beyond a list's end or below null, nothing removed below what may be missing.
 */
export function historyOf(random: Random, prefix: string, length: number): Step[] {
  const { int, chance, pick } = random;
  const keys = keysOf(prefix);

  const scalar = (): Value =>
    pick<Value>([0, 1, 2, 5, -3, 0.5, 1.25, 100, '', 'a', 'b', '医', '😀', '～', true, false, null]);
  const list = (): Value[] => Array.from({ length: int(4) }, scalar);
  const map = (): { [name: string]: Value } => ({
    ...(chance(0.7) && { x: pick<Value>([1, 2, 3, 'x']) }),
    ...(chance(0.5) && { y: list() }),
    ...(chance(0.3) && { 'h-1': { q: scalar() } }),
  });
  const wild = (): Value => pick<Value>([1, 'text', true, [1, 2], { x: 1 }, list(), map()]);
  const links = (): { [name: string]: Value } => ({
    ...(chance(0.25) && { lookupPk: pick([`${prefix}#look`, `${prefix}#other`]) }),
    ...(chance(0.25) && { lookupSk: pick(['1', '2', '3']) }),
    ...(chance(0.1) && { chargePayer: `charge#${prefix}`, chargeAt: pick(['2026-01-01', '2026-02-01']) }),
  });
  const attributes = (): { [name: string]: Value } => ({
    ...(chance(0.7) && { n: chance(0.8) ? int(10) : scalar() }),
    ...(chance(0.4) && { k: scalar() }),
    ...(chance(0.6) && { l: list() }),
    ...(chance(0.6) && { m: map() }),
    ...(chance(0.3) && { w: wild() }),
    ...(chance(0.2) && { charge: map() }),
    ...(chance(0.05) && { text: 'x'.repeat(int(3000)) }),
    ...links(),
  });

  const path = (): string =>
    pick(['n', 'k', 'l', 'm', 'w', 'm.x', 'm.y', 'm.h-1.q', 'm.y[0]', 'l[0]', 'l[1]', 'w.x', 'w[0]', 'none']);
  const clause = (): Condition[string] =>
    pick<() => Condition[string]>([
      () => pick([1, 2, 'a', null, true]),
      () => ({ eq: pick<Value>([scalar(), list(), map()]) }),
      () => ({ ne: scalar() }),
      () => ({ lt: pick([2, 'b']) }),
      () => ({ le: pick([1, 'a']) }),
      () => ({ gt: pick([0, 'a', '～']) }),
      () => ({ ge: pick([1, '医']) }),
      () => ({
        between: pick<[string, string] | [number, number]>([
          [0, 2],
          ['a', 'b'],
          [-5, 5],
        ]),
      }),
      () => ({ in: [1, 'a', null].slice(int(3)) }),
      () => ({ exists: chance(0.7) }),
      () => ({ beginsWith: pick(['', 'a', '医']) }),
      () => ({ contains: pick([1, 'a', null, '']) }),
      () => ({ size: pick([{ eq: int(4) }, { gt: 0 }, { le: 2, ge: 1 }]) }),
    ])();
  const condition = (depth: number): Condition => {
    const one = { [path()]: clause() };
    if (depth === 0 || chance(0.5)) return one;
    const more = (): Condition[] => Array.from({ length: 1 + int(3) }, () => condition(depth - 1));
    return pick<() => Condition>([
      () => ({ ...one, [path()]: clause() }),
      () => ({ $any: more() }),
      () => ({ $all: more(), ...one }),
      () => ({ $not: condition(depth - 1) }),
    ])();
  };
  /** Mostly conditions that often hold, or the history would be one long refusal. */
  const guard = (): { if?: Condition } => {
    if (chance(0.55)) return {};
    if (chance(0.3)) return { if: { $exists: chance(0.75) } };
    return { if: chance(0.5) ? { n: { ge: int(3) } } : condition(2) };
  };
  const carried = (): Pick<WriteOptions, 'event' | 'timer'> => ({
    ...(chance(0.2) && {
      event: {
        id: `e${int(1000)}`,
        type: 'diff.happened',
        at: '2026-01-01T00:00:00.000Z',
        data: { to: int(5) },
      },
    }),
    ...(chance(0.2) && {
      timer: chance(0.4) ? null : { kind: pick(['lapse', 'remind']), at: `2026-01-0${1 + int(9)}T00:00:00Z` },
    }),
  });

  const change = (): { changes: Changes; needs: Condition } => {
    const set: Record<string, NonNullable<Changes['set']>[string]> = {};
    const add: Record<string, number> = {};
    const remove: string[] = [];
    const append: Record<string, Value[]> = {};
    const setIfAbsent: Record<string, Value> = {};
    const needs: Record<string, Condition[string]> = {};
    for (let count = pick([1, 1, 2, 2, 3]); count > 0; count -= 1)
      pick<() => void>([
        () => Object.assign(set, { n: int(10) }),
        () => Object.assign(set, { [pick(['k', 'm.x', 'm.h-1.q'])]: scalar() }),
        () =>
          Object.assign(set, pick<object>([{ l: list() }, { m: map() }, { w: wild() }, { 'm.y': list() }])),
        () => Object.assign(set, { [pick(['l[0]', 'm.y[0]', 'w.x', 'w[0]'])]: int(100) }),
        () =>
          Object.assign(set, {
            [pick(['n', 'm.x'])]: { $from: pick(['n', 'm.x', 'l[0]', 'none']), $plus: int(7) - 3 },
          }),
        () => Object.assign(set, { k: { $from: pick(['n', 'k', 'l', 'm', 'l[1]', 'm.y']) } }),
        () =>
          Object.assign(set, {
            [pick(['l', 'm.y'])]: {
              $join: [pick(['l', 'm.y', 'none']), pick<string | Value[]>(['l', [7], 'w'])],
            },
          }),
        () => Object.assign(set, links()),
        () => Object.assign(add, { [pick(['n', 'n', 'k', 'm.x', 'm.new'])]: int(5) - 2 }),
        () => Object.assign(append, { [pick(['l', 'l', 'm.y', 'w'])]: list() }),
        () => Object.assign(setIfAbsent, { [pick(['n', 'k', 'm.x', 'm.z'])]: scalar() }),
        () => remove.push(pick(['n', 'k', 'l', 'm', 'w', 'none', 'lookupSk', 'lookupPk', 'text'])),
        () => {
          remove.push(...pick([['m.x'], ['m.none'], ['m.x', 'm.y']]));
          needs['m'] = { exists: true };
        },
        () => {
          remove.push(...pick([['l[0]'], ['l[1]', 'l[0]'], ['l[0]', 'l[2]'], ['l[9]']]));
          needs['l'] = { exists: true };
        },
      ])();
    return { changes: { set, add, remove, append, setIfAbsent }, needs };
  };
  const update = (): { changes: Changes; options: WriteOptions } => {
    const { changes, needs } = change();
    const own = guard().if;
    const needed = Object.keys(needs).length > 0 ? [needs] : [];
    const all = [...needed, ...(own === undefined ? [] : [own])];
    return { changes, options: { ...(all.length > 0 && { if: { $all: all } }), ...carried() } };
  };

  const operation = (): TransactOperation => {
    const key = pick(keys);
    return pick<() => TransactOperation>([
      () => ({ put: { ...key, ...attributes() }, ...guard(), ...carried() }),
      () => {
        const { changes, options } = update();
        return { update: key, changes, ...options };
      },
      () => ({ delete: key, ...guard() }),
      () => ({ check: key, if: guard().if ?? { $exists: true } }),
    ])();
  };

  const query = (): QuerySpec => {
    const page = { limit: pick([1, 2, 3, 100]), descending: chance(0.3) };
    const where = chance(0.3) ? { where: condition(1) } : {};
    return pick<() => QuerySpec>([
      () => ({ pk: pick(keys).pk, consistent: chance(0.5), ...page, ...where }),
      () => ({
        pk: pick(keys).pk,
        sk: pick([{ ge: 'b' }, { lt: 'c' }, { beginsWith: 'a' }, { between: ['a', 'b'] as const }]),
        ...page,
      }),
      () => ({ index: 'lookup', pk: `${prefix}#look`, ...page, ...where }),
      () => ({ index: 'lookup', pk: `${prefix}#look`, sk: { gt: '1' }, ...page }),
      () => ({ index: 'charges', pk: `charge#${prefix}`, ...page }),
      () => ({ index: 'due', pk: `due#${prefix}#0${int(4)}`, sk: { le: '2026-01-05' }, ...page }),
    ])();
  };

  const step = (): Step => {
    const kind = int(100);
    if (kind < 10) return { get: pick(keys), consistent: chance(0.5) };
    if (kind < 13) return { getMany: Array.from({ length: int(6) }, () => pick(keys)) };
    if (kind < 26) return { query: query() };
    if (kind < 44) return { put: { ...pick(keys), ...attributes() }, options: { ...guard(), ...carried() } };
    if (kind < 82) return { update: pick(keys), ...update() };
    if (kind < 87) return { delete: pick(keys), options: guard() };
    return {
      transact: Array.from({ length: 1 + int(3) }, operation),
      ...(chance(0.3) && { token: `${prefix}-${int(5)}` }),
    };
  };
  return Array.from({ length }, step);
}

/** Every key a history of this prefix touches. */
export function keysOf(prefix: string): { pk: string; sk: string }[] {
  return ['1', '2'].flatMap((pk) => ['a', 'b', 'c'].map((sk) => ({ pk: `${prefix}#${pk}`, sk })));
}
