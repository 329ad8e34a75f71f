import { type Action, checkActions, parseChanges } from './changes.ts';
import { dueShardOf, keyAttributes, ttlAttribute } from './schema.ts';
import type { Changes, Condition, DomainEvent, Item, Key, Timer, Value, WriteOptions } from './table.ts';
import { InvalidTableCall } from './table-errors.ts';
import { canonical, checkName } from './value.ts';

/**
 * What an item carries besides its own attributes: its last event (outbox), its timer, and its links into
 * the indexes. The engine writes them in the same write, so none can be lost or sent without it.
 */

const EVENT = ['eventId', 'eventType', 'event'] as const;
const TIMER = ['dueShard', 'dueAt', 'dueKind', 'dueAttempts', 'dueClaim'] as const;

/** Remove these in `changes` when a charge is paid or cancelled. */
export const CHARGE_LINK = ['chargePayer', 'chargeAt'] as const;

const CARRIED: ReadonlySet<string> = new Set([...EVENT, ...TIMER, ...CHARGE_LINK, 'lookupPk', 'lookupSk']);

/** The partition of the `charges` index that lists what this payer still owes. */
export function chargesOf(payerId: string): string {
  return `charge#${payerId}`;
}

/** Puts an item on its payer's list of open charges, sorted by `at` (instant). Without a payer: off the list. */
export function chargeLink(payerId: string, at: string): { chargePayer: string; chargeAt: string };
export function chargeLink(payerId?: undefined): Record<never, never>;
export function chargeLink(payerId?: string, at?: string): { chargePayer?: string; chargeAt?: string } {
  if (payerId === undefined || at === undefined) return {};
  return { chargePayer: chargesOf(payerId), chargeAt: utc(at) };
}

/** The event the item's last write carried. */
export function eventOf({ eventId: id, eventType: type, event }: Item): DomainEvent | undefined {
  return typeof event === 'string' ? { id, type, ...JSON.parse(event) } : undefined;
}

/** The item's running timer; `attempts` counts the sweeps that have claimed it. */
export function timerOf(item: Item): (Timer & { readonly attempts: number }) | undefined {
  const { dueKind, dueAt, dueAttempts } = item;
  if (typeof dueKind !== 'string' || typeof dueAt !== 'string') return undefined;
  return { kind: dueKind, at: dueAt, attempts: typeof dueAttempts === 'number' ? dueAttempts : 0 };
}

/** The item without its event, timer and index links; the key stays. */
export function strip(item: Item): Item {
  const own = Object.entries(item).filter(([name]) => !CARRIED.has(name));
  return { ...Object.fromEntries(own), pk: item.pk, sk: item.sk };
}

/** TTL deletes hours late: what lists things says this in `where`. `now` in milliseconds. */
export function unexpired(now: number): Condition {
  const seconds = Math.floor(now / 1000);
  return { $any: [{ [ttlAttribute]: { exists: false } }, { [ttlAttribute]: { gt: seconds } }] };
}

/** The same for one item already read. */
export function isExpired(item: Item, now: number): boolean {
  const until = item[ttlAttribute];
  return typeof until === 'number' && until <= Math.floor(now / 1000);
}

/** The item as it is stored: canonical, its old event and timer replaced by those of this write. */
export function carriedByPut(item: Item, options: WriteOptions): Item {
  const key = checkKey(item);
  const fresh: { [name: string]: Value } = {};
  for (const [name, value] of Object.entries(item)) {
    if (value === undefined || isOutboxOrTimer(name)) continue;
    checkName(name);
    fresh[name] = canonical(value);
  }
  const stored = {
    ...fresh,
    ...eventAttributes(options.event),
    ...timerAttributes(key, options.timer),
    ...key,
  };
  checkIndexKeys(stored);
  return Object.freeze(stored);
}

/** An update's actions, those on event and timer included. A write without an event clears the last one. */
export function carriedByUpdate(key: Key, changes: Changes, options: WriteOptions): Action[] {
  const own = parseChanges(changes);
  if (own.length === 0 && options.event === undefined && options.timer === undefined)
    throw new InvalidTableCall('an update changes nothing');
  const actions = [...own, ...replaced(EVENT, eventAttributes(options.event))];
  if (options.timer !== undefined) actions.push(...replaced(TIMER, timerAttributes(key, options.timer)));
  checkActions(actions);
  return actions;
}

export function checkKey(key: Key): Key {
  const { pk, sk } = key;
  checkKeyString(pk, 2048);
  checkKeyString(sk, 1024);
  return { pk, sk };
}

/** What the engine refuses: an index key that is no string, or empty. */
export function checkIndexKeys(item: Item): void {
  for (const name of keyAttributes) {
    const value = item[name];
    if (value !== undefined) checkKeyString(value, name.endsWith('Sk') || name.endsWith('At') ? 1024 : 2048);
  }
}

export function checkKeyString(value: Value | undefined, maxBytes: number): asserts value is string {
  if (typeof value !== 'string' || value === '' || !value.isWellFormed())
    throw new InvalidTableCall('a key attribute must be a string with something in it');
  if (value.length * 3 > maxBytes && Buffer.byteLength(value) > maxBytes)
    throw new InvalidTableCall('a key attribute is too long');
}

function isOutboxOrTimer(name: string): boolean {
  return [...EVENT, ...TIMER].some((carried) => carried === name);
}

function eventAttributes(event: DomainEvent | undefined): { [name: string]: Value } {
  if (event === undefined) return {};
  const { id, type, at, data, traceparent } = event;
  if (id === '' || type === '') throw new InvalidTableCall('an event needs an id and a type');
  const rest = { at, data: canonical(data), ...(traceparent !== undefined && { traceparent }) };
  // One string: a pipe hands on DynamoDB's typed JSON and would not unwrap a map.
  return { eventId: id, eventType: type, event: JSON.stringify(rest) };
}

function timerAttributes(key: Key, timer: Timer | null | undefined): { [name: string]: Value } {
  if (timer === undefined || timer === null) return {};
  if (timer.kind === '') throw new InvalidTableCall('a timer needs a kind');
  return { dueShard: dueShardOf(key), dueAt: utc(timer.at), dueKind: timer.kind };
}

function replaced(names: readonly string[], attributes: { readonly [name: string]: Value }): Action[] {
  return names.map((name): Action => {
    const value = attributes[name];
    if (value === undefined) return { kind: 'remove', path: [name] };
    return { kind: 'set', path: [name], operand: { kind: 'literal', value } };
  });
}

/** One form of instant only, because indexes compare them as strings. */
function utc(at: string): string {
  const milliseconds = Date.parse(at);
  if (Number.isNaN(milliseconds) || !at.endsWith('Z'))
    throw new InvalidTableCall('an instant is UTC ISO, ending in Z');
  return new Date(milliseconds).toISOString();
}
