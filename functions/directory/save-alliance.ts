import type { DomainEvent } from '../../shared/data/table.ts';
import { type ChangeDeps, changed, type Origin, requireVersion, states } from './change.ts';
import { commit, type Step } from './commit.ts';
import { directoryErrors } from './errors.ts';
import { type AllianceFacts, allianceFaults } from './rules.ts';
import { type Alliance, alliances, count, institutions, listVersion, places } from './store.ts';

interface Led {
  readonly leadId: string;
  readonly allianceId: string;
}

/** Answers the one that is there when this id was created before. */
export async function createAlliance(
  deps: ChangeDeps,
  { leadId, allianceId, facts }: Led & { readonly facts: AllianceFacts },
  origin: Origin = {},
): Promise<Alliance> {
  const known = await alliances.get(deps.table, allianceId, { consistent: true });
  if (known !== undefined) return known;
  await requireUsable(deps, leadId, facts);
  const after: Alliance = { ...facts, allianceId, leadId, active: true, version: 1 };
  await commit(deps.table, [
    ...recordSteps(deps, after, undefined, origin),
    leadStep(leadId),
    { operation: count({ institutionId: leadId }, 'alliancesLed', 1) },
  ]);
  return after;
}

/** Members join and leave by their dates, so that who belonged to it on a past day stays known. */
export async function updateAlliance(
  deps: ChangeDeps,
  { leadId, allianceId, version, facts }: Led & { readonly version: number; readonly facts: AllianceFacts },
  origin: Origin = {},
): Promise<Alliance> {
  const before = await existing(deps, { leadId, allianceId });
  if (before.version === version + 1 && states(before, facts)) return before;
  requireVersion(before, version);
  await requireUsable(deps, leadId, facts);
  const after: Alliance = { ...facts, allianceId, leadId, active: before.active, version: version + 1 };
  await commit(deps.table, recordSteps(deps, after, before, origin));
  return after;
}

export async function setAllianceActive(
  deps: ChangeDeps,
  { leadId, allianceId, active, version }: Led & { readonly active: boolean; readonly version: number },
  origin: Origin = {},
): Promise<Alliance> {
  const before = await existing(deps, { leadId, allianceId });
  if (before.active === active) return before;
  requireVersion(before, version);
  const after: Alliance = { ...before, active, version: version + 1 };
  await commit(deps.table, [
    ...(active ? [leadStep(leadId)] : []),
    ...recordSteps(deps, after, before, origin),
    { operation: count({ institutionId: leadId }, 'alliancesLed', active ? 1 : -1) },
  ]);
  return after;
}

async function existing(deps: ChangeDeps, { leadId, allianceId }: Led): Promise<Alliance> {
  const alliance = await alliances.get(deps.table, allianceId, { consistent: true });
  if (alliance?.leadId !== leadId) throw directoryErrors.refusal('ALLIANCE_NOT_FOUND');
  return alliance;
}

async function requireUsable(deps: ChangeDeps, leadId: string, facts: AllianceFacts): Promise<void> {
  const ids = [...new Set(facts.members.map(({ institutionId }) => institutionId))];
  const found = await institutions.getMany(deps.table, ids, { consistent: true });
  const known = new Set(ids.filter((_, index) => found[index] !== undefined));
  const reasons = allianceFaults(leadId, facts, (institutionId) => known.has(institutionId));
  if (reasons.length > 0) throw directoryErrors.refusal('ALLIANCE_REFUSED', { reasons });
}

/** The list's version moves too: containers keep alliances with their copy of the list. */
function recordSteps(
  deps: ChangeDeps,
  after: Alliance,
  before: Alliance | undefined,
  origin: Origin,
): readonly Step[] {
  const condition = before === undefined ? { $exists: false } : { version: before.version };
  const event = changed(deps, 'alliance', eventData(after), origin);
  return [
    { operation: alliances.putOperation(after.allianceId, after, { if: condition, event }) },
    { operation: listVersion.updateOperation('list', { add: { version: 1 } }) },
  ];
}

function leadStep(leadId: string): Step {
  return {
    operation: places.checkOperation(leadId, { active: true }),
    refused: () => ({ code: 'PLACE_UNUSABLE', reasons: [directoryErrors.reason('INSTITUTION_INACTIVE')] }),
  };
}

function eventData({ allianceId, leadId, kind, active, version, ...facts }: Alliance): DomainEvent['data'] {
  const members = facts.members.map(({ institutionId, joinedOn, leftOn }) => ({
    institutionId,
    joinedOn,
    ...(leftOn === undefined ? {} : { leftOn }),
  }));
  const { capabilities, exceptions } = facts;
  return { allianceId, leadId, kind, members, capabilities, exceptions, active, version };
}
