import { type Doer, keyOf } from '../../shared/access/acting.ts';
import { patientProfileKey } from '../../shared/access/patient-view.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { auditEntry, requestIdOf } from '../../shared/privacy/audit.ts';
import { sealPart } from './clinical.ts';
import type { Direction, Urgency } from './codes.ts';
import type { Application } from './contracts.ts';
import { deskLink } from './desks.ts';
import { referralErrors } from './errors.ts';
import { lockFor } from './lock.ts';
import { eventTypeOf, referralEvent } from './referral-event.ts';
import { policyNow } from './referral-moves.ts';
import { gatesOf, isInsideCombination, reasonsAgainst } from './rules.ts';
import { locks, practitioners, type Referral, type ReferralId, referrals, sent } from './store.ts';
import { isOutOfArea, readAlliances, readPath, readTarget } from './target.ts';
import { placeOf, timerFor, waitUntil } from './waits.ts';

export interface Applying {
  readonly patientId: string;
  readonly direction: Direction;
  readonly urgency: Urgency;
  readonly application: Application;
  readonly doer: Doer & { readonly institutionId: string };
  readonly requestKey: string;
}

/**
 * Submits a referral: everything that stands against it at once, or one transaction that writes the referral, what
 * the doctor wrote (sealed), the lock on the specialty and the line in the list of what was sent.
 */
export async function applyForReferral(deps: Deps, applying: Applying): Promise<Referral> {
  const { patientId } = applying;
  const referral = await judged(deps, applying);
  const { specialty, requestKey } = referral;
  const lock = await locks.get(deps.table, { patientId, specialty }, { consistent: true });
  if (lock?.requestKey === requestKey) return repeated(deps, { patientId, referralId: lock.referralId });
  const outcome = await deps.table.transact([
    ...lockFor({ patientId, specialty }, { referralId: referral.referralId, requestKey }, lock),
    referrals.putOperation(referral, referral, {
      if: { $exists: false },
      event: referralEvent(deps, eventTypeOf(referral.status), referral, applying.doer, {
        place: placeOf(policyNow(deps), referral, deps.clock.now()),
      }),
      timer: timerFor(policyNow(deps), referral, deps.clock.now()),
    }),
    await sealPart(deps, { ...referral, part: 'application' }, writtenIn(applying.application)),
    sent.putOperation(
      {
        institutionId: referral.fromInstitutionId,
        at: referral.submittedAt,
        referralId: referral.referralId,
      },
      { patientId, referralId: referral.referralId },
    ),
    ...(applying.urgency === 'EMERGENCY' ? [emergencyEntry(deps, referral, applying.doer)] : []),
  ]);
  if (outcome.ok) return referral;
  const now = await locks.get(deps.table, { patientId, specialty }, { consistent: true });
  if (now?.requestKey === requestKey) return repeated(deps, { patientId, referralId: now.referralId });
  if (now === undefined) throw houseErrors.refusal('CONFLICT');
  throw referralErrors.refusal('OPEN_REFERRAL', { context: { referralId: now.referralId } });
}

async function repeated({ table }: Deps, id: ReferralId): Promise<Referral> {
  const referral = await referrals.get(table, id, { consistent: true });
  if (referral === undefined) throw houseErrors.refusal('CONFLICT');
  return referral;
}

