/**
 * Money in integer fen (分). Numbers below 2^53 are exact, and every function refuses what is not a whole fen
 * or would leave that range, instead of rounding silently.
 */
export type Fen = number;

export class InvalidMoneyError extends Error {
  constructor(expected: string) {
    super(`not ${expected}`);
    this.name = 'InvalidMoneyError';
  }
}

const YUAN = /^(-?)(\d{1,13})(?:\.(\d{1,2}))?$/;

/** @throws InvalidMoneyError unless it is a whole number of fen within ±2^53. */
export function assertFen(amount: number): Fen {
  if (!Number.isSafeInteger(amount)) throw new InvalidMoneyError('a whole number of fen');
  return amount === 0 ? 0 : amount;
}

/** `12`, `12.5` and `12.50` yuan are 1200, 1250 and 1250 fen. No blanks, signs of currency or grouping. */
export function parseYuan(yuan: string): Fen {
  const parts = YUAN.exec(yuan);
  if (parts === null) throw new InvalidMoneyError('an amount in yuan with at most two decimals');
  const fen = Number(parts[2]) * 100 + Number((parts[3] ?? '').padEnd(2, '0'));
  return assertFen(parts[1] === '-' ? -fen : fen);
}

/** Always two decimals: 1250 is `12.50`, -5 is `-0.05`. */
export function formatYuan(amount: Fen): string {
  const digits = String(Math.abs(assertFen(amount))).padStart(3, '0');
  return `${amount < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

export function addFen(...amounts: readonly Fen[]): Fen {
  return amounts.reduce((sum, amount) => assertFen(sum + assertFen(amount)), 0);
}

/**
 * A share in basis points (1/100 of a percent: 8500 is 85 %), rounded half away from zero (四舍五入).
 * At most 10,000,000 points.
 */
export function shareOf(amount: Fen, basisPoints: number): Fen {
  if (!Number.isInteger(basisPoints) || basisPoints < 0 || basisPoints > 10_000_000) {
    throw new InvalidMoneyError('a whole number of basis points');
  }
  const scaled = BigInt(Math.abs(assertFen(amount))) * BigInt(basisPoints);
  const share = Number((scaled + 5_000n) / 10_000n);
  return assertFen(amount < 0 ? -share : share);
}

/**
 * Splits an amount in proportion to whole weights. The parts sum to the amount: each is rounded down, and the
 * fen left over go to the largest remainders, at equal remainders to the first.
 */
export function splitFen(amount: Fen, weights: readonly number[]): Fen[] {
  if (weights.some((weight) => !Number.isSafeInteger(weight) || weight < 0)) {
    throw new InvalidMoneyError('whole weights of zero or more');
  }
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  if (total === 0n) throw new InvalidMoneyError('at least one weight above zero');
  const size = BigInt(Math.abs(assertFen(amount)));
  const parts = weights.map((weight, index) => {
    const exact = size * BigInt(weight);
    return { index, fen: exact / total, remainder: exact % total };
  });
  let left = size - parts.reduce((sum, { fen }) => sum + fen, 0n);
  for (const part of parts.toSorted(
    (a, b) => Number(b.remainder > a.remainder) - Number(b.remainder < a.remainder),
  )) {
    if (left === 0n) break;
    part.fen += 1n;
    left -= 1n;
  }
  return parts.map(({ fen }) => assertFen(amount < 0 ? -Number(fen) : Number(fen)));
}
