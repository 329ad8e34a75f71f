import type { Role } from './actor.ts';

/**
 * How the actor must stand to the subject. `param` names the path parameter that holds the subject's id.
 * - `none`: the role suffices, because nothing personal is behind the route.
 * - `own-account`: the handler works on the session's own account only.
 * - `patient`: a care relation of one of `kinds` between this account and the patient.
 * - `signed`: the practitioner has an active signing with the patient.
 * - `institution`: the actor's institution is the named one, or above it in the tree.
 */
export type Relation =
  | { readonly kind: 'none' }
  | { readonly kind: 'own-account' }
  | {
      readonly kind: 'patient';
      readonly param: string;
      readonly kinds: readonly ('SELF' | 'GUARDIAN' | 'FAMILY')[];
    }
  | { readonly kind: 'signed'; readonly param: string }
  | { readonly kind: 'institution'; readonly param: string };

/** One row of the access matrix. `fields` narrows the response to these top-level fields for this role. */
export interface Grant {
  readonly role: Role;
  readonly relation: Relation;
  readonly fields?: readonly string[];
}

/** Deny by default: a route is open to all (`public`) or to whoever one of its grants fits. */
export type Access = 'public' | readonly Grant[];

export const none: Relation = { kind: 'none' };
export const ownAccount: Relation = { kind: 'own-account' };

/** The resident's own patient, a minor they are guardian of, or a family member who agreed. */
export function patient(
  param = 'patientId',
  kinds: readonly ('SELF' | 'GUARDIAN' | 'FAMILY')[] = ['SELF', 'GUARDIAN', 'FAMILY'],
): Relation {
  return { kind: 'patient', param, kinds };
}

export function signed(param = 'patientId'): Relation {
  return { kind: 'signed', param };
}

export function institution(param = 'institutionId'): Relation {
  return { kind: 'institution', param };
}

/** The same relation for several roles. */
export function allow(
  roles: Role | readonly Role[],
  relation: Relation,
  fields?: readonly string[],
): readonly Grant[] {
  return (typeof roles === 'string' ? [roles] : roles).map((role) => ({
    role,
    relation,
    ...(fields === undefined ? {} : { fields }),
  }));
}
