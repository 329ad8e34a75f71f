import type { Key } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { ID_ALPHABET } from '../../shared/kernel/ids.ts';
import type { BlindKind } from '../../shared/privacy/blind-index.ts';

const SCOPE = 'identity';

/** Encrypts one field for its item; it opens nowhere else. */
export function sealed(
  { cipher }: Pick<Deps, 'cipher'>,
  key: Key,
  field: string,
  text: string,
): Promise<string> {
  return cipher.seal(SCOPE, { item: `${key.pk}|${key.sk}`, field }, text);
}

export function opened(
  { cipher }: Pick<Deps, 'cipher'>,
  key: Key,
  field: string,
  text: string,
): Promise<string> {
  return cipher.open(SCOPE, { item: `${key.pk}|${key.sk}`, field }, text);
}

/** Newest first: the first is what a new item is stored under, the others are what an old one may stand under. */
export async function blinds(
  { blindIndex }: Pick<Deps, 'blindIndex'>,
  kind: BlindKind,
  value: string,
): Promise<readonly [string, ...string[]]> {
  const [newest, ...older] = await blindIndex.candidates(SCOPE, kind, value);
  if (newest === undefined) throw new Error('no blind index key');
  // Dots are path separators in changes and conditions.
  return [pathSafe(newest), ...older.map(pathSafe)];
}

function pathSafe(blind: string): string {
  return blind.replace('.', ':');
}

/**
 * A code that only holders of the city's key can make: the same request gives the same code, so that a repeated
 * request needs no plaintext code in the table. 12 characters of 58: 70 bits.
 */
export async function derivedCode(
  { blindIndex }: Pick<Deps, 'blindIndex'>,
  ...parts: readonly [string, ...string[]]
): Promise<string> {
  const blind = await blindIndex.of(SCOPE, 'code', JSON.stringify(['derive', ...parts]));
  const bytes = Buffer.from(blind.slice(blind.indexOf('.') + 1), 'base64url');
  return Array.from(bytes.subarray(0, 12), (byte) => ID_ALPHABET[byte % ID_ALPHABET.length]).join('');
}
