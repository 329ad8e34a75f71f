import type { IndexName, Key } from './table.ts';

/**
 * The table, defined once: CDK, the local launcher and both implementations read it here.
 * Every key attribute is a string. An item without an index's two attributes is not in that index.
 */
export interface TableIndex {
  readonly partitionKey: string;
  readonly sortKey: string;
  /** `ALL`, or what is projected besides the keys of the table and of the index. */
  readonly projection: 'ALL' | readonly string[];
}

export const tableKeys = { partitionKey: 'pk', sortKey: 'sk' } as const;

/** Epoch seconds. The engine deletes late (on the laptop never), so readers filter by it: `unexpired`. */
export const ttlAttribute = 'expiresAt';

export const streamView = 'NEW_AND_OLD_IMAGES';

export const indexNames: readonly IndexName[] = ['lookup', 'due', 'charges'];

export const tableIndexes: { readonly [name in IndexName]: TableIndex } = {
  /** An item's second way in, e.g. by a keyed blind index. */
  lookup: { partitionKey: 'lookupPk', sortKey: 'lookupSk', projection: 'ALL' },
  /** Items with a timer, swept by their context's worker. */
  due: { partitionKey: 'dueShard', sortKey: 'dueAt', projection: ['dueKind'] },
  /** What a payer still owes, whichever context asks for it: the charge alone, so that other changes cost nothing here. */
  charges: { partitionKey: 'chargePayer', sortKey: 'chargeAt', projection: ['charge'] },
};

/** Attributes that are a key of the table or of an index: always strings, never empty. */
export const keyAttributes: readonly string[] = [
  tableKeys.partitionKey,
  tableKeys.sortKey,
  ...indexNames.flatMap((name) => [tableIndexes[name].partitionKey, tableIndexes[name].sortKey]),
];

/** A sweep of one context reads this many partitions; one partition takes 1,000 writes a second. */
export const DUE_SHARDS = 4;

/** The owning context: what stands before the first `#` of the partition key. */
export function contextOf(pk: string): string {
  return pk.split('#', 1)[0] ?? pk;
}

/** The partition of the `due` index an item's timer stands in. Stable for ever: it is stored. */
export function dueShardOf(key: Pick<Key, 'pk'>): string {
  return shardName(contextOf(key.pk), fnv1a(key.pk) % DUE_SHARDS);
}

/** All partitions of the `due` index that hold this context's timers. */
export function dueShards(context: string): string[] {
  return Array.from({ length: DUE_SHARDS }, (_, shard) => shardName(context, shard));
}

/** Where timers rest whose handler failed too often; nothing sweeps it, an operator looks at it. */
export function parkedShard(context: string): string {
  return `due#${context}#parked`;
}

function shardName(context: string, shard: number): string {
  return `due#${context}#${String(shard).padStart(2, '0')}`;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  // The lowest bits of FNV-1a only see the lowest bits of each byte.
  return (hash ^ (hash >>> 16)) >>> 0;
}
