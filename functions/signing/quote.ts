import type { Reason } from '../../shared/kernel/errors.ts';
import type { Group } from './codes.ts';
import { signingErrors } from './errors.ts';
import type { ServicePackage, SigningPolicy } from './policy.ts';
import type { Quote } from './store.ts';

/** What a resident pays for a term, by the policy of the day. Pure. */

/** The packages of a signing: every basic one, and those that were chosen. Undefined: one of them is unknown. */
export function packagesFor(
  { packages }: Pick<SigningPolicy, 'packages'>,
  chosen: readonly string[],
): readonly ServicePackage[] | undefined {
  const personalised = chosen.map((id) =>
    packages.find(({ packageId, kind }) => packageId === id && kind === 'PERSONALISED'),
  );
  const known = personalised.filter((one) => one !== undefined);
  if (known.length < chosen.length || new Set(chosen).size < chosen.length) return undefined;
  return [...packages.filter(({ kind }) => kind === 'BASIC'), ...known];
}

/** Why a resident of these groups cannot have the packages: one is unknown, or some are for others. */
export function reasonsAgainst(
  packages: readonly ServicePackage[] | undefined,
  groups: readonly Group[],
): readonly Reason[] {
  if (packages === undefined) return [signingErrors.reason('PACKAGE_UNKNOWN')];
  return packages
    .filter((one) => one.groups !== undefined && !one.groups.some((group) => groups.includes(group)))
    .map(({ packageId }) => signingErrors.reason('PACKAGE_NOT_FOR_YOU', { packageId }));
}

export function quoteFor(
  { subsidies, waivers }: Pick<SigningPolicy, 'subsidies' | 'waivers'>,
  packages: readonly ServicePackage[],
  groups: readonly Group[],
): Quote {
  const personalised = packages.filter(({ kind }) => kind === 'PERSONALISED');
  const grossFen = personalised.reduce((sum, { feeFen }) => sum + feeFen, 0);
  const fitting = subsidies
    .filter((one) => one.groups.every((group) => groups.includes(group)))
    .map(({ amountFen }) => amountFen);
  const subsidyFen = Math.min(grossFen, Math.max(0, ...fitting));
  const percents = waivers.filter(({ group }) => groups.includes(group)).map(({ percent }) => percent);
  const waivedFen = Math.ceil(((grossFen - subsidyFen) * Math.max(0, ...percents)) / 100);
  const dueFen = grossFen - subsidyFen - waivedFen;
  const parts = Math.max(1, ...personalised.map(({ instalments }) => instalments));
  return {
    grossFen,
    subsidyFen,
    waivedFen,
    dueFen,
    instalmentsFen: dueFen === 0 ? [] : partsOf(dueFen, Math.min(parts, dueFen)),
  };
}

/** Equal but for the first, which takes what is left over. */
function partsOf(amountFen: number, parts: number): readonly number[] {
  const each = Math.floor(amountFen / parts);
  return Array.from({ length: parts }, (_, index) => (index === 0 ? amountFen - each * (parts - 1) : each));
}

/** What the packages give, by item: several packages with one item add up. */
export function entitlementsOf(
  packages: readonly ServicePackage[],
): Readonly<Record<string, { readonly total: number; readonly left: number }>> {
  const totals = new Map<string, number>();
  for (const { items } of packages) {
    for (const { itemId, perTerm } of items) totals.set(itemId, (totals.get(itemId) ?? 0) + perTerm);
  }
  return Object.fromEntries([...totals].map(([itemId, total]) => [itemId, { total, left: total }]));
}
