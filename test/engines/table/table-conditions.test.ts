import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Clause, Condition, Item } from '../../../shared/data/table.ts';
import { CLAUSES, NAMES, type Name, STORED } from './condition-cases.ts';
import { body, freshKey, type RunningTarget, said, targets } from './targets.ts';

/** The same attributes at the top, inside maps, and as list elements (one list each, so that positions stay put). */
const WHOLE = {
  ...STORED,
  inner: { deep: STORED },
  lists: Object.fromEntries(Object.entries(STORED).map(([name, value]) => [name, ['first', value]])),
};

const PLACES: readonly ((name: Name) => string)[] = [
  (name) => name,
  (name) => `inner.deep.${name}`,
  (name) => `lists.${name}[1]`,
];

const ITEM = { five: 5, text: 'm', map: { a: 1 } };

const COMBINATIONS: readonly { readonly condition: Condition; readonly holds: boolean }[] = [
  { condition: { $exists: true }, holds: true },
  { condition: { $exists: false }, holds: false },
  { condition: { $exists: true, five: 5 }, holds: true },
  { condition: { five: 5, text: 'm' }, holds: true },
  { condition: { five: 5, text: 'n' }, holds: false },
  { condition: { $any: [{ five: 6 }, { text: 'm' }] }, holds: true },
  { condition: { $any: [{ five: 6 }, { text: 'n' }] }, holds: false },
  { condition: { $any: [{ five: 6 }], text: 'm' }, holds: false },
  { condition: { $any: [{ five: 5 }, { five: 6 }], text: 'n' }, holds: false },
  { condition: { text: 'n', $any: [{ five: 6 }, { five: 5 }] }, holds: false },
  { condition: { $any: [{ five: 5 }, { $all: [{ text: 'n' }, { five: 6 }] }] }, holds: true },
  { condition: { $all: [{ five: { gt: 1 } }, { five: { lt: 9 } }] }, holds: true },
  { condition: { $all: [{ five: { gt: 1 } }, { five: { lt: 2 } }] }, holds: false },
  { condition: { $exists: true, $any: [{ five: 6 }] }, holds: false },
  { condition: { $any: [{ five: 5 }], $all: [{ five: 6 }] }, holds: false },
  { condition: { $all: [{ five: 5 }], $not: { five: 5 } }, holds: false },
  { condition: { $not: { five: 6 } }, holds: true },
  { condition: { $not: { five: 5 } }, holds: false },
  { condition: { $not: { absent: { lt: 3 } } }, holds: true },
  { condition: { $not: { $any: [{ five: 5 }, { text: 'n' }] } }, holds: false },
  { condition: { $not: { $all: [{ five: 5 }, { text: 'n' }] } }, holds: true },
  { condition: { $not: { $not: { five: 5 } } }, holds: true },
  { condition: { $any: [{ $all: [{ five: 6 }, { text: 'm' }] }, { $not: { 'map.a': 2 } }] }, holds: true },
  { condition: { $any: [{ $exists: false }, { five: { in: [4, 5] } }] }, holds: true },
  { condition: { 'map.a.b': { exists: false } }, holds: true },
  { condition: { 'text.a': { exists: false } }, holds: true },
  { condition: { 'text[0]': { exists: false } }, holds: true },
  { condition: { 'five.a': { ne: 1 } }, holds: true },
  { condition: { constructor: { exists: false } }, holds: true },
  { condition: { 'map.toString': { exists: false } }, holds: true },
  { condition: { 'text.length': { exists: false } }, holds: true },
  { condition: { 'map[0]': { eq: 1 } }, holds: false },
  { condition: { pk: { beginsWith: 'test#' }, sk: 'item' }, holds: true },
];

