import { sealedView } from './sealed-view.ts';

export const OPENID_PREFIX = 'openid#';

/** Scope of the keys that seal it. */
export const OPENID_SCOPE = 'openid';

const view = sealedView({ prefix: OPENID_PREFIX, scope: OPENID_SCOPE, sk: 'wechat', field: 'openid' });

export const openidKey = view.key;

/** Of an account. Written by identity alone, when somebody has just logged in by WeChat. */
export const openidItem = view.item;

/**
 * Who a resident's account is to the city's mini-program: what a payment is asked for from, and a message sent to.
 * Never to be logged or sent on to anybody but WeChat. Undefined: no such account, one that was deactivated, staff, or
 * one that has not logged in since this view exists. Consistent, so that somebody just registered can pay.
 * @throws FieldSealError when the item was moved or altered.
 */
export const readOpenid = view.read;
