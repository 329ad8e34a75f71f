import type { Actor, ResidentActor, StaffActor } from '../../shared/access/actor.ts';
import type { Call } from '../../shared/context.ts';
import type { Item, TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { type Access, auditEntry } from '../../shared/privacy/audit.ts';

/** Who does something and in which request: what audit entries and events carry. */
export type Acting = Pick<Call, 'actor' | 'requestId' | 'traceparent'>;

/**
 * Roles to which identity's routes open patients: desk and hotline, and doctors who sign residents at their door
 * (代办签约). In the order of the grants, so that the trail names the role an access was granted to.
 */
export const PATIENT_ROLES = ['clerk', 'call-centre-agent', 'family-doctor', 'village-doctor'] as const;

/** Timers act for nobody. */
export const system: Acting = { actor: undefined, requestId: 'timer', traceparent: '' };

export function residentOf({ actor }: Pick<Call, 'actor'>): ResidentActor {
  if (actor?.kind !== 'resident') throw houseErrors.refusal('FORBIDDEN');
  return actor;
}

export function staffOf({ actor }: Pick<Call, 'actor'>): StaffActor {
  if (actor?.kind !== 'staff') throw houseErrors.refusal('FORBIDDEN');
  return actor;
}

/** The request's key as this person's: two may choose the same, and neither is answered as the other was. */
export function keyBy(call: Pick<Call, 'actor' | 'requestKey'>): string {
  return `${staffOf(call).accountId}:${call.requestKey}`;
}

/** One access to a patient's record as the trail keeps it. */
export function accessTo(
  deps: Pick<Deps, 'clock'>,
  acting: Acting,
  { patientId, action, purpose }: Pick<Access, 'patientId' | 'action' | 'purpose'>,
): Access {
  return {
    actor: actorOf(acting.actor),
    action,
    patientId,
    subject: { kind: 'patient', id: patientId },
    purpose,
    at: instant(deps.clock),
    requestId: acting.requestId,
  };
}

/** The trail's entry in the same transaction as the change, so that neither is there without the other. */
export function audited(deps: Pick<Deps, 'clock' | 'ids'>, access: Access): TransactOperation {
  const item: Item = auditEntry(deps.ids.next(), access);
  return { put: item, if: { $exists: false } };
}

export function tracing({ traceparent }: Acting): { readonly traceparent?: string } {
  return traceparent === '' ? {} : { traceparent };
}

function actorOf(actor: Actor | undefined): Access['actor'] {
  if (actor === undefined) return { accountId: 'system', role: 'system' };
  const { accountId } = actor;
  if (actor.kind === 'resident') return { accountId, role: 'resident' };
  const role = PATIENT_ROLES.find((granted) => actor.roles.includes(granted));
  if (role === undefined) throw houseErrors.refusal('FORBIDDEN');
  return { accountId, role, institutionId: actor.institutionId };
}
