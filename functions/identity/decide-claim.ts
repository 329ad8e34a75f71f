import type * as z from 'zod/mini';
import { phoneItem } from '../../shared/access/phone-view.ts';
import type { Call } from '../../shared/context.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { normaliseResidentId } from '../../shared/privacy/resident-id.ts';
import { openedAccountPhone } from './account-phone.ts';
import { accessTo, audited, staffOf } from './acting.ts';
import { refuseOverLimits } from './claim-patient.ts';
import type { claimDecision, claimDecisionRequest, claimParams } from './contracts.ts';
import { retriedWhenLost } from './enrol-patient.ts';
import { identityErrors } from './errors.ts';
import { type IdentityDeps, policyToday } from './identity-deps.ts';
import { endedAccounts } from './lost-accounts.ts';
import { openedPerson } from './patient-record.ts';
import { patientSide, startedRelation } from './relations.ts';
import { guardianshipEndsAt, isMinor, statesBefore } from './rules.ts';
import { sealed } from './sealing.ts';
import { activeAccount, type Claim, claims, type Link, type Patient, patientOf, patients } from './store.ts';

type Decided = z.input<typeof claimDecision>;

/**
 * P2 A claim that the register could not decide is decided by a desk that has the card before it: the typed number
 * must be the claimed one. Repeating the same decision answers the same.
 */
export function decideClaim(
  deps: IdentityDeps,
  call: Call<z.output<typeof claimParams>, undefined, z.output<typeof claimDecisionRequest>>,
): Promise<Decided> {
  const { claimId } = call.params;
  const status = call.body.decision === 'GRANT' ? 'GRANTED' : 'REFUSED';
  return retriedWhenLost(async () => {
    const claim = await claims.get(deps.table, claimId, { consistent: true });
    if (claim === undefined) throw houseErrors.refusal('NOT_FOUND');
    if (claim.status === status) return { claimId, status };
    if (claim.status !== 'OPEN') throw identityErrors.refusal('CLAIM_DECIDED');
    const patient = await patientOf(deps, claim.patientId);
    const person = await openedPerson(deps, patient);
    if (normaliseResidentId(call.body.idNumber) !== person.idNumber) {
      throw identityErrors.refusal('CLAIM_ID_MISMATCH');
    }
    const granting = status === 'GRANTED' ? await granted(deps, call, claim, patient) : [];
    const outcome = await deps.table.transact([
      claims.updateOperation(
        claimId,
        {
          set: { status, decidedAt: instant(deps.clock), decidedBy: staffOf(call).accountId },
          remove: ['lookupPk', 'lookupSk'],
        },
        { if: { status: { in: statesBefore('claim', status) } } },
      ),
      ...granting,
      audited(
        deps,
        accessTo(deps, call, { patientId: claim.patientId, action: 'WRITE', purpose: 'desk-identity-claim' }),
      ),
    ]);
    return outcome.ok ? { claimId, status } : undefined;
  });
}

async function granted(
  deps: IdentityDeps,
  call: Call<unknown, unknown, z.output<typeof claimDecisionRequest>>,
  claim: Claim,
  patient: Patient,
): Promise<TransactOperation[]> {
  const { accountId, patientId, kind, kinship } = claim;
  const policy = policyToday(deps);
  const account = await activeAccount(deps, accountId);
  refuseOverLimits(policy, account, patient, kind);
  const { birthDate } = await openedPerson(deps, patient);
  if (kind === 'GUARDIAN' && !isMinor(birthDate, dayOf(deps.clock.now()), policy)) {
    throw identityErrors.refusal('NOT_A_MINOR');
  }
  const relation = {
    accountId,
    patientId,
    kind,
    ...(kinship === undefined ? {} : { kinship }),
    ...(kind === 'GUARDIAN' ? { until: guardianshipEndsAt(birthDate, policy) } : {}),
  };
  const ending = kind === 'SELF' && call.body.endsOthers ? othersOf(patient, accountId) : [];
  // The claimant's is the registered one from now on: the old one may be lost, and given to somebody else.
  const phone = kind === 'SELF' ? await openedAccountPhone(deps, account) : undefined;
  return [
    ...startedRelation(deps, call, relation, policy),
    ...(await endedAccounts(deps, call, patientId, ending)),
    patientSide(deps, relation, {
      ...policy,
      ending,
      ...(call.body.endsOthers ? { owners: patient.owners } : {}),
      changes:
        phone === undefined
          ? {}
          : {
              phone: await sealed(deps, patients.key(patientId), 'phone', phone),
              phoneOfOthers: false,
            },
    }),
    ...(phone === undefined ? [] : [{ put: await phoneItem(deps, patientId, phone) }]),
  ];
}

function othersOf({ owners }: Patient, accountId: string): Pick<Link, 'accountId' | 'kind'>[] {
  return Object.keys(owners)
    .filter((owner) => owner !== accountId)
    .map((owner) => ({ accountId: owner, kind: 'SELF' }));
}
