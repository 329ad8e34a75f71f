import { type CareRelationKind, RELATION_PREFIX } from '../../shared/access/care-relations.ts';
import type { Item } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { Draft } from './draft.ts';
import { AUDIENCES, type TemplatePolicy } from './policy.ts';
import { type Message, type Recipient, teams } from './store.ts';

/**
 * Who is told: the accounts that act for the patient, as far as policy says, and where there is none the patient, by the
 * phone they gave at a desk. A care team is told by its leader.
 */
export async function recipientsOf(
  deps: Pick<Deps, 'table' | 'clock'>,
  { audience }: Pick<TemplatePolicy, 'audience'>,
  { patientId, to, institutionId }: Pick<Draft, 'patientId' | 'to' | 'institutionId'>,
): Promise<readonly Recipient[]> {
  if (to?.kind === 'CARE_TEAM') return leaderOf(deps, to.id, institutionId);
  if (to !== undefined) return [to];
  if (patientId === undefined) return [];
  const accounts = await accountsOf(deps, patientId, audience);
  if (accounts.length === 0) return [{ kind: 'PATIENT', id: patientId }];
  return accounts.map((id) => ({ kind: 'ACCOUNT', id }));
}

/** Hours may lie between making a message and sending it: it goes to nobody who may not act for the patient any more. */
export async function isStillConcerned(
  deps: Pick<Deps, 'table' | 'clock'>,
  { audience }: Pick<TemplatePolicy, 'audience'>,
  { patientId, recipientKind, recipientId }: Message,
): Promise<boolean> {
  if (recipientKind !== 'ACCOUNT' || patientId === undefined) return true;
  return (await accountsOf(deps, patientId, audience)).includes(recipientId);
}

/** Of a team that we have not heard of yet, the house. */
async function leaderOf(
  { table }: Pick<Deps, 'table'>,
  careTeamId: string,
  institutionId: string | undefined,
): Promise<readonly Recipient[]> {
  const team = await teams.get(table, careTeamId);
  if (team !== undefined) return [{ kind: 'PRACTITIONER', id: team.leaderId }];
  return institutionId === undefined ? [] : [{ kind: 'INSTITUTION', id: institutionId }];
}

/** Each once, however they are related. Consistent: a revoked relation hears nothing. */
async function accountsOf(
  { table, clock }: Pick<Deps, 'table' | 'clock'>,
  patientId: string,
  audience: readonly CareRelationKind[],
): Promise<readonly string[]> {
  const now = instant(clock);
  const wanted = AUDIENCES.filter((kind) => audience.includes(kind));
  const page = await table.query({ pk: `${RELATION_PREFIX}${patientId}`, consistent: true });
  const stands = ({ kind, until }: Item): boolean =>
    wanted.some((one) => one === kind) && (until === undefined || String(until) > now);
  return [...new Set(page.items.filter(stands).map(({ holderId }) => String(holderId)))];
}
