import type { Item, Key } from '../data/table.ts';
import type { Deps } from '../deps.ts';

export const OPENID_PREFIX = 'openid#';

/** Scope of the keys that seal it: a grant of the prefix brings them along. */
export const OPENID_SCOPE = 'openid';

export function openidKey(accountId: string): Key {
  return { pk: `${OPENID_PREFIX}${accountId}`, sk: 'wechat' };
}

/** The shared view's item, for a transaction. Written by identity alone, when somebody has just logged in by WeChat. */
export async function openidItem(
  { cipher }: Pick<Deps, 'cipher'>,
  accountId: string,
  openid: string,
): Promise<Item> {
  return { ...openidKey(accountId), openid: await cipher.seal(OPENID_SCOPE, placeOf(accountId), openid) };
}

/**
 * Who a resident's account is to the city's mini-program: what a payment is asked for from, and a message sent to.
 * Never to be logged or sent on to anybody but WeChat. Undefined: no such account, one that was deactivated, staff, or
 * one that has not logged in since this view exists. Consistent, so that somebody just registered can pay.
 * @throws FieldSealError when the item was moved or altered.
 */
export async function readOpenid(
  { table, cipher }: Pick<Deps, 'cipher' | 'table'>,
  accountId: string,
): Promise<string | undefined> {
  const item = await table.get(openidKey(accountId), { consistent: true });
  return item === undefined
    ? undefined
    : cipher.open(OPENID_SCOPE, placeOf(accountId), String(item['openid']));
}

function placeOf(accountId: string): { readonly item: string; readonly field: string } {
  const { pk, sk } = openidKey(accountId);
  return { item: `${pk}|${sk}`, field: 'openid' };
}
