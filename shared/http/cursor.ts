import type { Item } from '../data/table.ts';
import type { Deps } from '../deps.ts';
import { houseErrors } from '../kernel/errors.ts';
import { FieldSealError } from '../privacy/field-cipher.ts';

/**
 * Where a page ended, for a client to hand back: sealed, because that may be at something the client is not shown, and
 * bound to what was listed (`scope`, `of`), so that it neither reads another list nor starts at a made-up place.
 */
export async function sealCursor(
  { cipher }: Pick<Deps, 'cipher'>,
  place: CursorPlace,
  next: Item | undefined,
): Promise<string | undefined> {
  return next === undefined ? undefined : cipher.seal(place.scope, fieldOf(place), JSON.stringify(next));
}

/** @throws Refusal INVALID_REQUEST when it was not sealed for this very list. */
export async function openCursor(
  { cipher }: Pick<Deps, 'cipher'>,
  place: CursorPlace,
  cursor: string | undefined,
): Promise<Item | undefined> {
  if (cursor === undefined) return undefined;
  if (!hasOneSpelling(cursor)) throw invalid();
  try {
    // Sealed by us: it is what `sealCursor` wrote.
    return JSON.parse(await cipher.open(place.scope, fieldOf(place), cursor)) as Item;
  } catch (error) {
    if (error instanceof FieldSealError) throw invalid();
    throw error;
  }
}

export interface CursorPlace {
  /** Context whose key seals. */
  readonly scope: string;
  /** The list: route and subject, e.g. `appointments:<patientId>`. */
  readonly of: string;
}

/** No item's key looks like this, so that no stored text opens as a cursor. */
function fieldOf({ of }: CursorPlace): { readonly item: string; readonly field: string } {
  return { item: `cursor ${of}`, field: 'next' };
}

/** The last character of base64 may have bits that say nothing: a cursor that differs in those alone is none of ours. */
function hasOneSpelling(cursor: string): boolean {
  const bytes = cursor.slice(cursor.lastIndexOf('.') + 1);
  return Buffer.from(bytes, 'base64url').toString('base64url') === bytes;
}

function invalid(): Error {
  return houseErrors.refusal('INVALID_REQUEST', {
    fields: [{ in: 'query', path: 'after', code: 'invalid_cursor', message: '分页标识无效，请从第一页开始' }],
  });
}
