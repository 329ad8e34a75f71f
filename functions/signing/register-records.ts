import { openPatientProfile } from '../../shared/access/patient-view.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import type { Group } from './codes.ts';
import { type Recording, recordWritten } from './health-record.ts';
import { type Entry, enterLines, type Registered } from './register-lines.ts';
import { groupsOn } from './residents.ts';
import { policyNow } from './signing-moves.ts';

/** One line of an institution's register of health records (建档). */
export interface RecordLine {
  readonly patientId: string;
  readonly divisionCode: string;
  /** Besides those that follow from age. */
  readonly groups: readonly Group[];
}

/** Opens the health records of residents whose identity is known; one that is open stays as it is. */
export function registerRecords(
  deps: Deps,
  lines: readonly RecordLine[],
  doer: Recording['doer'],
): Promise<readonly Registered[]> {
  const today = dayOf(deps.clock.now());
  const policy = policyNow(deps);
  const { institutionId } = doer;
  return enterLines(deps, lines, async (pending, answer) => {
    const entries = new Map<string, Entry<RecordLine>>();
    for (const { line, seen, profile } of pending) {
      const { patientId, divisionCode } = line;
      if (entries.has(patientId)) continue;
      if (profile === undefined) answer(line, { ok: false, code: 'IDENTITY_UNVERIFIED' });
      else if (seen.deceased === true) answer(line, { ok: false, code: 'DECEASED_RESIDENT' });
      else if (seen.record?.institutionId === institutionId) answer(line, { ok: true, isNew: false });
      else if (seen.record !== undefined) answer(line, { ok: false, code: 'RECORD_EXISTS' });
      else {
        const person = await openPatientProfile(deps, patientId, profile);
        const recorded = [...new Set([...seen.groups, ...line.groups])];
        const groups = groupsOn(policy, recorded, person, today);
        const record = { institutionId, openedOn: today };
        const after = { ...seen, divisionCode, record, groups };
        const operations = [{ put: recordWritten(deps, patientId, doer), if: { $exists: false } }];
        entries.set(patientId, { line, seen, after, operations });
      }
    }
    return [{ entries: [...entries.values()] }];
  });
}
