import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Item } from '../data/table.ts';
import type { Deps } from '../deps.ts';
import { houseErrors } from '../kernel/errors.ts';

/**
 * Where a page ended, for a client to hand back: signed, and bound to what was listed (`scope`, `of`), so that it
 * neither reads another list nor starts at a made-up place.
 */
export async function sealCursor(
  { keyRing }: Pick<Deps, 'keyRing'>,
  { scope, of }: CursorPlace,
  next: Item | undefined,
): Promise<string | undefined> {
  if (next === undefined) return undefined;
  const body = Buffer.from(JSON.stringify(next)).toString('base64url');
  const key = await keyRing.newest(scope, 'cursor');
  return `${key.version}.${body}.${sign(key.bytes, of, body)}`;
}

/** @throws Refusal INVALID_REQUEST when it was not sealed for this very list. */
export async function openCursor(
  { keyRing }: Pick<Deps, 'keyRing'>,
  { scope, of }: CursorPlace,
  cursor: string | undefined,
): Promise<Item | undefined> {
  if (cursor === undefined) return undefined;
  const [, version, body, signature] = /^(\d{1,6})\.([\w-]+)\.([\w-]+)$/.exec(cursor) ?? [];
  if (version === undefined || body === undefined || signature === undefined) throw invalid();
  const key = (await keyRing.all(scope, 'cursor')).find((candidate) => candidate.version === Number(version));
  if (key === undefined || !equal(sign(key.bytes, of, body), signature)) throw invalid();
  // Signed by us: it is what `sealCursor` wrote.
  return JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as Item;
}

export interface CursorPlace {
  /** Context whose key signs. */
  readonly scope: string;
  /** The list: route and subject, e.g. `appointments:<patientId>`. */
  readonly of: string;
}

function sign(key: Uint8Array, of: string, body: string): string {
  return createHmac('sha256', key).update(`${of}\n${body}`).digest('base64url');
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function invalid(): Error {
  return houseErrors.refusal('INVALID_REQUEST', {
    fields: [{ in: 'query', path: 'after', code: 'invalid_cursor', message: '分页标识无效，请从第一页开始' }],
  });
}
