import type { Actor } from '../../shared/access/actor.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';

/** The account that acts; routes behind grants always have one. */
export function accountOf({ actor }: { readonly actor: Actor | undefined }): string {
  if (actor === undefined) throw houseErrors.refusal('UNAUTHENTICATED');
  return actor.accountId;
}
