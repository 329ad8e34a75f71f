import { keyOf, type Stepping } from '../../shared/access/acting.ts';
import { openPatientProfile, patientProfileKey } from '../../shared/access/patient-view.ts';
import { everyPage } from '../../shared/data/every-page.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors, type Reason } from '../../shared/kernel/errors.ts';
import type { Application } from './contracts.ts';
import { deskLink } from './desks.ts';
import { signingErrors } from './errors.ts';
import type { SigningPolicy } from './policy.ts';
import { entitlementsOf, packagesFor, quoteFor, reasonsAgainst } from './quote.ts';
import { changeResident, groupsOn, readResident } from './residents.ts';
import { eventTypeOf, signingEvent } from './signing-event.ts';
import { policyNow } from './signing-moves.ts';
import {
  type Captured,
  institutions,
  ofPatient,
  type Resident,
  type Signing,
  signings,
  type Team,
} from './store.ts';
import { readTeam, reservePlace } from './teams.ts';
import { placeOf, timerFor, waitUntil } from './waits.ts';

export interface Applying extends Stepping {
  readonly patientId: string;
  readonly application: Application;
  readonly captured?: Captured;
}

const MOST_ATTEMPTS = 8;

/**
 * Identity, overlap and capacity at once: everything that stands against it in one answer, or one transaction that
 * writes the application, keeps a place of the team and enters it with the resident (rules S1, S2).
 */
export async function applyForSigning(deps: Deps, applying: Applying): Promise<Signing> {
  const { patientId, application } = applying;
  const requestKey = keyOf(applying);
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const resident = await readResident(deps, patientId);
    const before = await repeated(deps, resident, requestKey, applying.captured);
    if (before !== undefined) return before;
    const { signing, groups } = await judged(deps, applying, resident);
    const { signingId, careTeamId } = signing;
    const outcome = await deps.table.transact([
      signings.putOperation(signing, signing, {
        if: { $exists: false },
        event: signingEvent(deps, eventTypeOf('TEAM_REVIEW'), signing, applying.doer, {
          place: placeOf(signing, deps.clock.now()),
        }),
        timer: timerFor(policyNow(deps), signing),
      }),
      ...changeResident(resident, {
        ...resident,
        groups,
        waiting: { signingId, careTeamId },
        ...(application.divisionCode === undefined ? {} : { divisionCode: application.divisionCode }),
      }),
      reservePlace(careTeamId),
    ]);
    if (outcome.ok) return signing;
  }
  throw houseErrors.refusal('CONFLICT');
}

/** What the request has come to. A capture is sent whenever there is a network: whatever has become of it since. */
async function repeated(
  { table }: Deps,
  { patientId, waiting }: Resident,
  requestKey: string,
  captured: Captured | undefined,
): Promise<Signing | undefined> {
  if (captured !== undefined) {
    const { captureId, witness } = captured;
    // A life has a few dozen.
    const all = await everyPage(table, signings, {
      pk: ofPatient(patientId),
      sk: { beginsWith: 'signing#' },
      consistent: true,
    });
    return all.find((one) => one.captured?.captureId === captureId && one.captured.witness === witness);
  }
  if (waiting === undefined) return undefined;
  const { signingId } = waiting;
  const before = await signings.get(table, { patientId, signingId }, { consistent: true });
  return before?.requestKey === requestKey ? before : undefined;
}

