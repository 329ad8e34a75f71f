import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { ID_ALPHABET, type Ids } from '../../../shared/kernel/ids.ts';
import { Dice } from '../../support/dice.ts';

/** A number of its own for each name under one seed (FNV-1a). */
export function seedOf(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < name.length; index += 1)
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193) >>> 0;
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Ids that are the same for the same seed. */
export function seededIds(dice: Dice): Ids {
  return {
    next(length = 12) {
      let id = '';
      while (id.length < length) id += ID_ALPHABET[dice.below(ID_ALPHABET.length)] ?? '';
      return id;
    },
  };
}

let dice = new Dice(0);

/**
 * From now on all that asks the machine for randomness gets it from the seed: ciphers their nonces, machines their
 * tokens. The hour of the machine nobody may ask for at all.
 */
export function seedTheMachine(seed: number): void {
  dice = new Dice(seedOf(seed, 'machine'));
}

const bytes = (size: number): Buffer => {
  const made = Buffer.alloc(size);
  for (let index = 0; index < size; index += 1) made[index] = dice.below(256);
  return made;
};

/** As `crypto.randomInt`: below `one`, or from `one` to below `other`. */
const int = (one: number, other?: number): number =>
  other === undefined ? dice.below(one) : one + dice.below(other - one);

const uuid = (): `${string}-${string}-${string}-${string}-${string}` => {
  const hex = bytes(16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
};

/** Once a process, before the first seed. */
export function takeOverRandomness(): void {
  Object.assign(crypto, { randomBytes: bytes, randomInt: int, randomUUID: uuid });
  syncBuiltinESMExports();
  Object.defineProperty(globalThis.crypto, 'randomUUID', { value: uuid });
  Math.random = () => dice.next();
  Date.now = () => {
    throw new Error('somebody asks the machine what time it is');
  };
}
