/**
 * The table as the domain sees it: conditions and changes are data, outcomes are values.
 *
 * Two implementations exist (`memory-table.ts`, `dynamodb-table.ts`); one conformance suite and one
 * random differential suite hold them to the same behaviour. Nothing here knows a context.
 */

export type Scalar = string | number | boolean | null;
export type Value = Scalar | readonly Value[] | { readonly [attribute: string]: Value };

/** Primary key. `pk` starts with the owning context's name (`booking#…`), which is what IAM confines. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export type Item = Key & { readonly [attribute: string]: Value };

/**
 * A document path: attribute names joined by dots, list positions in brackets: `free.P1[0]`.
 * A name is letters, digits, `_`, `-`, `:` or `#`; anything else throws.
 */
export type Path = string;

/** What one path must hold. A bare scalar means equality. Several operators in one clause are joined by AND. */
export type Clause =
  | Scalar
  | {
      readonly eq?: Value;
      readonly ne?: Value;
      readonly lt?: string | number;
      readonly le?: string | number;
      readonly gt?: string | number;
      readonly ge?: string | number;
      readonly between?: readonly [string | number, string | number];
      readonly in?: readonly Scalar[];
      readonly exists?: boolean;
      readonly beginsWith?: string;
      /** Substring of a string, or member of a list. */
      readonly contains?: Scalar;
      /** Length of a string, list or map. */
      readonly size?: {
        readonly eq?: number;
        readonly lt?: number;
        readonly le?: number;
        readonly gt?: number;
        readonly ge?: number;
      };
    };

/**
 * A condition: every listed path must satisfy its clause.
 * `$exists` speaks of the item itself; `$any`, `$all` and `$not` combine conditions.
 * As in DynamoDB a comparison with a missing attribute is false (and `ne` is true).
 */
export interface Condition {
  readonly [path: Path]: Clause | readonly Condition[] | Condition | boolean | undefined;
  readonly $exists?: boolean;
  readonly $any?: readonly Condition[];
  readonly $all?: readonly Condition[];
  readonly $not?: Condition;
}

/** The value another path held before this write, optionally with a number added. */
export interface FromPath {
  readonly $from: Path;
  readonly $plus?: number;
}

/** Two lists end to end; each part is a path as it was before this write (missing counts as empty) or a literal. */
export interface Joined {
  readonly $join: readonly [Path | readonly Value[], Path | readonly Value[]];
}

export interface Changes {
  /** Replaces. */
  readonly set?: { readonly [path: Path]: Value | FromPath | Joined | undefined };
  /** Sets only where the path is missing. */
  readonly setIfAbsent?: { readonly [path: Path]: Value };
  /** Adds to a number; a missing path counts as 0. */
  readonly add?: { readonly [path: Path]: number };
  /** Appends to a list; a missing path counts as empty. */
  readonly append?: { readonly [path: Path]: readonly Value[] };
  readonly remove?: readonly Path[];
}

/** A domain event: ids only, never personal data. Stored in the item it is about (outbox), published by the stream. */
export interface DomainEvent {
  /** Unique: consumers are idempotent by it. */
  readonly id: string;
  /** `<context>.<what-happened>`, e.g. `booking.appointment-ended`. */
  readonly type: string;
  /** Instant, UTC ISO. */
  readonly at: string;
  readonly data: { readonly [name: string]: Value };
  readonly traceparent?: string;
}

/** A timer carried by an item: the owning context's worker is called with the item's key once `at` has passed. */
export interface Timer {
  readonly kind: string;
  /** Instant, UTC ISO. */
  readonly at: string;
}

export interface WriteOptions {
  readonly if?: Condition;
  /** Replaces the item's outgoing event. A write without one clears it, so that no event is sent twice by a later write. */
  readonly event?: DomainEvent;
  /** Sets the item's timer, or clears it with `null`. Left out: unchanged by `update`, none on `put`. */
  readonly timer?: Timer | null;
}

/** `ok: false` is a failed condition: nothing was written and `current` is the item as it stood (undefined: there is none). */
export type WriteOutcome<T = Item> =
  | { readonly ok: true; readonly item: T }
  | { readonly ok: false; readonly current: T | undefined };

export type TransactOperation =
  | ({ readonly put: Item } & WriteOptions)
  | ({ readonly update: Key; readonly changes: Changes } & WriteOptions)
  | { readonly delete: Key; readonly if?: Condition }
  | { readonly check: Key; readonly if: Condition };

/** One entry an operation, in order; `failed` tells whose condition did not hold. */
export type TransactOutcome =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly failures: readonly { readonly failed: boolean; readonly current: Item | undefined }[];
    };

export type IndexName = 'lookup' | 'due' | 'charges';

export interface QuerySpec {
  readonly index?: IndexName;
  readonly pk: string;
  readonly sk?: Pick<Exclude<Clause, Scalar>, 'eq' | 'lt' | 'le' | 'gt' | 'ge' | 'between' | 'beginsWith'>;
  /** Page size before filtering. Default 100. */
  readonly limit?: number;
  /** Where the last page ended (`next` of its answer). */
  readonly after?: Item;
  readonly descending?: boolean;
  /** Strongly consistent; refused on an index. */
  readonly consistent?: boolean;
  /** Filters after reading: what it drops is read and billed all the same. */
  readonly where?: Condition;
}

export interface Page<T = Item> {
  readonly items: readonly T[];
  /** Present when there may be more. Opaque: hand it back as `after`. */
  readonly next?: Item;
}

/** Capacity consumed by one call, in DynamoDB's units. A refused write is billed like one that succeeds. */
export interface Consumed {
  readonly operation: string;
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly refused: boolean;
}

export interface Table {
  /** Eventually consistent unless asked otherwise: good as a gate, never as a decision. */
  get(key: Key, options?: { readonly consistent?: boolean }): Promise<Item | undefined>;
  /** In the order asked; missing ones are undefined. Any number of keys. */
  getMany(
    keys: readonly Key[],
    options?: { readonly consistent?: boolean },
  ): Promise<readonly (Item | undefined)[]>;
  query(spec: QuerySpec): Promise<Page>;
  put(item: Item, options?: WriteOptions): Promise<WriteOutcome>;
  /** Creates the item when it is missing, as DynamoDB does: say `if: { $exists: true }` where it must be there. Answers the new item. */
  update(key: Key, changes: Changes, options?: WriteOptions): Promise<WriteOutcome>;
  delete(key: Key, options?: { readonly if?: Condition }): Promise<WriteOutcome<Item | undefined>>;
  /** All or nothing, at most 100 operations. `token` (at most 36 characters) makes a repeat within ten minutes a no-op. */
  transact(
    operations: readonly TransactOperation[],
    options?: { readonly token?: string },
  ): Promise<TransactOutcome>;
}
