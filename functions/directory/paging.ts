import { houseErrors, type Refusal } from '../../shared/kernel/errors.ts';

export const DEFAULT_PAGE = 20;

/** Cursors are opaque to callers: the sort key of the last thing shown, so that a page never repeats or skips one. */
export function toCursor(sortKey: string): string {
  return Buffer.from(sortKey).toString('base64url');
}

export function fromCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const sortKey = Buffer.from(cursor, 'base64url').toString();
  if (sortKey === '' || toCursor(sortKey) !== cursor) throw cursorRefused();
  return sortKey;
}

export function cursorRefused(): Refusal {
  return houseErrors.refusal('INVALID_REQUEST', {
    fields: [{ in: 'query', path: 'cursor', code: 'invalid_format', message: '翻页标识无效' }],
  });
}

export interface PageOf<T> {
  readonly page: readonly T[];
  readonly next?: string;
}

/** A page of what is in memory already, in the order of `sortKeyOf`. */
export function pageOf<T>(
  all: readonly T[],
  sortKeyOf: (each: T) => string,
  {
    cursor,
    limit = DEFAULT_PAGE,
  }: { readonly cursor?: string | undefined; readonly limit?: number | undefined },
): PageOf<T> {
  const after = fromCursor(cursor);
  const sorted = all
    .map((each) => ({ each, sortKey: sortKeyOf(each) }))
    .filter(({ sortKey }) => after === undefined || sortKey > after)
    .sort((one, other) => (one.sortKey < other.sortKey ? -1 : 1));
  const shown = sorted.slice(0, limit);
  const last = shown.at(-1);
  return {
    page: shown.map(({ each }) => each),
    ...(last === undefined || shown.length === sorted.length ? {} : { next: toCursor(last.sortKey) }),
  };
}

/** Whole metres as they sort in a key. */
export function distanceKey(metres: number): string {
  return String(metres).padStart(8, '0');
}
