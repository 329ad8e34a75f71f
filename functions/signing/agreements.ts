import { createHash } from 'node:crypto';
import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { formatYuan } from '../../shared/kernel/fen.ts';
import type { SigningPolicy } from './policy.ts';
import { packagesFor } from './quote.ts';
import { policyNow } from './signing-moves.ts';
import {
  type Agreement,
  type AgreementKind,
  agreementTexts,
  institutions,
  type Signing,
  type SigningId,
  teams,
} from './store.ts';

/**
 * The e-agreement: a city's versioned template filled in, its SHA-256 kept with the signatures, its text sealed beside
 * it. Whoever signs names the hash of what they read, so that nobody signs another text.
 */

const SCOPE = 'signing';

type Offer = Pick<Signing, 'packageIds' | 'quote'>;

/** A new agreement, nobody's signature on it, and the operation that keeps its text. */
export async function makeAgreement(
  deps: Deps,
  signing: Signing,
  kind: AgreementKind,
  offer: Offer = signing,
): Promise<{ readonly agreement: Agreement; readonly operation: TransactOperation }> {
  const policy = policyNow(deps);
  const { version, text: template } = policy.templates[kind];
  const text = fill(template, await wordsOf(deps, policy, signing, offer));
  const number = (signing.agreement?.number ?? 0) + 1;
  const sha256 = sha256Of(text);
  const place = { patientId: signing.patientId, signingId: signing.signingId, number };
  const sealed = await deps.cipher.seal(SCOPE, fieldOf(place), text);
  return {
    agreement: { number, kind, templateVersion: version, sha256, madeAt: instant(deps.clock) },
    operation: agreementTexts.putOperation(place, { sealed, sha256 }),
  };
}

/** @throws FieldSealError when the item was moved or altered. */
export async function openAgreement(
  deps: Deps,
  { patientId, signingId }: SigningId,
  number: number,
): Promise<string | undefined> {
  const place = { patientId, signingId, number };
  const stored = await agreementTexts.get(deps.table, place, { consistent: true });
  return stored === undefined ? undefined : deps.cipher.open(SCOPE, fieldOf(place), stored.sealed);
}

export function sha256Of(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** Both have signed it. */
export function isSigned({ resident, team }: Agreement): boolean {
  return resident !== undefined && team !== undefined;
}

async function wordsOf(
  { table }: Deps,
  policy: SigningPolicy,
  { signingId, careTeamId, institutionId, districtId, municipalId }: Signing,
  { packageIds, quote }: Offer,
): Promise<Readonly<Record<string, string>>> {
  const hospitals = [institutionId, districtId, municipalId].filter((id) => id !== undefined);
  const [team, copies] = await Promise.all([
    teams.get(table, careTeamId),
    institutions.getMany(table, hospitals),
  ]);
  const packages = packagesFor(policy, packageIds) ?? [];
  return {
    number: signingId,
    team: team?.name ?? careTeamId,
    institutions: copies.map((copy, index) => copy?.name ?? hospitals[index] ?? '').join('、'),
    packages: packages.map(({ name }) => name).join('、'),
    months: String(policy.termMonths),
    fee: formatYuan(quote.dueFen),
    subsidy: formatYuan(quote.subsidyFen + quote.waivedFen),
  };
}

function fill(template: string, words: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => words[name] ?? '');
}

function fieldOf(place: SigningId & { readonly number: number }): {
  readonly item: string;
  readonly field: string;
} {
  const { pk, sk } = agreementTexts.key(place);
  return { item: `${pk}|${sk}`, field: 'text' };
}
