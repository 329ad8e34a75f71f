import type { Key } from '../data/table.ts';
import type { Deps } from '../deps.ts';
import { instant } from '../kernel/clock.ts';

/**
 * A city's secrets of outside providers (an app secret, a merchant's private key), wrapped by the city's master key
 * for their own address in the table. An operator puts them; the context they belong to reads them.
 */
export const SECRETS_PREFIX = 'secrets#';

type Parts = Pick<Deps, 'city' | 'table' | 'kms' | 'clock'>;

/** `secrets#<context>` / `<name>`: the leading key is what IAM confines a function to. */
function secretKey(context: string, name: string): Key {
  return { pk: `${SECRETS_PREFIX}${context}`, sk: name };
}

/** Replaces the secret. At most 4,096 bytes, which is what KMS wraps. */
export async function putSecret(
  { city, table, kms, clock }: Parts,
  address: { readonly context: string; readonly name: string },
  value: string,
): Promise<void> {
  const key = secretKey(address.context, address.name);
  const wrapped = await kms.wrap(Buffer.from(value, 'utf8'), { city: city.id, ...key });
  await table.put({ ...key, wrapped, putAt: instant(clock) });
}

/**
 * Undefined: nobody has put it. Not cached: a client keeps it for the container's life.
 * @throws WrappedKeyError when the text was not wrapped for this city and address.
 */
export async function getSecret(
  { city, table, kms }: Omit<Parts, 'clock'>,
  address: { readonly context: string; readonly name: string },
): Promise<string | undefined> {
  const key = secretKey(address.context, address.name);
  const item = await table.get(key, { consistent: true });
  if (item === undefined) return undefined;
  const plain = await kms.unwrap(String(item['wrapped']), { city: city.id, ...key });
  return Buffer.from(plain).toString('utf8');
}
