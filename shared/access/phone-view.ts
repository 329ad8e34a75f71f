import { sealedView } from './sealed-view.ts';

export const PHONE_PREFIX = 'phone#';

/** Scope of the keys that seal it. */
export const PHONE_SCOPE = 'phone';

const view = sealedView({ prefix: PHONE_PREFIX, scope: PHONE_SCOPE, sk: 'mobile', field: 'phone' });

export const phoneKey = view.key;

/** Of an account, or of a patient who may have none. Written by identity alone. */
export const phoneItem = view.item;

/**
 * The mobile (bare eleven digits) of an account, or the one a patient gave at a desk: what a text message is sent to,
 * and whom a clinic calls. Never to be logged or sent on to anybody but the provider of messages. Undefined: none.
 * @throws FieldSealError when the item was moved or altered.
 */
export const readPhone = view.read;
