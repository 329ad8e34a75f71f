import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Item } from '../../shared/data/table.ts';
import { openCursor, sealCursor } from '../../shared/http/cursor.ts';
import { testDeps } from '../support/deps.ts';

const PLACE = { scope: 'things', of: 'parts:thing-1' };
const NEXT: Item = { pk: 'things#1', sk: 'part#9', lookupPk: '号' };

async function sealed(deps = testDeps()) {
  const cursor = await sealCursor(deps, PLACE, NEXT);
  if (cursor === undefined) throw new Error('nothing was sealed');
  return { deps, cursor };
}

describe('a page cursor', () => {
  it('leads back to where the page ended', async () => {
    const { deps, cursor } = await sealed();
    expect(cursor).toMatch(/^[\w.-]+$/);
    expect(await openCursor(deps, PLACE, cursor)).toEqual(NEXT);
  });

  it('tells nothing of where that was: it may be at something that the reader is not shown', async () => {
    const { cursor } = await sealed();
    const parts = cursor.split('.').map((part) => Buffer.from(part, 'base64url').toString('utf8'));
    for (const text of [cursor, ...parts]) expect(text).not.toContain('part#9');
  });

  it('is none where there is no next page, and none asks for the first', async () => {
    expect(await sealCursor(testDeps(), PLACE, undefined)).toBeUndefined();
    expect(await openCursor(testDeps(), PLACE, undefined)).toBeUndefined();
  });

  it('leads on after a new key is made', async () => {
    const { deps, cursor } = await sealed();
    await deps.keyRing.rotate('things', 'field');
    expect(await openCursor(deps, PLACE, cursor)).toEqual(NEXT);
    const next = (await sealCursor(deps, PLACE, NEXT)) ?? '';
    expect(next).toMatch(/^v1\.2\./);
    expect(await openCursor(deps, PLACE, next)).toEqual(NEXT);
  });

  it.each([
    ["another subject's list", { ...PLACE, of: 'parts:thing-2' }],
    ['another list', { ...PLACE, of: 'parts' }],
    ['a list of another context', { ...PLACE, scope: 'others' }],
  ])('is refused by %s', async (_, place) => {
    const { deps, cursor } = await sealed();
    await expect(openCursor(deps, place, cursor)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      status: 400,
      details: { fields: [{ in: 'query', path: 'after', code: 'invalid_cursor' }] },
    });
  });

  it("is refused when it is of another city's key", async () => {
    const { cursor } = await sealed();
    await expect(openCursor(testDeps(), PLACE, cursor)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('is refused with any other last character, also where that says the same', async () => {
    const { deps, cursor } = await sealed();
    for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
      const other = `${cursor.slice(0, -1)}${last}`;
      if (other === cursor) continue;
      await expect(openCursor(deps, PLACE, other)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    }
  });

  it('is refused with any character changed, and as any other text', async () => {
    const { deps, cursor } = await sealed();
    const changed = fc
      .tuple(fc.nat(cursor.length - 1), fc.constantFrom('A', 'z', '7', '-', '.'))
      .map(([at, other]) => `${cursor.slice(0, at)}${other}${cursor.slice(at + 1)}`);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          changed,
          fc.string({ unit: 'binary' }),
          fc.constantFrom('', '..', 'v1.1.e30', cursor.replace('v1.1', 'v1.2'), `${cursor}A`),
        ),
        async (text) => {
          if (text === cursor) return;
          await expect(openCursor(deps, PLACE, text)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
        },
      ),
      { numRuns: 300 },
    );
  });
});
