import type { Clock } from '../kernel/clock.ts';
import { type Ids, randomIds } from '../kernel/ids.ts';
import { timerOf } from './carried.ts';
import { dueShards, parkedShard } from './schema.ts';
import type { Item, Key, Table } from './table.ts';

/** An item whose timer has passed, as it stood when it was claimed. */
export interface Due {
  readonly key: Key;
  readonly item: Item;
}

/** Changes or clears the timer by condition; a timer it leaves alone is cleared. It throws to be called again. */
export type DueHandler = (due: Due) => Promise<void>;

export interface Sweep {
  readonly table: Pick<Table, 'query' | 'update'>;
  readonly context: string;
  readonly clock: Clock;
  /** Names each claim. */
  readonly ids?: Ids;
  /** By timer kind. */
  readonly handlers: { readonly [kind: string]: DueHandler };
  /** Most timers to claim in each of the context's partitions. Default 100. */
  readonly limit?: number;
  /** After so long no more timers are claimed: what is left is the next sweep's. Default: without end. */
  readonly mostMs?: number;
  /** A claimed timer comes back after this if nobody finishes: longer than any handler runs. Default 120. */
  readonly leaseSeconds?: number;
  /** After so many claims without success the timer is parked. Default 10. */
  readonly maxAttempts?: number;
  /** Told of each handler that threw; the error may not be logged whole, since it may hold personal data. */
  readonly onFailure?: (failure: {
    readonly kind: string;
    readonly attempts: number;
    readonly error: unknown;
  }) => void;
}

export interface SweepResult {
  readonly claimed: number;
  readonly done: number;
  readonly failed: number;
  /** Of the failed: given up, waiting for an operator in the context's parked partition. */
  readonly parked: number;
}

type Ending = 'done' | 'failed' | 'parked';

/** A claimed timer: its item as claimed, the partition it stands in, and whose it is. */
interface Claim {
  readonly item: Item;
  readonly shard: string;
  readonly name: string;
  readonly attempts: number;
}

const MAX_DELAY_SECONDS = 3_600;
/** 35 bits: few sweeps are ever at work at once on one item. */
const CLAIM_LENGTH = 6;

/**
 * Handles a context's timers that have passed. The index only tells where to look: each timer is claimed on its
 * item by condition, so that two sweeps at once, or an index that lags, never handle one twice. The claim is a
 * lease: a sweep that dies half-way leaves the timer to the next one. Handlers are called at least once.
 * Throws what the table throws, once every partition has been tried.
 */
export async function sweepDue(sweep: Sweep): Promise<SweepResult> {
  const shards = await Promise.allSettled(dueShards(sweep.context).map((shard) => sweepShard(sweep, shard)));
  const broken = shards.find((shard) => shard.status === 'rejected');
  // Only now: a Lambda is frozen when it answers, and the other partitions would stop half-way.
  if (broken !== undefined) throw broken.reason;
  const all = shards.flatMap((shard) => (shard.status === 'fulfilled' ? shard.value : []));
  const parked = all.filter((ending) => ending === 'parked').length;
  const done = all.filter((ending) => ending === 'done').length;
  return { claimed: all.length, done, failed: all.length - done, parked };
}

async function sweepShard(sweep: Sweep, shard: string): Promise<Ending[]> {
  const { table, clock, limit = 100, mostMs = Number.POSITIVE_INFINITY } = sweep;
  const startedAt = clock.now();
  const now = new Date(startedAt).toISOString();
  const endings: Ending[] = [];
  let after: Item | undefined;
  do {
    const page = await table.query({ index: 'due', pk: shard, sk: { le: now }, ...(after && { after }) });
    for (const entry of page.items) {
      if (endings.length >= limit || clock.now() - startedAt >= mostMs) return endings;
      const claim = await claimed(sweep, shard, entry);
      if (claim !== undefined) endings.push(await handled(sweep, claim));
    }
    after = page.next;
  } while (after !== undefined);
  return endings;
}

/** Undefined when the item no longer has the timer the index tells of. */
async function claimed(
  { table, clock, ids = randomIds, leaseSeconds = 120 }: Sweep,
  shard: string,
  entry: Item,
): Promise<Claim | undefined> {
  const { pk, sk, dueAt } = entry;
  if (typeof dueAt !== 'string') return undefined;
  const lease = new Date(clock.now() + leaseSeconds * 1000).toISOString();
  const name = ids.next(CLAIM_LENGTH);
  const outcome = await table.update(
    { pk, sk },
    { set: { dueAt: lease, dueClaim: name }, add: { dueAttempts: 1 } },
    { if: { dueShard: shard, dueAt } },
  );
  if (!outcome.ok) return undefined;
  return { item: outcome.item, shard, name, attempts: timerOf(outcome.item)?.attempts ?? 1 };
}

async function handled(sweep: Sweep, claim: Claim): Promise<Ending> {
  const { handlers, maxAttempts = 10, onFailure } = sweep;
  const { item, attempts } = claim;
  const kind = timerOf(item)?.kind ?? '';
  // Earlier sweeps died in the handler without a word.
  if (attempts > maxAttempts) return parked(sweep, claim);
  try {
    const handler = Object.hasOwn(handlers, kind) ? handlers[kind] : undefined;
    if (handler === undefined) throw new Error(`nobody handles the timer ${kind}`);
    await handler({ key: { pk: item.pk, sk: item.sk }, item });
  } catch (error) {
    onFailure?.({ kind, attempts, error });
    return attempts >= maxAttempts ? parked(sweep, claim) : delayed(sweep, claim);
  }
  await sweep.table.update(item, {}, { if: untouched(claim), timer: null });
  return 'done';
}

async function delayed({ table, clock, leaseSeconds = 120 }: Sweep, claim: Claim): Promise<Ending> {
  const seconds = Math.min(leaseSeconds * 2 ** (claim.attempts - 1), MAX_DELAY_SECONDS);
  const dueAt = new Date(clock.now() + seconds * 1000).toISOString();
  await table.update(claim.item, { set: { dueAt } }, { if: untouched(claim) });
  return 'failed';
}

async function parked({ table, context }: Sweep, claim: Claim): Promise<Ending> {
  const set = { dueShard: parkedShard(context) };
  const outcome = await table.update(claim.item, { set }, { if: untouched(claim) });
  return outcome.ok ? 'parked' : 'failed';
}

/**
 * The timer is still this claim's. Not told by the instant at which its lease ends: a handler may set the timer to it,
 * and another sweep of the same millisecond claims that one with the same.
 */
function untouched({ shard, name }: Claim): { dueShard: string; dueClaim: string } {
  return { dueShard: shard, dueClaim: name };
}
