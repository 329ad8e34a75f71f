import type * as z from 'zod/mini';
import type { Reason } from '../../shared/kernel/errors.ts';
import { type InstitutionLevel, stepOf } from '../../shared/kernel/institution-level.ts';
import type { allianceFacts, TITLES } from './contracts.ts';
import { directoryErrors } from './errors.ts';

export type Title = (typeof TITLES)[number];
export type AllianceFacts = z.output<typeof allianceFacts>;

/** Best first, as people look for doctors; stored in keys. */
const TITLE_ORDER: Readonly<Record<Title, string>> = {
  chief: '1',
  'associate-chief': '2',
  attending: '3',
  resident: '4',
};

export function titleOrder(title: Title): string {
  return TITLE_ORDER[title];
}

/** The county of any division code: entries of a search are filed by it. */
export function countyOf(divisionCode: string): string {
  return divisionCode.slice(0, 6);
}

export interface TreeQuestion {
  readonly institutionId: string;
  readonly level: InstitutionLevel;
  /** Undefined: there is none of that id. `root`: it is the one institution that has no parent. */
  readonly parent: { readonly level: InstitutionLevel; readonly active: boolean } | 'root' | undefined;
  /** The parent's id and all above it. */
  readonly path: readonly string[];
  readonly childLevels: readonly InstitutionLevel[];
}

/** Rules parent-active, no-cycle, level-order: every one that is broken. */
export function treeFaults({
  institutionId,
  level,
  parent,
  path,
  childLevels,
}: TreeQuestion): readonly Reason[] {
  const faults: Reason[] = [];
  const above = parent === 'root' ? undefined : parent;
  if (parent !== 'root' && parent?.active !== true) faults.push(directoryErrors.reason('PARENT_UNUSABLE'));
  if (path.includes(institutionId)) faults.push(directoryErrors.reason('CYCLE'));
  if (above !== undefined && stepOf(level) > stepOf(above.level)) {
    faults.push(directoryErrors.reason('LEVEL_ABOVE_PARENT'));
  }
  if (childLevels.some((child) => stepOf(child) > stepOf(level))) {
    faults.push(directoryErrors.reason('LEVEL_BELOW_CHILD'));
  }
  return faults;
}

/** How many active things hang on something; it can be switched off only when all are 0. */
export const TALLIES = {
  children: 'HAS_ACTIVE_CHILDREN',
  departments: 'HAS_ACTIVE_DEPARTMENTS',
  practitioners: 'HAS_ACTIVE_PRACTITIONERS',
  careTeams: 'HAS_ACTIVE_CARE_TEAMS',
  alliancesLed: 'LEADS_ALLIANCES',
  teamSeats: 'IN_CARE_TEAMS',
} as const;
export type Tally = keyof typeof TALLIES;

/** Rule unused: each count above 0 is one reason. */
export function usageFaults(counts: Readonly<Record<string, unknown>>): readonly Reason[] {
  return Object.entries(TALLIES).flatMap(([tally, code]) => {
    const count = Number(counts[tally] ?? 0);
    return count > 0 ? [directoryErrors.reason(code, { count })] : [];
  });
}

/** Rules member-known, member-once, member-dates, exception-between-members. */
export function allianceFaults(
  leadId: string,
  { members, exceptions }: AllianceFacts,
  isKnown: (institutionId: string) => boolean,
): readonly Reason[] {
  const faults: Reason[] = [];
  for (const [index, { institutionId, joinedOn, leftOn }] of members.entries()) {
    const detail = { institutionId };
    if (!isKnown(institutionId)) faults.push(directoryErrors.reason('MEMBER_UNKNOWN', detail));
    if (leftOn !== undefined && leftOn < joinedOn)
      faults.push(directoryErrors.reason('MEMBER_DATES', detail));
    const overlapping = members
      .slice(0, index)
      .some(
        (other) =>
          other.institutionId === institutionId &&
          (other.leftOn === undefined || other.leftOn > joinedOn) &&
          (leftOn === undefined || leftOn > other.joinedOn),
      );
    if (overlapping || institutionId === leadId) faults.push(directoryErrors.reason('MEMBER_TWICE', detail));
  }
  const parties = new Set([leadId, ...members.map(({ institutionId }) => institutionId)]);
  for (const [position, { between }] of exceptions.entries()) {
    if (between[0] === between[1] || !between.every((party) => parties.has(party))) {
      faults.push(directoryErrors.reason('EXCEPTION_UNUSABLE', { position }));
    }
  }
  return faults;
}
