import { checkKey } from './carried.ts';
import { checkUnsaid, type Said, saidBy, withoutSaid } from './said.ts';
import { contextOf } from './schema.ts';
import type {
  Changes,
  Condition,
  Item,
  Key,
  Page,
  QuerySpec,
  Table,
  TransactOperation,
  Value,
  WriteOptions,
  WriteOutcome,
} from './table.ts';
import { InvalidTableCall } from './table-errors.ts';

interface Consistency {
  readonly consistent?: boolean;
}

/** One kind of item of one context: its keys and its type, so that a store reads like a sentence. */
export interface Entity<Id, T extends object> {
  key(id: Id): Key;
  get(table: Table, id: Id, options?: Consistency): Promise<T | undefined>;
  /** In the order asked. */
  getMany(table: Table, ids: readonly Id[], options?: Consistency): Promise<readonly (T | undefined)[]>;
  /** Only where the query finds nothing but this kind of item. */
  query(table: Table, spec: QuerySpec): Promise<Page<T>>;
  put(table: Table, id: Id, value: T, options?: WriteOptions): Promise<WriteOutcome<T>>;
  update(table: Table, id: Id, changes: Changes, options?: WriteOptions): Promise<WriteOutcome<T>>;
  delete(table: Table, id: Id, options?: { readonly if?: Condition }): Promise<WriteOutcome<T | undefined>>;
  putOperation(id: Id, value: T, options?: WriteOptions): TransactOperation;
  updateOperation(id: Id, changes: Changes, options?: WriteOptions): TransactOperation;
  deleteOperation(id: Id, options?: { readonly if?: Condition }): TransactOperation;
  checkOperation(id: Id, condition: Condition): TransactOperation;
  /**
   * The item as its own type. It is not parsed, because nothing but this layer wrote it, and it still holds its
   * key, event, timer and links: `T` may declare those it reads (`dueAt`, `lookupPk`).
   */
  from(item: Item): T;
}

/**
 * Declares a kind of item. `keyOf` makes its key from its id; a key outside the context throws
 * `InvalidTableCall`, since IAM would refuse it in the city and nobody would on a laptop. What the key has
 * `said` of it is not stored; a query cannot filter by it.
 */
export function entity<Id, T extends object>(
  context: string,
  name: string,
  keyOf: (id: Id) => Key,
  said: Said<T> = {},
): Entity<Id, T> {
  const saysNothing = Object.keys(said).length === 0;
  function key(id: Id): Key {
    const made = checkKey(keyOf(id));
    if (contextOf(made.pk) !== context || made.pk === context)
      throw new InvalidTableCall(`the key of ${name} must begin with ${context}#`);
    return made;
  }
  /** The key, for a call that neither changes nor judges what the key says. */
  function keyFor(id: Id, condition: Condition | undefined, changes?: Changes): Key {
    if (!saysNothing) checkUnsaid(said, changes, condition);
    return key(id);
  }
  function itemOf(id: Id, value: T, options: WriteOptions = {}): Item {
    const own = keyFor(id, options.if);
    return { ...(saysNothing ? fields(value) : withoutSaid(said, own, fields(value))), ...own };
  }
  const from = (item: Item): T =>
    saysNothing ? typed<T>(item) : { ...typed<T>(item), ...saidBy(said, item) };
  const found = (item: Item | undefined): T | undefined => (item === undefined ? undefined : from(item));

  return {
    key,
    from,
    get: async (table, id, options) => found(await table.get(key(id), options)),
    getMany: async (table, ids, options) => (await table.getMany(ids.map(key), options)).map(found),
    async query(table, spec) {
      const page = await table.query(spec);
      return { ...page, items: page.items.map(from) };
    },
    async put(table, id, value, options) {
      const outcome = await table.put(itemOf(id, value, options), options);
      return outcome.ok
        ? { ok: true, item: from(outcome.item) }
        : { ok: false, current: found(outcome.current) };
    },
    async update(table, id, changes, options) {
      const outcome = await table.update(keyFor(id, options?.if, changes), changes, options);
      return outcome.ok
        ? { ok: true, item: from(outcome.item) }
        : { ok: false, current: found(outcome.current) };
    },
    async delete(table, id, options) {
      const outcome = await table.delete(keyFor(id, options?.if), options);
      return outcome.ok
        ? { ok: true, item: found(outcome.item) }
        : { ok: false, current: found(outcome.current) };
    },
    putOperation: (id, value, options) => ({ put: itemOf(id, value, options), ...options }),
    updateOperation: (id, changes, options) => ({
      update: keyFor(id, options?.if, changes),
      changes,
      ...options,
    }),
    deleteOperation: (id, options) => ({ delete: keyFor(id, options?.if), ...options }),
    checkOperation: (id, condition) => ({ check: keyFor(id, condition), if: condition }),
  };
}

/**
 * The one place where the types are taken at their word: an item of this key was written from a `T` by this
 * entity, and every `T` consists of values (what is none, `put` refuses).
 */
function typed<T extends object>(item: Item): T {
  return item as unknown as T;
}

function fields(value: object): { readonly [name: string]: Value } {
  return Object.fromEntries(Object.entries(value));
}
