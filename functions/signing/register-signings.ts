import type { Doer } from '../../shared/access/acting.ts';
import { openPatientProfile, patientProfileKey } from '../../shared/access/patient-view.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { type Day, dayOf, instantAt } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { Group } from './codes.ts';
import { deskLink } from './desks.ts';
import type { signingErrors } from './errors.ts';
import { entitlementsOf, packagesFor, quoteFor } from './quote.ts';
import { openRelations } from './relations.ts';
import { changeResidents, groupsOn } from './residents.ts';
import { eventTypeOf, signingEvent } from './signing-event.ts';
import { policyNow } from './signing-moves.ts';
import { type Resident, residents, type Signing, signings, type Team } from './store.ts';
import { readTeam, takePlaces } from './teams.ts';
import { endOf, termFrom, timerFor } from './waits.ts';

/** One line of a register on paper, or of another system: signed already, with the basic package. */
export interface RegisterLine {
  readonly patientId: string;
  readonly careTeamId: string;
  readonly divisionCode: string;
  /** Besides those that follow from age. */
  readonly groups: readonly Group[];
  readonly signedOn: Day;
}

type Code = keyof typeof signingErrors.definitions | 'CONFLICT';

export type Registered =
  | { readonly ok: true; readonly signingId: string; readonly isNew: boolean }
  | { readonly ok: false; readonly code: Code };

/** Of a transaction. A line is a signing, a resident, their groups, the doctors' relations, and at worst a tally. */
const MOST_OPERATIONS = 99;
const MOST_ATTEMPTS = 6;

/**
 * Enters residents who have signed on paper, by the rules of every signing (S1, S2, S5, S6). Answers line by line, in
 * the order given; a line that is entered already is answered as such, so that a register may be sent again.
 */
export async function registerSignings(
  deps: Deps,
  lines: readonly RegisterLine[],
  doer: Doer,
): Promise<readonly Registered[]> {
  const answers = new Map<RegisterLine, Registered>();
  for (const [careTeamId, some] of Map.groupBy(lines, (line) => line.careTeamId)) {
    const { doctors = [] } = (await readTeam(deps, careTeamId)) ?? {};
    const atOnce = Math.floor(MOST_OPERATIONS / (doctors.length + 4));
    for (let from = 0; from < some.length; from += atOnce) {
      await registerChunk(deps, careTeamId, some.slice(from, from + atOnce), doer, answers);
    }
  }
  return lines.map((line) => answers.get(line) ?? { ok: false, code: 'CONFLICT' });
}

async function registerChunk(
  deps: Deps,
  careTeamId: string,
  lines: readonly RegisterLine[],
  doer: Doer,
  answers: Map<RegisterLine, Registered>,
): Promise<void> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const { team, entries } = await judged(deps, careTeamId, lines, answers);
    if (team === undefined || entries.length === 0) return;
    const outcome = await deps.table.transact([
      takePlaces(team, entries.length),
      ...changeResidents(entries.map(({ seen, after }) => ({ seen, after }))),
      ...entries.flatMap(({ signing }) => contract(deps, signing, doer)),
    ]);
    if (!outcome.ok) continue;
    for (const { line, signing } of entries)
      answers.set(line, { ok: true, signingId: signing.signingId, isNew: true });
    return;
  }
}

interface Entry {
  readonly line: RegisterLine;
  readonly seen: Resident;
  readonly after: Omit<Resident, 'version'>;
  readonly signing: Signing;
}

/** What can be entered now; everything else is answered. */
async function judged(
  deps: Deps,
  careTeamId: string,
  lines: readonly RegisterLine[],
  answers: Map<RegisterLine, Registered>,
): Promise<{ readonly team: Team | undefined; readonly entries: readonly Entry[] }> {
  const ids = lines.map(({ patientId }) => patientId);
  const [team, known, profiles] = await Promise.all([
    readTeam(deps, careTeamId),
    residents.getMany(deps.table, ids, { consistent: true }),
    deps.table.getMany(ids.map(patientProfileKey), { consistent: true }),
  ]);
  const policy = policyNow(deps);
  const today = dayOf(deps.clock.now());
  const entries: Entry[] = [];
  const taken = new Set<string>();
  for (const [index, line] of lines.entries()) {
    const { patientId, divisionCode } = line;
    const seen = known[index] ?? { patientId, version: 0, groups: [] };
    const term = termFrom(line.signedOn, policy.termMonths);
    const profile = profiles[index];
    const refused = (code: Code) => answers.set(line, { ok: false, code });
    if (seen.holder?.careTeamId === careTeamId)
      answers.set(line, { ok: true, signingId: seen.holder.signingId, isNew: false });
    else if (team === undefined) refused('CARE_TEAM_NOT_FOUND');
    else if (!team.active) refused('TEAM_CLOSED');
    else if (profile === undefined) refused('IDENTITY_UNVERIFIED');
    else if (seen.deceased === true) refused('DECEASED_RESIDENT');
    else if (seen.holder !== undefined || taken.has(patientId)) refused('ALREADY_SIGNED');
    else if (seen.waiting !== undefined) refused('ALREADY_APPLIED');
    else if (line.signedOn > today || endOf(term) <= instant(deps.clock)) refused('TERM_NOT_RUNNING');
    else if (entries.length >= team.free) refused('TEAM_FULL');
    else {
      taken.add(patientId);
      const person = await openPatientProfile(deps, patientId, profile);
      const groups = groupsOn(policy, [...new Set([...seen.groups, ...line.groups])], person, today);
      const packages = packagesFor(policy, []) ?? [];
      const signing = signed(
        deps,
        { line, team, term },
        {
          quote: quoteFor(policy, packages, groups),
          entitlements: entitlementsOf(packages),
        },
      );
      const record = seen.record ?? { institutionId: team.institutionId, openedOn: today };
      const holder = { signingId: signing.signingId, careTeamId };
      entries.push({ line, seen, signing, after: { ...seen, divisionCode, record, groups, holder } });
    }
  }
  return { team, entries };
}

function signed(
  deps: Deps,
  {
    line,
    team,
    term,
  }: { readonly line: RegisterLine; readonly team: Team; readonly term: Required<Signing>['term'] },
  terms: Pick<Signing, 'quote' | 'entitlements'>,
): Signing {
  const at = instantAt(line.signedOn, '00:00');
  const signing: Signing = {
    signingId: deps.ids.next(16),
    patientId: line.patientId,
    careTeamId: team.careTeamId,
    institutionId: team.institutionId,
    channel: 'PAPER',
    status: 'ACTIVE',
    version: 1,
    turn: 1,
    round: 1,
    runs: 0,
    packageIds: [],
    ...terms,
    instalmentsPaid: 0,
    term,
    staff: team.doctors,
    reminded: 0,
    appliedAt: at,
    activatedAt: at,
    history: [{ at, status: 'ACTIVE' }],
    requestKey: `register:${line.signedOn}`,
  };
  return { ...signing, ...deskLink(signing) };
}

function contract(deps: Deps, signing: Signing, doer: Doer): readonly TransactOperation[] {
  const { patientId, staff, term, appliedAt } = signing;
  if (term === undefined) throw new Error('a contract in force has a term');
  return [
    signings.putOperation(signing, signing, {
      if: { $exists: false },
      event: signingEvent(deps, eventTypeOf('ACTIVE'), signing, doer, { registered: true }),
      timer: timerFor(policyNow(deps), signing),
    }),
    ...openRelations(patientId, staff, { since: appliedAt, term }),
  ];
}
