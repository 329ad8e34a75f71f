import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import { everyPage } from '../../shared/data/every-page.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { residentOf } from './acting.ts';
import type { LinkedPatient, linkedPatients } from './contracts.ts';
import type { IdentityDeps } from './identity-deps.ts';
import { summaryOf } from './patient-record.ts';
import { isInForce } from './relations.ts';
import { activeAccount, type Link, links, patientOf } from './store.ts';

const ORDER = ['SELF', 'GUARDIAN', 'FAMILY'];

/** Whom this account may act for: its own patient first. */
export async function listPatients(deps: IdentityDeps, call: Call): Promise<z.input<typeof linkedPatients>> {
  const { accountId } = await activeAccount(deps, residentOf(call).accountId);
  const now = instant(deps.clock);
  // Those that have ended stand among them and may fill pages.
  const all = await everyPage(deps.table, links, {
    pk: links.key({ accountId, patientId: 'any' }).pk,
    sk: { beginsWith: 'patient#' },
    consistent: true,
  });
  const inForce = all.filter((link) => isInForce(link, now)).sort(byKind);
  return { patients: await Promise.all(inForce.map((link) => linkedPatientOf(deps, link))) };
}

async function linkedPatientOf(
  deps: IdentityDeps,
  { patientId, kind, kinship, until }: Link,
): Promise<LinkedPatient> {
  return {
    ...(await summaryOf(deps, await patientOf(deps, patientId))),
    relation: kind,
    ...(kinship === undefined ? {} : { kinship }),
    ...(until === undefined ? {} : { until }),
  };
}

function byKind(one: Link, other: Link): number {
  return ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind) || (one.since < other.since ? -1 : 1);
}
