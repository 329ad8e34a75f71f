import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { KeyRing } from './key-ring.ts';
import { KeyMissingError } from './wrapped-keys.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;
const SEALED = /^v1\.([1-9]\d{0,5})\.([A-Za-z0-9_-]+)$/;

/** Where a sealed text lives. It opens there only: moved to another item or field it stays shut. */
export interface FieldPlace {
  /** The item's key, as the owner writes it, e.g. `${pk}|${sk}`. It must not change during the item's life. */
  readonly item: string;
  readonly field: string;
}

/** Personal fields inside items: AES-256-GCM under the city's newest field key of a scope. */
export interface FieldCipher {
  /** `v1.<key version>.<base64url of iv, ciphertext and tag>`; another text every time. */
  seal(scope: string, place: FieldPlace, plaintext: string): Promise<string>;
  /** @throws FieldSealError when the text was not sealed for this city, scope, item and field, or was altered. */
  open(scope: string, place: FieldPlace, sealed: string): Promise<string>;
}

/** Carries no part of the text or the key, nor the item's key: that may itself be telling. */
export class FieldSealError extends Error {
  readonly reason: 'MALFORMED' | 'UNKNOWN_KEY' | 'NOT_AUTHENTIC';
  readonly field: string;

  constructor(reason: FieldSealError['reason'], field: string) {
    super('a sealed field does not open');
    this.name = 'FieldSealError';
    this.reason = reason;
    this.field = field;
  }
}

export function createFieldCipher(ring: KeyRing): FieldCipher {
  /** Made of bare bytes at each use it takes two thirds of a field's time. The ring hands out the same bytes again. */
  const prepared = new WeakMap<Uint8Array, KeyObject>();

  function secretOf(bytes: Uint8Array): KeyObject {
    const known = prepared.get(bytes);
    if (known !== undefined) return known;
    const secret = createSecretKey(bytes);
    prepared.set(bytes, secret);
    return secret;
  }

  /** JSON keeps the parts apart whatever characters they hold. */
  function boundTo(scope: string, { item, field }: FieldPlace, version: number): Buffer {
    return Buffer.from(JSON.stringify(['v1', ring.city, scope, item, field, version]));
  }

  async function keyOf(scope: string, version: number, field: string): Promise<Uint8Array> {
    try {
      return (await ring.version(scope, 'field', version)).bytes;
    } catch (error) {
      if (error instanceof KeyMissingError) throw new FieldSealError('UNKNOWN_KEY', field);
      throw error;
    }
  }

  return {
    async seal(scope, place, plaintext) {
      const { version, bytes } = await ring.newest(scope, 'field');
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', secretOf(bytes), iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(boundTo(scope, place, version));
      const body = [iv, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return `v1.${version}.${Buffer.concat(body).toString('base64url')}`;
    },

    async open(scope, place, sealed) {
      const parts = SEALED.exec(sealed);
      const raw = Buffer.from(parts?.[2] ?? '', 'base64url');
      if (parts === null || raw.length < IV_BYTES + TAG_BYTES)
        throw new FieldSealError('MALFORMED', place.field);
      const version = Number(parts[1]);
      const key = await keyOf(scope, version, place.field);
      const decipher = createDecipheriv('aes-256-gcm', secretOf(key), raw.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(boundTo(scope, place, version));
      decipher.setAuthTag(raw.subarray(-TAG_BYTES));
      try {
        const body = decipher.update(raw.subarray(IV_BYTES, -TAG_BYTES));
        return Buffer.concat([body, decipher.final()]).toString('utf8');
      } catch {
        throw new FieldSealError('NOT_AUTHENTIC', place.field);
      }
    },
  };
}
