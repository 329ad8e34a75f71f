import type * as z from 'zod/mini';
import type { Doer } from '../../shared/access/acting.ts';
import type { Item } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { openCursor, sealCursor } from '../../shared/http/cursor.ts';
import { type Day, dayOf } from '../../shared/kernel/china-time.ts';
import { openAgreement } from './agreements.ts';
import type { signingCard, signingList, signingView } from './contracts.ts';
import { type Desk, deskKey } from './desks.ts';
import { signingErrors } from './errors.ts';
import { signingPolicy } from './policy.ts';
import { ofPatient, type Signing, type SigningId, signings, teams } from './store.ts';
import { isOfTeam } from './take-step.ts';

/** What people see of a signing. */

type Card = z.input<typeof signingCard>;
type View = z.input<typeof signingView>;
type List = z.input<typeof signingList>;

const PAGE = 50;

/** By the patient's people, or by staff of the team or of its institution (`doer`). */
export async function showSigning(deps: Deps, id: SigningId, doer?: Doer): Promise<View> {
  const signing = await signings.get(deps.table, id, { consistent: true });
  if (signing === undefined) throw signingErrors.refusal('SIGNING_NOT_FOUND');
  if (doer !== undefined && doer.institutionId !== signing.institutionId) {
    const team = await teams.get(deps.table, signing.careTeamId, { consistent: true });
    if (!isOfTeam(team, doer)) throw signingErrors.refusal('SIGNING_NOT_FOUND');
  }
  return viewOf(deps, signing);
}

/** The answer to a step: the same as opening it. */
export async function viewOf(deps: Deps, signing: Signing): Promise<View> {
  const { agreement, charge, next, districtId, municipalId, endedAt, endedReason } = signing;
  const [[card], text] = await Promise.all([
    cardsOf(deps, [signing]),
    agreement === undefined ? undefined : openAgreement(deps, signing, agreement.number),
  ]);
  if (card === undefined) throw new Error('a signing has a card');
  const { packages } = deps.city.policy(signingPolicy).at(catalogueDay(deps, signing));
  const names = new Map(packages.flatMap(({ items }) => items.map(({ itemId, name }) => [itemId, name])));
  const nameOf = (id: string): string => packages.find(({ packageId }) => packageId === id)?.name ?? id;
  const basic = packages.filter(({ kind }) => kind === 'BASIC').map(({ packageId }) => packageId);
  return {
    ...card,
    ...(districtId === undefined ? {} : { districtId }),
    ...(municipalId === undefined ? {} : { municipalId }),
    packages: [...basic, ...signing.packageIds].map((packageId) => ({ packageId, name: nameOf(packageId) })),
    quote: { ...signing.quote, instalmentsFen: [...signing.quote.instalmentsFen] },
    entitlements: Object.entries(signing.entitlements).map(([itemId, { total, left }]) => ({
      itemId,
      name: names.get(itemId) ?? itemId,
      total,
      left,
    })),
    ...(agreement === undefined || text === undefined
      ? {}
      : {
          agreement: {
            kind: agreement.kind,
            templateVersion: agreement.templateVersion,
            text,
            sha256: agreement.sha256,
            ...(agreement.resident === undefined ? {} : { residentSignedAt: agreement.resident.at }),
            ...(agreement.team === undefined ? {} : { teamSignedAt: agreement.team.at }),
          },
        }),
    ...(charge === undefined
      ? {}
      : {
          charge: {
            chargeId: charge.chargeId,
            amountFen: charge.amountFen,
            status: charge.status,
            ...(charge.payBy === undefined ? {} : { payBy: charge.payBy }),
          },
        }),
    ...(next === undefined
      ? {}
      : {
          next: {
            term: next.term,
            quote: { ...next.quote, instalmentsFen: [...next.quote.instalmentsFen] },
            packageIds: [...next.packageIds],
          },
        }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(endedReason === undefined ? {} : { endedReason }),
    history: signing.history.map((entry) => ({ ...entry })),
  };
}

/**
 * The catalogue of the day on which it was applied for: names of what was agreed on do not change behind it. A renewed
 * term has what was in the catalogue by then; what was signed on paper before there was one, what is in the first.
 */
function catalogueDay({ city }: Pick<Deps, 'city'>, { round, term, appliedAt }: Signing): Day {
  const agreedOn = round === 1 ? dayOf(appliedAt) : (term?.from ?? dayOf(appliedAt));
  const first = city.policy(signingPolicy).entries[0]?.from ?? agreedOn;
  return agreedOn < first ? first : agreedOn;
}

/** A patient's signings, newest first. A life has a few dozen. */
export async function listOfPatient(deps: Deps, patientId: string): Promise<List> {
  const { items } = await signings.query(deps.table, {
    pk: ofPatient(patientId),
    sk: { beginsWith: 'signing#' },
    limit: 200,
  });
  const newestFirst = items.toSorted((a, b) => (a.appliedAt < b.appliedAt ? 1 : -1));
  return { signings: await cardsOf(deps, newestFirst) };
}

/** What a team has at one of its desks, what ends soonest first. */
export async function listAtDesk(
  deps: Deps,
  { careTeamId, desk, doer }: { careTeamId: string; desk: Desk; doer: Doer },
  after: string | undefined,
): Promise<List> {
  const team = await teams.get(deps.table, careTeamId);
  if (team === undefined || (team.institutionId !== doer.institutionId && !isOfTeam(team, doer)))
    throw signingErrors.refusal('CARE_TEAM_NOT_FOUND');
  const place = { scope: 'signing', of: `desk:${careTeamId}:${desk}` };
  const from: Item | undefined = await openCursor(deps, place, after);
  const page = await signings.query(deps.table, {
    index: 'lookup',
    pk: deskKey(careTeamId, desk),
    limit: PAGE,
    ...(from === undefined ? {} : { after: from }),
  });
  const next = await sealCursor(deps, place, page.next);
  return { signings: await cardsOf(deps, page.items), ...(next === undefined ? {} : { next }) };
}

async function cardsOf({ table }: Deps, all: readonly Signing[]): Promise<Card[]> {
  const ids = [...new Set(all.map(({ careTeamId }) => careTeamId))];
  const found = await teams.getMany(table, ids);
  const names = new Map(found.map((team, index) => [ids[index], team?.name]));
  return all.map((signing) => ({
    signingId: signing.signingId,
    patientId: signing.patientId,
    careTeamId: signing.careTeamId,
    careTeamName: names.get(signing.careTeamId) ?? signing.careTeamId,
    institutionId: signing.institutionId,
    status: signing.status,
    channel: signing.channel,
    round: signing.round,
    ...(signing.term === undefined ? {} : { term: signing.term }),
    ...(signing.waitUntil === undefined ? {} : { waitUntil: signing.waitUntil }),
    appliedAt: signing.appliedAt,
  }));
}
