import { houseErrors } from '../kernel/errors.ts';
import type { Actor, Role } from './actor.ts';

/** Who did something, for the audit and for the checks of the step, and in which request. */
export interface Doer {
  /** Account, or `system`. */
  readonly by: string;
  /** Role the step was taken in. */
  readonly role: string;
  /** Of staff. */
  readonly institutionId?: string;
  readonly practitionerId?: string;
  readonly traceparent?: string;
}

/** Time, a machine or another context did it. */
export const SYSTEM: Doer = { by: 'system', role: 'system' };

/** A step that somebody takes, and the key of the request that asks for it. */
export interface Stepping {
  readonly doer: Doer;
  readonly requestKey: string;
}

/** Two people may choose the same key: neither is answered as the other was. */
export function keyOf({ doer, requestKey }: Stepping): string {
  return `${doer.by}:${requestKey}`;
}

interface Caller {
  readonly actor: Actor | undefined;
  readonly traceparent: string;
}

/** The account that acts; routes behind grants always have one. @throws Refusal UNAUTHENTICATED */
export function accountOf({ actor }: Pick<Caller, 'actor'>): string {
  if (actor === undefined) throw houseErrors.refusal('UNAUTHENTICATED');
  return actor.accountId;
}

/** The resident, or whoever acts for the patient at home. @throws Refusal FORBIDDEN */
export function residentOf({ actor, traceparent }: Caller): Doer {
  if (actor?.kind !== 'resident') throw houseErrors.refusal('FORBIDDEN');
  return { by: actor.accountId, role: 'resident', traceparent };
}

/**
 * Staff, in the first of the step's roles that they have. Rule of the house: what waits for an institution is worked
 * on by that very one. Standing above it in the tree opens lists and steps to nobody. @throws Refusal FORBIDDEN
 */
export function staffOf(
  { actor, traceparent }: Caller,
  roles: readonly Role[],
  institutionId?: string,
): Doer & { readonly institutionId: string } {
  if (actor?.kind !== 'staff') throw houseErrors.refusal('FORBIDDEN');
  if (institutionId !== undefined && actor.institutionId !== institutionId)
    throw houseErrors.refusal('FORBIDDEN');
  const held: readonly Role[] = actor.roles;
  const role = roles.find((one) => held.includes(one));
  if (role === undefined) throw houseErrors.refusal('FORBIDDEN');
  return {
    by: actor.accountId,
    role,
    institutionId: actor.institutionId,
    ...(actor.practitionerId === undefined ? {} : { practitionerId: actor.practitionerId }),
    traceparent,
  };
}
