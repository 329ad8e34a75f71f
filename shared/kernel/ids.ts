import { randomBytes } from 'node:crypto';

/** Source of opaque ids. A dependency, so that a simulation can be replayed. */
export interface Ids {
  /** `length` characters of [0-9A-Za-z] without look-alikes (0 O I l): 5.8 bits each. */
  next(length?: number): string;
}

export const ID_ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

export const randomIds: Ids = {
  next(length = 12) {
    let id = '';
    while (id.length < length) {
      for (const byte of randomBytes(length * 2)) {
        // 232 = 4 × 58: bytes above it would favour the first letters.
        if (byte < 232 && id.length < length) id += ID_ALPHABET[byte % 58];
      }
    }
    return id;
  },
};
