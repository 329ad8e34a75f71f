import type { Day } from './china-time.ts';

/** What the rules of alliances (医联体、医共体) ask of one: who is in it, and what its members do for each other. */
export interface AllianceParties {
  readonly leadId: string;
  readonly members: readonly {
    readonly institutionId: string;
    readonly joinedOn: Day;
    readonly leftOn?: Day | undefined;
  }[];
}

export interface AllianceSwitches {
  readonly capabilities: readonly string[];
  /** What two members switched on or off between themselves. */
  readonly exceptions: readonly {
    readonly capability: string;
    readonly between: readonly [string, string];
    readonly enabled: boolean;
  }[];
}

/** Lead or member on that day; the day of leaving is no day of membership. */
export function isParty(alliance: AllianceParties, institutionId: string, day: string): boolean {
  if (alliance.leadId === institutionId) return true;
  return alliance.members.some(
    (member) =>
      member.institutionId === institutionId &&
      member.joinedOn <= day &&
      (member.leftOn === undefined || day < member.leftOn),
  );
}

/** A pair's own switch wins over the alliance's; of several for one pair the last stated. */
export function isSwitchedOn(
  { capabilities, exceptions }: AllianceSwitches,
  capability: string,
  pair: readonly [string, string],
): boolean {
  const own = exceptions.findLast(
    (exception) =>
      exception.capability === capability && exception.between.every((party) => pair.includes(party)),
  );
  return own?.enabled ?? capabilities.includes(capability);
}
