import type * as z from 'zod/mini';
import type { Item } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { openCursor, sealCursor } from '../../shared/http/cursor.ts';
import { openPart } from './clinical.ts';
import type { referralCard, referralList, referralView } from './contracts.ts';
import { concerns, type Desk, deskKey } from './desks.ts';
import { referralErrors } from './errors.ts';
import { standardOf } from './interoperability.ts';
import {
  departments,
  institutions,
  type Part,
  type Referral,
  type ReferralId,
  referrals,
  sent,
} from './store.ts';
import { wordsFor } from './timeline.ts';

/** What people see of a referral. Lists bear no word of what a doctor wrote; one referral is opened whole. */

const PAGE = 20;

type Card = z.input<typeof referralCard>;
type View = z.input<typeof referralView>;
type List = z.input<typeof referralList>;

/** Whoever opens it: the patient's people, or staff of an institution that it concerns. */
export async function showReferral(deps: Deps, id: ReferralId, institutionId?: string): Promise<View> {
  const referral = await referrals.get(deps.table, id, { consistent: true });
  if (referral === undefined || (institutionId !== undefined && !concerns(referral, institutionId)))
    throw referralErrors.refusal('REFERRAL_NOT_FOUND');
  return viewOf(deps, referral);
}

/** The answer to a step: the same as opening it. */
export async function viewOf(deps: Deps, referral: Referral): Promise<View> {
  const [[card], names, parts] = await Promise.all([
    cardsOf(deps, [referral]),
    namesOf(
      deps,
      referral.timeline.map((entry) => entry.institutionId ?? referral.toInstitutionId),
    ),
    partsOf(deps, referral),
  ]);
  if (card === undefined) throw new Error('a referral has a card');
  const { standing, notBefore, expectedOn, number, endedAt, endedReason, follows, status } = referral;
  return {
    ...card,
    criteria: [...referral.criteria],
    insideCombination: referral.insideCombination,
    outOfArea: referral.outOfArea,
    escalated: referral.escalated,
    ...(standing === undefined ? {} : { standing }),
    ...(notBefore === undefined || status !== 'BETWEEN_VISITS' ? {} : { nextVisitFrom: notBefore }),
    ...(expectedOn === undefined ? {} : { expectedOn }),
    ...(number === undefined ? {} : { number }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(endedReason === undefined ? {} : { endedReason }),
    ...(follows === undefined ? {} : { follows }),
    standard: { ...standardOf(referral) },
    timeline: referral.timeline.map((entry) => ({
      at: entry.at,
      status: entry.status,
      text: wordsFor(referral, entry, names.get(entry.institutionId ?? referral.toInstitutionId) ?? ''),
    })),
    ...parts,
  };
}

type Parts = Pick<View, 'application' | 'supplement' | 'summaries' | 'firstVisit' | 'remark'>;

async function partsOf(deps: Deps, { patientId, referralId, round }: Referral): Promise<Parts> {
  const open = (part: Part) => openPart(deps, { patientId, referralId, part });
  const [application, supplement, firstVisit, remark] = await Promise.all(
    (['application', 'supplement', 'first-visit', 'remark'] as const).map(open),
  );
  const rounds = Array.from({ length: round }, (_, index) => index + 1);
  const summaries = await Promise.all(rounds.map((one) => open(`summary-${one}`)));
  // Sealed by us from parsed requests; the response schema takes them apart once more.
  return {
    ...(application === undefined ? {} : { application }),
    ...(supplement === undefined ? {} : { supplement }),
    ...(firstVisit === undefined ? {} : { firstVisit }),
    ...(remark === undefined ? {} : { remark }),
    summaries: summaries.filter((summary) => summary !== undefined),
  } as Parts;
}

/** A patient's referrals, newest first. */
export async function listOfPatient(deps: Deps, patientId: string): Promise<List> {
  const { items } = await referrals.query(deps.table, {
    pk: referrals.key({ patientId, referralId: '' }).pk,
    sk: { beginsWith: 'referral#' },
    limit: 200,
  });
  const newestFirst = items.toSorted((a, b) => (a.submittedAt < b.submittedAt ? 1 : -1));
  return { referrals: await cardsOf(deps, newestFirst) };
}

/** What a desk has to do, most pressing first. */
export async function listAtDesk(
  deps: Deps,
  institutionId: string,
  desk: Desk,
  cursor: string | undefined,
): Promise<List> {
  const place = { scope: 'referral', of: `${desk}:${institutionId}` };
  const after = await openCursor(deps, place, cursor);
  const page = await referrals.query(deps.table, {
    index: 'lookup',
    pk: deskKey(institutionId, desk),
    limit: PAGE,
    ...(after === undefined ? {} : { after }),
  });
  return pageOf(await cardsOf(deps, page.items), await sealCursor(deps, place, page.next));
}

/** What an institution has sent, newest first, wherever it is now. */
export async function listSent(deps: Deps, institutionId: string, cursor: string | undefined): Promise<List> {
  const place = { scope: 'referral', of: `sent:${institutionId}` };
  const after: Item | undefined = await openCursor(deps, place, cursor);
  const { pk } = sent.key({ institutionId, at: '', referralId: '' });
  const page = await sent.query(deps.table, {
    pk,
    sk: { beginsWith: 'sent#' },
    descending: true,
    limit: PAGE,
    ...(after === undefined ? {} : { after }),
  });
  const found = await referrals.getMany(deps.table, page.items);
  const cards = await cardsOf(
    deps,
    found.flatMap((referral) => referral ?? []),
  );
  return pageOf(cards, await sealCursor(deps, place, page.next));
}

function pageOf(cards: Card[], next: string | undefined): List {
  return { referrals: cards, ...(next === undefined ? {} : { next }) };
}

async function cardsOf(deps: Deps, all: readonly Referral[]): Promise<Card[]> {
  const [names, departmentNames] = await Promise.all([
    namesOf(
      deps,
      all.flatMap(({ fromInstitutionId, toInstitutionId }) => [fromInstitutionId, toInstitutionId]),
    ),
    departments.getMany(
      deps.table,
      all.map(({ toInstitutionId: institutionId, toDepartmentId: departmentId }) => ({
        institutionId,
        departmentId,
      })),
    ),
  ]);
  return all.map((referral, index) => ({
    referralId: referral.referralId,
    patientId: referral.patientId,
    direction: referral.direction,
    urgency: referral.urgency,
    status: referral.status,
    from: { institutionId: referral.fromInstitutionId, name: names.get(referral.fromInstitutionId) ?? '' },
    to: {
      institutionId: referral.toInstitutionId,
      name: names.get(referral.toInstitutionId) ?? '',
      departmentId: referral.toDepartmentId,
      departmentName: departmentNames[index]?.name ?? '',
    },
    specialty: referral.specialty,
    round: referral.round,
    submittedAt: referral.submittedAt,
    ...(referral.waitUntil === undefined ? {} : { waitUntil: referral.waitUntil }),
  }));
}

async function namesOf(
  { table }: Deps,
  institutionIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const unique = [...new Set(institutionIds)];
  const found = await institutions.getMany(table, unique);
  return new Map(unique.map((institutionId, index) => [institutionId, found[index]?.name ?? '']));
}
