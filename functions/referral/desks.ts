import { URGENCY_CODES } from './codes.ts';
import type { Referral } from './store.ts';

/** Who works on a referral next. A desk's list is read from the index `lookup`; no step is decided on it. */

export type Desk =
  | 'gate'
  | 'applicant'
  | 'centre'
  | 'community'
  | 'pending'
  | 'arrivals'
  | 'treatment'
  | 'first-visits';

export function deskKey(institutionId: string, desk: Desk): string {
  return `referral#desk#${institutionId}#${desk}`;
}

/** Undefined: nobody's, it has ended. */
export function deskOf(
  referral: Referral,
): { readonly institutionId: string; readonly desk: Desk } | undefined {
  const { status, direction, fromInstitutionId, toInstitutionId, gates, gateIndex } = referral;
  switch (status) {
    case 'GATE_REVIEW':
      return { institutionId: gates[gateIndex] ?? fromInstitutionId, desk: 'gate' };
    case 'RETURNED':
      return { institutionId: fromInstitutionId, desk: 'applicant' };
    case 'OFFERED':
      return { institutionId: toInstitutionId, desk: direction === 'UP' ? 'centre' : 'community' };
    case 'ACCEPTED':
    case 'RESERVED':
    case 'BETWEEN_VISITS':
      return { institutionId: toInstitutionId, desk: 'pending' };
    case 'CONFIRMED':
      return { institutionId: toInstitutionId, desk: 'arrivals' };
    case 'ARRIVED':
    case 'IN_TREATMENT':
      return { institutionId: toInstitutionId, desk: 'treatment' };
    case 'FIRST_VISIT':
      return { institutionId: toInstitutionId, desk: 'first-visits' };
    default:
      return undefined;
  }
}

/** Index attributes: most pressing first, then what ends soonest. */
export function deskLink(
  referral: Referral,
): { readonly lookupPk: string; readonly lookupSk: string } | undefined {
  const place = deskOf(referral);
  if (place === undefined) return undefined;
  const { urgency, waitUntil, submittedAt, referralId } = referral;
  return {
    lookupPk: deskKey(place.institutionId, place.desk),
    lookupSk: `${URGENCY_CODES.indexOf(urgency)}#${waitUntil ?? submittedAt}#${referralId}`,
  };
}

/** Whether the institution has to do with the referral: it applied, reviews, or it is offered there now. */
export function concerns(referral: Referral, institutionId: string): boolean {
  return (
    referral.fromInstitutionId === institutionId ||
    referral.gates.includes(institutionId) ||
    referral.receivers.at(-1) === institutionId
  );
}