/** @throws Refusal APPLICATION_REFUSED with every reason */
async function judged(
  deps: Deps,
  { patientId, application, captured, ...stepping }: Applying,
  resident: Resident,
): Promise<{ readonly signing: Signing; readonly groups: Resident['groups'] }> {
  const policy = policyNow(deps);
  const { careTeamId, packageIds, districtId, municipalId, replaces } = application;
  const [team, profile, hospitals] = await Promise.all([
    readTeam(deps, careTeamId),
    deps.table.get(patientProfileKey(patientId), { consistent: true }),
    institutions.getMany(
      deps.table,
      [districtId, municipalId].filter((id) => id !== undefined),
    ),
  ]);
  if (team === undefined) throw signingErrors.refusal('CARE_TEAM_NOT_FOUND');
  const packages = packagesFor(policy, packageIds);
  const today = dayOf(deps.clock.now());
  const groups =
    profile === undefined
      ? resident.groups
      : groupsOn(policy, resident.groups, await openPatientProfile(deps, patientId, profile), today);
  const levels = hospitals.map((one) => (one?.active === true ? one.level : 'unknown'));
  const reasons = [
    ...(profile === undefined ? [signingErrors.reason('IDENTITY_UNVERIFIED')] : []),
    ...overlapOf(resident, application),
    ...teamReasons(policy, team, application.divisionCode ?? resident.divisionCode),
    ...reasonsAgainst(packages, groups),
    ...(isCombination(policy, levels) ? [] : [signingErrors.reason('COMBINATION_INVALID')]),
    ...captureReasons(deps, policy, captured),
  ];
  if (reasons.length > 0 || packages === undefined)
    throw signingErrors.refusal('APPLICATION_REFUSED', { reasons });
  const at = instant(deps.clock);
  const bare: Signing = {
    signingId: deps.ids.next(16),
    patientId,
    careTeamId,
    institutionId: team.institutionId,
    ...(districtId === undefined ? {} : { districtId }),
    ...(municipalId === undefined ? {} : { municipalId }),
    channel: captured === undefined ? 'MINI_PROGRAM' : 'ASSISTED',
    status: 'TEAM_REVIEW',
    version: 1,
    turn: 1,
    round: 1,
    runs: 1,
    packageIds,
    quote: quoteFor(policy, packages, groups),
    entitlements: entitlementsOf(packages),
    ...(captured === undefined ? {} : { captured }),
    instalmentsPaid: 0,
    ...(replaces === undefined ? {} : { replaces }),
    staff: [],
    reminded: 0,
    appliedAt: at,
    history: [{ at, status: 'TEAM_REVIEW' }],
    requestKey: keyOf(stepping),
  };
  const until = waitUntil(policy, bare, deps.clock.now());
  const waiting = { ...bare, ...(until === undefined ? {} : { waitUntil: until }) };
  return { signing: { ...waiting, ...deskLink(waiting) }, groups };
}

/** Rule S1. */
function overlapOf(
  { holder, waiting, deceased }: Resident,
  { careTeamId, replaces }: Application,
): readonly Reason[] {
  const reasons: Reason[] = [];
  if (deceased === true) reasons.push(signingErrors.reason('DECEASED_RESIDENT'));
  if (waiting !== undefined)
    reasons.push(signingErrors.reason('ALREADY_APPLIED', { signingId: waiting.signingId }));
  if (replaces === undefined && holder !== undefined)
    reasons.push(signingErrors.reason('ALREADY_SIGNED', { signingId: holder.signingId }));
  if (replaces !== undefined && (holder?.signingId !== replaces || holder.careTeamId === careTeamId))
    reasons.push(signingErrors.reason('NOTHING_TO_REPLACE'));
  return reasons;
}

/** Rule S2, as it was read; the write decides. */
function teamReasons(
  { areaBound }: SigningPolicy,
  { active, free, serviceArea }: Team,
  divisionCode: string | undefined,
): readonly Reason[] {
  const reasons: Reason[] = [];
  if (!active) reasons.push(signingErrors.reason('TEAM_CLOSED'));
  if (free <= 0) reasons.push(signingErrors.reason('TEAM_FULL'));
  if (divisionCode === undefined) reasons.push(signingErrors.reason('RESIDENCE_NEEDED'));
  else if (
    areaBound &&
    !serviceArea.some((area) => divisionCode.startsWith(area) || area.startsWith(divisionCode))
  )
    reasons.push(signingErrors.reason('OUTSIDE_AREA'));
  return reasons;
}

/** The community centre is the team's; besides it one district and one municipal hospital. */
function isCombination({ combination }: SigningPolicy, levels: readonly string[]): boolean {
  if (combination === 'NONE') return levels.length === 0;
  const complete = levels.length === 2 && levels[0] === 'secondary' && levels[1] === 'tertiary';
  return complete || (combination === 'OPTIONAL' && levels.length === 0);
}

function captureReasons(
  deps: Deps,
  { hours }: SigningPolicy,
  captured: Captured | undefined,
): readonly Reason[] {
  if (captured === undefined) return [];
  const age = deps.clock.now() - Date.parse(captured.capturedAt);
  return age >= 0 && age <= hours.signatures * 3_600_000 ? [] : [signingErrors.reason('CAPTURE_INVALID')];
}
