import * as z from 'zod/mini';
import type { Subscription, TimerHandler } from '../../shared/context.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { idSchema } from './contracts.ts';
import { DESKS_IN_FORCE, deskKey } from './desks.ts';
import { restaff } from './relations.ts';
import { policyNow } from './signing-moves.ts';
import { type Signing, type Team, teamOf, teams, teamsOf } from './store.ts';
import { isPending } from './transitions.ts';

/**
 * Rule S2: active + reserved ≤ capacity. One item a team counts its places: each of these operations moves one of
 * them, by condition, in the transaction of the step that needs it.
 */

/** A place is kept from the moment somebody applies. */
export function reservePlace(careTeamId: string): TransactOperation {
  return teams.updateOperation(
    careTeamId,
    { add: { free: -1, reserved: 1 } },
    { if: { active: true, free: { gt: 0 } } },
  );
}

/** Places that a register of signed residents takes at once. */
export function takePlaces({ careTeamId, version }: Team, count: number): TransactOperation {
  return teams.updateOperation(
    careTeamId,
    { add: { free: -count, signed: count } },
    { if: { active: true, free: { ge: count }, version } },
  );
}

/** What was reserved is taken. Only while the team has the doctors who were seen: they get the relation. */
export function takePlace({ careTeamId, version }: Team): TransactOperation {
  return teams.updateOperation(
    careTeamId,
    { add: { reserved: -1, signed: 1 } },
    { if: { reserved: { gt: 0 }, version } },
  );
}

export function leavePlace(signing: Pick<Signing, 'status' | 'careTeamId'>): TransactOperation {
  const from = isPending(signing) ? 'reserved' : 'signed';
  return teams.updateOperation(
    signing.careTeamId,
    { add: { [from]: -1, free: 1 } },
    { if: { [from]: { gt: 0 } } },
  );
}

export async function readTeam(
  { table }: Pick<Deps, 'table'>,
  careTeamId: string,
): Promise<Team | undefined> {
  return teams.get(table, careTeamId, { consistent: true });
}

const careTeamChanged = z.object({
  careTeamId: idSchema,
  institutionId: idSchema,
  name: z.string(),
  leaderId: idSchema,
  memberIds: z.array(idSchema),
  serviceArea: z.array(z.string()),
  capacity: z.int(),
  active: z.boolean(),
  version: z.int(),
});

export type TeamFacts = z.output<typeof careTeamChanged>;

export const RESTAFF = 'restaff';
const MOST_ATTEMPTS = 16;
/** The index of who is signed has caught up by then. */
const INDEX_MS = 60_000;

/** Signing's own copy of a team. A capacity that grows or shrinks moves the free places with it. */
export async function keepTeam(deps: Deps, facts: TeamFacts): Promise<void> {
  const { leaderId, memberIds, ...rest } = facts;
  const doctors = [leaderId, ...memberIds];
  const capacity = Math.min(facts.capacity, doctors.length * policyNow(deps).residentsPerDoctor);
  const copy = {
    ...rest,
    doctors,
    capacity,
    lookupPk: teamsOf(facts.institutionId),
    lookupSk: facts.careTeamId,
  };
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const seen = await readTeam(deps, facts.careTeamId);
    if (seen !== undefined && seen.version >= facts.version) return;
    if (seen === undefined) {
      const fresh = { ...copy, free: capacity, reserved: 0, signed: 0 };
      const made = await teams.put(deps.table, facts.careTeamId, fresh, { if: { $exists: false } });
      if (made.ok) return;
      continue;
    }
    const restaffing = seen.signed > 0 && doctors.join() !== seen.doctors.join();
    const outcome = await teams.update(
      deps.table,
      facts.careTeamId,
      {
        set: { ...copy, ...(restaffing ? { restaffing: true } : {}) },
        add: { free: capacity - seen.capacity },
      },
      {
        if: { version: seen.version },
        ...(restaffing
          ? { timer: { kind: RESTAFF, at: new Date(deps.clock.now() + INDEX_MS).toISOString() } }
          : {}),
      },
    );
    if (outcome.ok) return;
  }
  throw houseErrors.refusal('CONFLICT');
}

export const keepTeams: Subscription = {
  event: 'directory.care-team-changed',
  handle: (deps, { data }) => keepTeam(deps, careTeamChanged.parse(data)),
};

/** A doctor came or went: every signed resident's relations become those of the team. May be repeated. */
export const restaffTeam: TimerHandler = async (deps, { key }) => {
  const team = await readTeam(deps, teamOf(key));
  if (team === undefined) return;
  for (const desk of DESKS_IN_FORCE) {
    await restaff(deps, team, deskKey(team.careTeamId, desk));
  }
  await teams.update(
    deps.table,
    team.careTeamId,
    { remove: ['restaffing'] },
    { if: { version: team.version }, timer: null },
  );
};
