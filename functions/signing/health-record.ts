import type * as z from 'zod/mini';
import type { Doer } from '../../shared/access/acting.ts';
import { readPatientProfile } from '../../shared/access/patient-view.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { auditEntry, requestIdOf } from '../../shared/privacy/audit.ts';
import type { recordBody, recordView } from './contracts.ts';
import { signingErrors } from './errors.ts';
import { changeResident, groupsOn, readResident } from './residents.ts';
import { policyNow } from './signing-moves.ts';
import type { Resident } from './store.ts';

const MOST_ATTEMPTS = 12;

export interface Recording {
  readonly patientId: string;
  readonly doer: Doer & { readonly institutionId: string };
  readonly body: z.output<typeof recordBody>;
}

/**
 * 建档: a resident's health record is opened by an institution, or brought up to date by the one that keeps it. One
 * record a resident; where they live and what groups they are in is what lists, fees and rates go by.
 */
export async function saveRecord(
  deps: Deps,
  { patientId, doer, body }: Recording,
): Promise<z.input<typeof recordView>> {
  const profile = await readPatientProfile(deps, patientId);
  if (profile === undefined) throw signingErrors.refusal('IDENTITY_UNVERIFIED');
  const today = dayOf(deps.clock.now());
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const seen = await readResident(deps, patientId);
    if (seen.record !== undefined && seen.record.institutionId !== doer.institutionId) {
      throw signingErrors.refusal('RECORD_EXISTS', { context: { institutionId: seen.record.institutionId } });
    }
    if (seen.deceased === true) throw signingErrors.refusal('DECEASED_RESIDENT');
    const record = seen.record ?? { institutionId: doer.institutionId, openedOn: today };
    const groups = groupsOn(policyNow(deps), body.groups, profile, today);
    const { divisionCode } = body;
    const outcome = await deps.table.transact([
      ...changeResident(seen, { ...seen, divisionCode, record, groups }),
      { put: recordWritten(deps, patientId, doer), if: { $exists: false } },
    ]);
    if (outcome.ok) return { patientId, divisionCode, groups: [...groups], ...record };
  }
  throw houseErrors.refusal('CONFLICT');
}

export async function showRecord(
  deps: Deps,
  patientId: string,
  institutionId: string,
): Promise<z.input<typeof recordView>> {
  const { record, divisionCode, groups }: Resident = await readResident(deps, patientId);
  if (record?.institutionId !== institutionId || divisionCode === undefined)
    throw signingErrors.refusal('RECORD_ELSEWHERE');
  return { patientId, divisionCode, groups: [...groups], ...record };
}

/** Rule of the house: who changes health data is written down in the very transaction. */
export function recordWritten(
  deps: Deps,
  patientId: string,
  { by, role, institutionId, traceparent }: Recording['doer'],
) {
  return auditEntry(deps.ids.next(20), {
    actor: { accountId: by, role, institutionId },
    action: 'WRITE',
    patientId,
    subject: { kind: 'health-record', id: patientId },
    purpose: 'health-record',
    at: instant(deps.clock),
    requestId: requestIdOf(traceparent),
  });
}
