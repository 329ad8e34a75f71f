import { openPatientProfile, patientProfileKey } from '../../shared/access/patient-view.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import type { Group } from './codes.ts';
import { changeResidents, groupsOn } from './residents.ts';
import { policyNow } from './signing-moves.ts';
import { residents } from './store.ts';

/** One line of a register of health records (建档). */
export interface RecordLine {
  readonly patientId: string;
  readonly institutionId: string;
  readonly divisionCode: string;
  readonly groups: readonly Group[];
}

const LINES_AT_ONCE = 30;
const MOST_ATTEMPTS = 6;

/**
 * Opens the health records of residents whose identity is known; one that is open stays as it is. Answers how many
 * were opened. @throws Error when others were faster several times over
 */
export async function registerRecords(deps: Deps, lines: readonly RecordLine[]): Promise<number> {
  let opened = 0;
  for (let from = 0; from < lines.length; from += LINES_AT_ONCE) {
    opened += await registerChunk(deps, lines.slice(from, from + LINES_AT_ONCE));
  }
  return opened;
}

async function registerChunk(deps: Deps, lines: readonly RecordLine[]): Promise<number> {
  const today = dayOf(deps.clock.now());
  const ids = lines.map(({ patientId }) => patientId);
  const profiles = await deps.table.getMany(ids.map(patientProfileKey), { consistent: true });
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const known = await residents.getMany(deps.table, ids, { consistent: true });
    const changes = [];
    for (const [index, { patientId, institutionId, divisionCode, groups }] of lines.entries()) {
      const seen = known[index] ?? { patientId, version: 0, groups: [] };
      const profile = profiles[index];
      if (profile === undefined || seen.record !== undefined || seen.deceased === true) continue;
      const person = await openPatientProfile(deps, patientId, profile);
      const record = { institutionId, openedOn: today };
      const all = groupsOn(policyNow(deps), [...new Set([...seen.groups, ...groups])], person, today);
      changes.push({ seen, after: { ...seen, divisionCode, record, groups: all } });
    }
    if (changes.length === 0) return 0;
    if ((await deps.table.transact(changeResidents(changes))).ok) return changes.length;
  }
  throw new Error('records are being changed by others');
}