/** @throws Refusal APPLICATION_REFUSED with every reason */
async function judged(
  deps: Deps,
  { patientId, direction, urgency, application, doer, requestKey }: Applying,
): Promise<Referral> {
  const policy = policyNow(deps);
  const at = instant(deps.clock);
  if (doer.practitionerId === undefined) throw referralErrors.refusal('DOCTOR_NEEDED');
  const { follows } = application;
  const [target, path, allied, practitioner, profile, followed] = await Promise.all([
    readTarget(deps, {
      institutionId: application.toInstitutionId,
      departmentId: application.toDepartmentId,
    }),
    readPath(deps, doer.institutionId),
    readAlliances(deps),
    practitioners.get(deps.table, doer.practitionerId),
    deps.table.get(patientProfileKey(patientId), { consistent: true }),
    follows === undefined
      ? undefined
      : referrals.get(deps.table, { patientId, referralId: follows }, { consistent: true }),
  ]);
  if (profile === undefined) throw referralErrors.refusal('PATIENT_UNKNOWN');
  // Insurance reckons by the chain: it is of this very patient.
  if (follows !== undefined && followed === undefined)
    throw referralErrors.refusal('REFERRAL_NOT_FOUND', { context: { follows } });
  const [from] = path;
  const inside = isInsideCombination(from, target.place.institutionId, allied, dayOf(at));
  const outOfArea = isOutOfArea(deps, policy, target);
  const {
    criteria,
    criterionText,
    outsideReason,
    attachments,
    consent,
    firstVisit,
    plan,
    standing,
    toPractitionerId,
  } = application;
  const reasons = reasonsAgainst({
    policy,
    direction,
    urgency,
    criteria,
    from,
    target: target.place,
    inside,
    outOfArea,
    attachments: attachments.length,
    hasFirstVisit: firstVisit !== undefined,
    hasPlan: plan !== undefined,
    pastDays: [consent.on, ...(firstVisit === undefined ? [] : [firstVisit.on])],
    today: dayOf(at),
    ...(criterionText === undefined ? {} : { criterionText }),
    ...(outsideReason === undefined ? {} : { outsideReason }),
    ...(practitioner?.active === true ? { title: practitioner.title } : {}),
    ...(standing === undefined ? {} : { standing }),
  });
  if (reasons.length > 0) throw referralErrors.refusal('APPLICATION_REFUSED', { reasons });
  const gates = direction === 'UP' && urgency !== 'EMERGENCY' ? gatesOf(policy, path, target.place) : [];
  const status = gates.length > 0 ? 'GATE_REVIEW' : 'OFFERED';
  const toInstitutionId = target.place.institutionId;
  const bare: Referral = {
    referralId: deps.ids.next(16),
    patientId,
    direction,
    urgency,
    status,
    turn: 1,
    fromInstitutionId: doer.institutionId,
    applicant: { accountId: doer.by, practitionerId: doer.practitionerId },
    toInstitutionId,
    toDepartmentId: target.department.departmentId,
    ...(toPractitionerId === undefined ? {} : { toPractitionerId }),
    specialty: target.department.serviceCategory,
    criteria,
    insideCombination: inside,
    outOfArea,
    gates,
    gateIndex: 0,
    receivers: status === 'OFFERED' ? [toInstitutionId] : [],
    round: 1,
    ...(standing === undefined ? {} : { standing }),
    takes: 0,
    heard: {},
    escalated: false,
    submittedAt: at,
    owesRelease: false,
    undoes: 0,
    ...(follows === undefined ? {} : { follows }),
    timeline: [{ at, status, institutionId: gates[0] ?? toInstitutionId }],
    requestKey: keyOf({ doer, requestKey }),
  };
  const until = waitUntil(policy, bare, deps.clock.now());
  const waiting = until === undefined ? bare : { ...bare, waitUntil: until };
  return { ...waiting, ...deskLink(waiting) };
}

/** What goes under seal: all that describes the patient. */
function writtenIn({
  diagnosis,
  history,
  criterionText,
  outsideReason,
  attachments,
  consent,
  firstVisit,
  plan,
}: Application): object {
  return { diagnosis, history, criterionText, outsideReason, attachments, consent, firstVisit, plan };
}

/** No reviewer saw it, so it is written down as what it is, with the referral itself. */
function emergencyEntry(
  deps: Deps,
  { patientId, referralId, submittedAt }: Referral,
  doer: Doer,
): TransactOperation {
  const { by, role, institutionId, traceparent } = doer;
  return {
    put: auditEntry(deps.ids.next(20), {
      actor: { accountId: by, role, ...(institutionId === undefined ? {} : { institutionId }) },
      action: 'BREAK_GLASS',
      patientId,
      subject: { kind: 'referral', id: referralId },
      purpose: 'emergency-referral',
      at: submittedAt,
      requestId: requestIdOf(traceparent),
    }),
    if: { $exists: false },
  };
}