const MISSING: readonly { readonly condition: Condition; readonly holds: boolean }[] = [
  { condition: { $exists: false }, holds: true },
  { condition: { $exists: true }, holds: false },
  { condition: { five: 5 }, holds: false },
  { condition: { five: { ne: 5 } }, holds: true },
  { condition: { five: { exists: false } }, holds: true },
  { condition: { five: { lt: 5 } }, holds: false },
  { condition: { $not: { five: { lt: 5 } } }, holds: true },
  { condition: { five: { size: { eq: 0 } } }, holds: false },
  { condition: { $any: [{ $exists: false }, { five: 5 }] }, holds: true },
];

describe.each(targets)('a condition $name', ({ start }) => {
  let target: RunningTarget;
  let whole: Item;

  beforeAll(async () => {
    target = await start();
    whole = { ...freshKey(), ...WHOLE };
    await target.table.put(whole);
  });
  afterAll(() => target.stop());

  const cases = CLAUSES.flatMap(({ clause, holdsFor }) =>
    NAMES.map((name) => ({ clause, name, said: said(clause), holds: holdsFor.includes(name) })),
  );
  it.each(cases)(
    '$said for $name is $holds, at the top, inside maps and in a list',
    async ({ clause, name, holds }) => {
      const everywhere = PLACES.map((pathTo) => ({ [pathTo(name)]: clause }));
      const condition: Condition = holds ? { $all: everywhere } : { $not: { $any: everywhere } };
      expect(await target.table.transact([{ check: whole, if: condition }])).toEqual({ ok: true });
    },
  );

  it.each(cases.filter(({ name }) => name === 'text' || name === 'five' || name === 'absent'))(
    '$said for $name is $holds as a filter',
    async ({ clause, name, holds }) => {
      const page = await target.table.query({ pk: whole.pk, where: { [name]: clause } });
      expect(page.items.length).toBe(holds ? 1 : 0);
    },
  );

  // Not it.each: it would cut the titles short.
  for (const { condition, holds } of COMBINATIONS) {
    it(`${said(condition)} is ${holds}`, async () => {
      const key = freshKey();
      await target.table.put({ ...key, ...ITEM });
      const outcome = await target.table.update(key, { set: { seen: true } }, { if: condition });
      expect(outcome.ok).toBe(holds);
      expect(body(await target.table.get(key, { consistent: true }))).toEqual(
        holds ? { ...ITEM, seen: true } : ITEM,
      );
    });
  }

  it.each(MISSING.map((each) => ({ ...each, said: JSON.stringify(each.condition) })))(
    '$said is $holds of an item that is not there',
    async ({ condition, holds }) => {
      const key = freshKey();
      const outcome = await target.table.put({ ...key, ...ITEM }, { if: condition });
      expect(outcome.ok).toBe(holds);
      expect(body(await target.table.get(key, { consistent: true }))).toEqual(holds ? ITEM : undefined);
    },
  );

  const refusals: readonly {
    what: string;
    attempt: (item: Item, clause: Clause) => Promise<{ ok: boolean }>;
  }[] = [
    { what: 'a put', attempt: (item, five) => target.table.put({ ...item, five: 9 }, { if: { five } }) },
    {
      what: 'an update',
      attempt: (item, five) => target.table.update(item, { set: { five: 9 } }, { if: { five } }),
    },
    { what: 'a delete', attempt: (item, five) => target.table.delete(item, { if: { five } }) },
  ];
  it.each(refusals)('refuses $what and answers the item as it stands', async ({ attempt }) => {
    const item = { ...freshKey(), ...ITEM };
    await target.table.put(item);
    expect(await attempt(item, { gt: 5 })).toEqual({ ok: false, current: item });
    expect(await target.table.get(item, { consistent: true })).toEqual(item);
  });
  it.each(refusals)('refuses $what of a missing item and answers that there is none', async ({ attempt }) => {
    const key = freshKey();
    expect(await attempt({ ...key }, 5)).toEqual({ ok: false, current: undefined });
    expect(await target.table.get(key, { consistent: true })).toBeUndefined();
  });
});
