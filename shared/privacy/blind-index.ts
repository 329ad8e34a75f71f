import { createHmac } from 'node:crypto';
import type { DataKey, KeyRing } from './key-ring.ts';
import { normaliseMobile } from './mobile.ts';

/**
 * What is looked up without being stored in clear, with the form in which two spellings of one value agree.
 * An openid's letters keep their case: they tell people apart.
 */
const NORMALISE = {
  'resident-id': (value: string) => value.normalize('NFKC').trim().toUpperCase(),
  'insurance-number': (value: string) => value.normalize('NFKC').trim().toUpperCase(),
  phone: (value: string) => normaliseMobile(value) ?? value.normalize('NFKC').trim(),
  openid: (value: string) => value.trim(),
  unionid: (value: string) => value.trim(),
  'login-name': (value: string) => value.normalize('NFKC').trim().toLowerCase(),
  /** One-time codes (invitations, activations): stored so that a read of the table opens nothing. */
  code: (value: string) => value.trim(),
} as const;

export type BlindKind = keyof typeof NORMALISE;

/**
 * Keyed look-up of personal values: HMAC-SHA-256 under a key of the city and the scope. Without the key nobody can
 * try out the few billion possible identity numbers, which is what a plain digest (MD5, SHA-256) would allow.
 */
export interface BlindIndex {
  /** `<key version>.<base64url>`, to be stored. The same value gives the same text, within one kind, scope and city. */
  of(scope: string, kind: BlindKind, value: string): Promise<string>;
  /** What to look for, newest key first: an item may have been stored before the key was rotated. */
  candidates(scope: string, kind: BlindKind, value: string): Promise<readonly string[]>;
}

export function createBlindIndex(ring: KeyRing): BlindIndex {
  function blind({ version, bytes }: DataKey, scope: string, kind: BlindKind, value: string): string {
    const message = JSON.stringify([ring.city, scope, kind, NORMALISE[kind](value)]);
    return `${version}.${createHmac('sha256', bytes).update(message).digest('base64url')}`;
  }

  return {
    async of(scope, kind, value) {
      return blind(await ring.newest(scope, 'blind'), scope, kind, value);
    },
    async candidates(scope, kind, value) {
      return (await ring.all(scope, 'blind')).map((key) => blind(key, scope, kind, value));
    },
  };
}
