import { everyPage } from '../../shared/data/every-page.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { type Care, cares, ofPatient, type Place, type Plan, plans, teams } from './store.ts';

/** Whom a patient is with: judged and changed under the version of one item. */

export async function readCare({ table }: Pick<Deps, 'table'>, patientId: string): Promise<Care> {
  const found = await cares.get(table, patientId, { consistent: true });
  return found ?? { patientId, version: 0, heardAt: '' };
}

function changeCare(seen: Care, after: Omit<Care, 'version'>): TransactOperation {
  return cares.putOperation(
    seen.patientId,
    { ...after, version: seen.version + 1 },
    { if: seen.version === 0 ? { $exists: false } : { version: seen.version } },
  );
}

/** Nothing has changed about it since it was read: for the transaction of what rests on it. */
export function checkCare({ patientId, version }: Care): TransactOperation {
  return cares.checkOperation(patientId, version === 0 ? { $exists: false } : { version });
}

/** Far more than what may still be under way. */
const ENDED_KEPT = 30;

export function hasEnded({ ended = [] }: Care, what: string): boolean {
  return ended.includes(what);
}

/** What is over, and not known to be. */
export function withEnded(care: Care, ...what: readonly string[]): Care {
  const { ended = [] } = care;
  return { ...care, ended: [...ended.filter((one) => !what.includes(one)), ...what].slice(-ENDED_KEPT) };
}

const MOST_ATTEMPTS = 12;

/** Changes whom the patient is with, judged anew when somebody was faster; undefined: it stays. Answers how it stands then. */
export async function keepCare(
  deps: Deps,
  patientId: string,
  change: (seen: Care) => Care | undefined,
): Promise<Care> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const seen = await readCare(deps, patientId);
    const next = change(seen);
    if (next === undefined) return seen;
    const { ok } = await deps.table.transact([changeCare(seen, next)]);
    if (ok) return next;
  }
  throw houseErrors.refusal('CONFLICT');
}

/** The team that the patient is signed with; undefined: none, or none that is known here yet. */
export async function placeOf({ table }: Pick<Deps, 'table'>, { holder }: Care): Promise<Place | undefined> {
  if (holder === undefined) return undefined;
  const team = await teams.get(table, holder.careTeamId, { consistent: true });
  return team === undefined ? undefined : { institutionId: team.institutionId, careTeamId: team.careTeamId };
}

/** A patient's plans, those that have ended included. A life has a few dozen. */
export async function plansOf({ table }: Pick<Deps, 'table'>, patientId: string): Promise<readonly Plan[]> {
  return everyPage(table, plans, { pk: ofPatient(patientId), sk: { beginsWith: 'plan#' }, consistent: true });
}

export async function openPlansOf(deps: Pick<Deps, 'table'>, patientId: string): Promise<readonly Plan[]> {
  return (await plansOf(deps, patientId)).filter(({ status }) => status !== 'ENDED');
}
