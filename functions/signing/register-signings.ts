import type { Doer } from '../../shared/access/acting.ts';
import { openPatientProfile } from '../../shared/access/patient-view.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { type Day, dayOf, instantAt } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { Group } from './codes.ts';
import { deskLink } from './desks.ts';
import type { SigningPolicy } from './policy.ts';
import { entitlementsOf, packagesFor, quoteFor } from './quote.ts';
import { type Entry, enterLines, type Known, type RegisterCode, type Registered } from './register-lines.ts';
import { openRelations } from './relations.ts';
import { groupsOn } from './residents.ts';
import { eventTypeOf, signingEvent } from './signing-event.ts';
import { policyNow } from './signing-moves.ts';
import { type Signing, signings, type Team, type Term } from './store.ts';
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

type Pending = Known & { readonly line: RegisterLine };

/** Enters residents who have signed on paper, by the rules of every signing (S1, S2, S5, S6). */
export function registerSignings(
  deps: Deps,
  lines: readonly RegisterLine[],
  doer: Doer,
): Promise<readonly Registered[]> {
  return enterLines(deps, lines, async (pending, answer) => {
    const entered = new Set<string>();
    const batches = [];
    for (const [careTeamId, some] of Map.groupBy(pending, ({ line }) => line.careTeamId)) {
      const team = await teamFor(deps, careTeamId, doer);
      const entries: Entry<RegisterLine>[] = [];
      for (const one of some) {
        const { line, seen } = one;
        if (entered.has(line.patientId)) continue;
        const code = codeAgainst(deps, one, team, entries.length);
        if (code === undefined && seen.holder?.careTeamId === careTeamId)
          answer(line, { ok: true, signingId: seen.holder.signingId, isNew: false });
        else if (code !== undefined || team === undefined)
          answer(line, { ok: false, code: code ?? 'CARE_TEAM_NOT_FOUND' });
        else {
          entered.add(line.patientId);
          entries.push(await entryOf(deps, one, team, doer));
        }
      }
      if (team !== undefined) batches.push({ entries, along: (count: number) => takePlaces(team, count) });
    }
    return batches;
  });
}

/** An institution registers for its own teams; what belongs to another is not there. */
async function teamFor(deps: Deps, careTeamId: string, doer: Doer): Promise<Team | undefined> {
  const team = await readTeam(deps, careTeamId);
  const isOwn = doer.institutionId === undefined || team?.institutionId === doer.institutionId;
  return isOwn ? team : undefined;
}

function codeAgainst(
  deps: Deps,
  { line, seen, profile }: Pending,
  team: Team | undefined,
  taken: number,
): RegisterCode | undefined {
  const term = termFrom(line.signedOn, policyNow(deps).termMonths);
  if (team === undefined) return 'CARE_TEAM_NOT_FOUND';
  if (seen.holder?.careTeamId === team.careTeamId) return undefined;
  if (!team.active) return 'TEAM_CLOSED';
  if (profile === undefined) return 'IDENTITY_UNVERIFIED';
  if (seen.deceased === true) return 'DECEASED_RESIDENT';
  if (seen.holder !== undefined) return 'ALREADY_SIGNED';
  if (seen.waiting !== undefined) return 'ALREADY_APPLIED';
  const isRunning = line.signedOn <= dayOf(deps.clock.now()) && instant(deps.clock) < endOf(term);
  if (!isRunning) return 'TERM_NOT_RUNNING';
  return taken < team.free ? undefined : 'TEAM_FULL';
}

async function entryOf(
  deps: Deps,
  { line, seen, profile }: Pending,
  team: Team,
  doer: Doer,
): Promise<Entry<RegisterLine>> {
  if (profile === undefined) throw new Error('whose identity is unknown is not entered');
  const { patientId, divisionCode, signedOn } = line;
  const { careTeamId, institutionId } = team;
  const policy = policyNow(deps);
  const today = dayOf(deps.clock.now());
  const person = await openPatientProfile(deps, patientId, profile);
  const groups = groupsOn(policy, [...new Set([...seen.groups, ...line.groups])], person, today);
  const packages = packagesFor(policy, []) ?? [];
  const term = termFrom(signedOn, policy.termMonths);
  const signing = signed(deps, line, team, {
    term,
    quote: quoteFor(policy, packages, groups),
    entitlements: entitlementsOf(packages),
  });
  const { signingId } = signing;
  const record = seen.record ?? { institutionId, openedOn: today };
  return {
    line,
    seen,
    after: { ...seen, divisionCode, record, groups, holder: { signingId, careTeamId } },
    operations: contract(deps, policy, { ...signing, term }, doer),
    signingId,
  };
}

function signed(
  deps: Deps,
  { patientId, signedOn }: RegisterLine,
  { careTeamId, institutionId, doctors }: Team,
  terms: Pick<Signing, 'term' | 'quote' | 'entitlements'>,
): Signing {
  const at = instantAt(signedOn, '00:00');
  const signing: Signing = {
    signingId: deps.ids.next(16),
    patientId,
    careTeamId,
    institutionId,
    channel: 'PAPER',
    status: 'ACTIVE',
    version: 1,
    turn: 1,
    round: 1,
    runs: 0,
    packageIds: [],
    ...terms,
    instalmentsPaid: 0,
    staff: doctors,
    reminded: 0,
    appliedAt: at,
    activatedAt: at,
    history: [{ at, status: 'ACTIVE' }],
    requestKey: `register:${signedOn}`,
  };
  return { ...signing, ...deskLink(signing) };
}

function contract(
  deps: Deps,
  policy: SigningPolicy,
  signing: Signing & { readonly term: Term },
  doer: Doer,
): readonly TransactOperation[] {
  const { patientId, staff, term, appliedAt } = signing;
  return [
    signings.putOperation(signing, signing, {
      if: { $exists: false },
      event: signingEvent(deps, eventTypeOf('ACTIVE'), signing, doer, { registered: true }),
      timer: timerFor(policy, signing),
    }),
    ...openRelations(patientId, staff, { since: appliedAt, term }),
  ];
}
