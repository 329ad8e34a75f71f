import { isList, isMap } from './path.ts';
import { indexNames, tableIndexes } from './schema.ts';
import type { IndexName, Item, Value } from './table.ts';
import { sameValue } from './value.ts';

/**
 * DynamoDB's capacity arithmetic: what the engine bills, for what it does not report (a refused write) and
 * for the table in memory. Source: developer guide, "Item sizes and formats" and "Capacity unit consumption".
 */

const WRITE_UNIT = 1024;
const READ_UNIT = 4096;

/** The engine refuses a larger item. */
export const MAX_ITEM_BYTES = 400 * 1024;

/** A page of a query or batch ends once it has read this much. */
export const MAX_PAGE_BYTES = 1024 * 1024;

/** Bytes of an item: names and values. */
export function itemBytes(item: Item): number {
  return mapBytes(item);
}

function mapBytes(map: { readonly [name: string]: Value }): number {
  let bytes = 0;
  for (const name in map) {
    const value = map[name];
    if (value !== undefined) bytes += textBytes(name) + valueBytes(value);
  }
  return bytes;
}

function valueBytes(value: Value): number {
  if (typeof value === 'string') return textBytes(value);
  if (typeof value === 'number') return numberBytes(value);
  if (isList(value)) return 3 + value.reduce<number>((sum, element) => sum + 1 + valueBytes(element), 0);
  if (isMap(value)) return 3 + Object.keys(value).length + mapBytes(value);
  return 1;
}

function textBytes(text: string): number {
  return Buffer.byteLength(text);
}

/**
 * One byte, one for two significant digits before the point and one for two behind it, one for a minus.
 * The developer guide rounds the other way and forgets the point; this is what the service was measured to do.
 */
function numberBytes(value: number): number {
  if (value === 0) return 1;
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '').length;
  const whole = Math.min(digits, Math.max(0, Number(exponent) + 1));
  return 1 + Math.ceil(whole / 2) + Math.ceil((digits - whole) / 2) + (value < 0 ? 1 : 0);
}

/** Units to read so many bytes; an eventually consistent read costs half. */
export function readUnits(bytes: number, consistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / READ_UNIT)) * (consistent ? 1 : 0.5);
}

function units(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / WRITE_UNIT));
}

/** Units of a write refused by its condition: it is billed by the item as it stood. */
export function refusedUnits(current: Item | undefined): number {
  return units(current === undefined ? 0 : itemBytes(current));
}

/** Units of a write to the table alone: the larger of both sizes. */
export function tableUnits(before: Item | undefined, after: Item | undefined): number {
  return Math.max(refusedUnits(before), refusedUnits(after));
}

/** Units a write costs in the indexes. */
export function indexUnits(before: Item | undefined, after: Item | undefined): number {
  return indexNames.reduce((sum, name) => sum + entryUnits(name, before, after), 0);
}

function entryUnits(name: IndexName, before: Item | undefined, after: Item | undefined): number {
  const old = before && indexEntry(name, before);
  const fresh = after && indexEntry(name, after);
  if (old === undefined || fresh === undefined) return entrySize(old) + entrySize(fresh);
  const { partitionKey, sortKey } = tableIndexes[name];
  const stays = old[partitionKey] === fresh[partitionKey] && old[sortKey] === fresh[sortKey];
  if (!stays) return entrySize(old) + entrySize(fresh);
  return sameValue(old, fresh) ? 0 : Math.max(entrySize(old), entrySize(fresh));
}

function entrySize(entry: Item | undefined): number {
  return entry === undefined ? 0 : units(itemBytes(entry));
}

/** What an index holds of an item; undefined when the item is not in it. */
export function indexEntry(name: IndexName, item: Item): Item | undefined {
  const { partitionKey, sortKey, projection } = tableIndexes[name];
  const [partition, sort] = [item[partitionKey], item[sortKey]];
  if (partition === undefined || sort === undefined) return undefined;
  if (projection === 'ALL') return item;
  const projected = projection.flatMap((attribute) => {
    const value = item[attribute];
    return value === undefined ? [] : [[attribute, value] as const];
  });
  const { pk, sk } = item;
  return Object.freeze({
    pk,
    sk,
    [partitionKey]: partition,
    [sortKey]: sort,
    ...Object.fromEntries(projected),
  });
}
