import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { isList } from './path.ts';
import type { Item, Value } from './table.ts';
import { checkNumber } from './value.ts';

/** The wire form. Expects what `canonical` answers. */
export function toAttribute(value: Value): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(checkNumber(value)) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (isList(value)) return { L: value.map(toAttribute) };
  return { M: toAttributes(value) };
}

export function toAttributes(map: { readonly [name: string]: Value }): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, toAttribute(value)]));
}

/** Throws on sets, bytes and numbers that JavaScript cannot hold exactly: this table never writes them. */
export function fromAttribute(attribute: AttributeValue): Value {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return checkNumber(Number(attribute.N));
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.NULL !== undefined) return null;
  if (attribute.L !== undefined) return attribute.L.map(fromAttribute);
  if (attribute.M !== undefined) return fromAttributes(attribute.M);
  throw new Error('the table holds an attribute of a kind it never writes');
}

function fromAttributes(map: Record<string, AttributeValue>): { [name: string]: Value } {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, fromAttribute(value)]));
}

export function toItem(record: Record<string, AttributeValue>): Item {
  const { pk, sk, ...rest } = fromAttributes(record);
  if (typeof pk !== 'string' || typeof sk !== 'string') throw new Error('the engine answered without a key');
  return { pk, sk, ...rest };
}
