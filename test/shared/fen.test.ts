import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addFen,
  assertFen,
  formatYuan,
  InvalidMoneyError,
  parseYuan,
  shareOf,
  splitFen,
} from '../../shared/kernel/fen.ts';

const anyFen = fc.maxSafeInteger();
const someWeights = fc
  .array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 8 })
  .filter((weights) => weights.some((weight) => weight > 0));

describe('yuan in writing', () => {
  it.each([
    ['0', 0],
    ['12', 1200],
    ['12.5', 1250],
    ['12.50', 1250],
    ['0.07', 7],
    ['-0.05', -5],
    ['1234567.89', 123_456_789],
    ['0.29', 29],
    ['-0.00', 0],
  ])('%s is %i fen', (yuan, fen) => {
    expect(parseYuan(yuan)).toBe(fen);
  });

  it.each([
    [0, '0.00'],
    [7, '0.07'],
    [-5, '-0.05'],
    [1250, '12.50'],
    [-123_456_789, '-1234567.89'],
  ])('%i fen is %s', (fen, yuan) => {
    expect(formatYuan(fen)).toBe(yuan);
  });

  it.each(['', '12.345', '1,200', '¥12', ' 12', '12.', '.5', '1e3', '+1', '--1', '99999999999999'])(
    'refuses %s',
    (yuan) => {
      expect(() => parseYuan(yuan)).toThrow(InvalidMoneyError);
    },
  );

  it('reads back what it writes', () => {
    const readable = fc.integer({ min: -(10 ** 14), max: 10 ** 14 });
    fc.assert(fc.property(readable, (fen) => Object.is(parseYuan(formatYuan(fen)), fen === 0 ? 0 : fen)));
  });
});

describe('a whole number of fen', () => {
  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, -(2 ** 53)])(
    '%d is refused everywhere',
    (amount) => {
      for (const use of [
        () => assertFen(amount),
        () => formatYuan(amount),
        () => addFen(1, amount),
        () => shareOf(amount, 100),
        () => splitFen(amount, [1, 1]),
      ]) {
        expect(use).toThrow(InvalidMoneyError);
      }
    },
  );

  it('never leaves the exact range by adding', () => {
    expect(() => addFen(Number.MAX_SAFE_INTEGER, 1)).toThrow(InvalidMoneyError);
    expect(addFen(Number.MAX_SAFE_INTEGER, -1, 1)).toBe(Number.MAX_SAFE_INTEGER);
    expect(addFen()).toBe(0);
  });
});

describe('a share in basis points', () => {
  it.each([
    [10_000, 8500, 8500],
    [1, 5000, 1],
    [1, 4999, 0],
    [3, 5000, 2],
    [-3, 5000, -2],
    [333, 3333, 111],
    [1250, 0, 0],
    [1250, 10_000, 1250],
    [1250, 20_000, 2500],
  ])('of %i fen at %i is %i', (amount, basisPoints, share) => {
    expect(shareOf(amount, basisPoints)).toBe(share);
  });

  it.each([0.5, -1, 10_000_001, Number.NaN])('refuses %d basis points', (basisPoints) => {
    expect(() => shareOf(100, basisPoints)).toThrow(InvalidMoneyError);
  });

  it('is at most half a fen away from the exact share', () => {
    fc.assert(
      fc.property(anyFen, fc.integer({ min: 0, max: 10_000 }), (amount, basisPoints) => {
        const error = BigInt(shareOf(amount, basisPoints)) * 10_000n - BigInt(amount) * BigInt(basisPoints);
        expect(error >= -5_000n && error <= 5_000n).toBe(true);
      }),
    );
  });
});

describe('splitting', () => {
  it.each([
    [100, [1, 1, 1], [34, 33, 33]],
    [1, [1, 1], [1, 0]],
    [5, [1, 2], [2, 3]],
    [5, [2, 1], [3, 2]],
    [-100, [1, 1, 1], [-34, -33, -33]],
    [10, [0, 1], [0, 10]],
    [0, [3, 4], [0, 0]],
    [7, [1, 3, 3], [1, 3, 3]],
  ])('%i by %j gives %j', (amount, weights, parts) => {
    expect(splitFen(amount, weights)).toEqual(parts);
  });

  it('sums to the whole and is never a full fen off any exact share', () => {
    fc.assert(
      fc.property(anyFen, someWeights, (amount, weights) => {
        const parts = splitFen(amount, weights);
        const total = BigInt(weights.reduce((sum, weight) => sum + weight, 0));
        expect(parts.reduce((sum, part) => sum + BigInt(part), 0n)).toBe(BigInt(amount));
        for (const [i, part] of parts.entries()) {
          const error = BigInt(part) * total - BigInt(amount) * BigInt(weights[i] ?? 0);
          expect(error > -total && error < total).toBe(true);
        }
      }),
    );
  });

  it('gives nothing to a weight of zero', () => {
    fc.assert(
      fc.property(anyFen, someWeights, (amount, weights) => {
        expect(splitFen(amount, [...weights, 0]).at(-1)).toBe(0);
      }),
    );
  });

  it.each([[[]], [[0, 0]], [[1, -1]], [[0.5]]])('refuses the weights %j', (weights) => {
    expect(() => splitFen(100, weights)).toThrow(InvalidMoneyError);
  });
});
