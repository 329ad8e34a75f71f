import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';
import type { IdentityPolicy } from './policy.ts';

type Cost = IdentityPolicy['passwordScrypt'];

const KEY_BYTES = 32;

/** A stored password: its cost stands with it, so that a city can raise the cost without locking anybody out. */
export const passwordHashSchema = z.object({
  costPower: z.int(),
  blockSize: z.int(),
  parallelism: z.int(),
  salt: z.string(),
  key: z.string(),
});

export type PasswordHash = z.output<typeof passwordHashSchema>;

export async function hashPassword(password: string, cost: Cost): Promise<PasswordHash> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost);
  return { ...cost, salt: salt.toString('base64url'), key: key.toString('base64url') };
}

/**
 * An unknown login name is checked against nobody's password at the same cost, so that the time of the answer does
 * not tell which names exist.
 */
export async function passwordMatches(
  password: string,
  stored: PasswordHash | undefined,
  cost: Cost,
): Promise<boolean> {
  const salt = Buffer.from(stored?.salt ?? 'AAAAAAAAAAAAAAAAAAAAAA', 'base64url');
  const key = await derive(password, salt, stored ?? cost);
  const expected = stored === undefined ? Buffer.alloc(KEY_BYTES) : Buffer.from(stored.key, 'base64url');
  return timingSafeEqual(key, expected) && stored !== undefined;
}

export function isCostOf(stored: PasswordHash, cost: Cost): boolean {
  return (
    stored.costPower === cost.costPower &&
    stored.blockSize === cost.blockSize &&
    stored.parallelism === cost.parallelism
  );
}

function derive(
  password: string,
  salt: Buffer,
  { costPower, blockSize, parallelism }: Cost,
): Promise<Buffer> {
  const options = {
    N: 2 ** costPower,
    r: blockSize,
    p: parallelism,
    // Node's default of 32 MiB is a hair too small for 2^15 blocks of 1 KiB.
    maxmem: 2 ** costPower * blockSize * 128 + 2 ** 20 * parallelism,
  };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
