import type { Actor } from '../../shared/access/actor.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import type { Doer } from './appointment-event.ts';

/** The account that acts; routes behind grants always have one. */
function accountOf({ actor }: { readonly actor: Actor | undefined }): string {
  if (actor === undefined) throw houseErrors.refusal('UNAUTHENTICATED');
  return actor.accountId;
}

export function doerOf(call: { readonly actor: Actor | undefined; readonly traceparent: string }): Doer {
  return { by: accountOf(call), traceparent: call.traceparent };
}
