import { priorityGroupsOperation } from '../../shared/access/priority-groups.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { ageOn, type Day } from '../../shared/kernel/china-time.ts';
import type { Group } from './codes.ts';
import type { SigningPolicy } from './policy.ts';
import { gapOf, type Resident, residents, tallies } from './store.ts';

/**
 * Rule S1: a resident is signed with one team at most, and has applied to one more at most. One item a patient says
 * which; whoever changes it names the version it was judged at. What it adds to the counts of its village is written
 * with it (rule S5), so that no rate is ever off by one.
 */

export async function readResident({ table }: Pick<Deps, 'table'>, patientId: string): Promise<Resident> {
  const found = await residents.get(table, patientId, { consistent: true });
  return found ?? { patientId, version: 0, groups: [] };
}

export type AfterChange = Omit<Resident, 'version'>;

/** The operations that change it from what was seen, all under the version that was seen. */
export function changeResident(seen: Resident, after: AfterChange): readonly TransactOperation[] {
  return changeResidents([{ seen, after }]);
}

/** The same for several at once: each village's tally is one operation. What groups somebody is in is told to others. */
export function changeResidents(
  changes: readonly { readonly seen: Resident; readonly after: AfterChange }[],
): readonly TransactOperation[] {
  const differences = new Map<string, number>();
  const puts = changes.flatMap(({ seen, after }) => {
    addUp(differences, countsOf(seen), -1);
    addUp(differences, countsOf(after), 1);
    const { lookupPk: _pk, lookupSk: _sk, ...rest } = after;
    const stored: Resident = { ...rest, version: seen.version + 1, ...gapLink(after) };
    const condition = seen.version === 0 ? { $exists: false } : { version: seen.version };
    return [
      residents.putOperation(seen.patientId, stored, { if: condition }),
      ...(seen.groups.join() === after.groups.join()
        ? []
        : [priorityGroupsOperation(seen.patientId, after.groups)]),
    ];
  });
  return [...puts, ...tallyOperations(differences)];
}

/** Without `waiting`, or without `holder`. */
export function without(resident: Resident, seat: 'holder' | 'waiting'): Resident {
  const { [seat]: _gone, ...rest } = resident;
  return rest;
}

/** Who belongs to a group by age alone is put in or left out; all other groups stay as they were recorded. */
export function groupsOn(
  { groups: rules }: Pick<SigningPolicy, 'groups'>,
  recorded: readonly Group[],
  { birthDate }: { readonly birthDate: Day },
  today: Day,
): readonly Group[] {
  const years = ageOn(birthDate, today);
  const byAge = rules.filter(({ ages }) => ages !== undefined);
  const others = recorded.filter((group) => !byAge.some((rule) => rule.group === group));
  const fitting = byAge
    .filter(({ ages }) => ages !== undefined && years >= ages.from && years <= ages.until)
    .map(({ group }) => group);
  return [...others, ...fitting].toSorted();
}

type Counts = ReadonlyMap<string, number>;

/** By division and counter: what this resident adds. */
function countsOf({ divisionCode, record, holder, groups, deceased }: Omit<Resident, 'version'>): Counts {
  if (divisionCode === undefined || deceased === true) return new Map();
  const signed = holder === undefined ? 0 : 1;
  const names: [string, number][] = [
    ['records', record === undefined ? 0 : 1],
    ['signed', signed],
    ...groups.flatMap((group): [string, number][] => [
      [`listed:${group}`, 1],
      [`signed:${group}`, signed],
    ]),
  ];
  return new Map(names.map(([name, count]) => [`${divisionCode} ${name}`, count]));
}

function addUp(sum: Map<string, number>, counts: Counts, sign: 1 | -1): void {
  for (const [place, count] of counts) sum.set(place, (sum.get(place) ?? 0) + sign * count);
}

function tallyOperations(differences: Counts): readonly TransactOperation[] {
  const byDivision = new Map<string, Record<string, number>>();
  for (const [place, difference] of differences) {
    const [division = '', name = ''] = place.split(' ');
    if (difference !== 0) byDivision.set(division, { ...byDivision.get(division), [name]: difference });
  }
  return [...byDivision].map(([divisionCode, add]) =>
    tallies.updateOperation(divisionCode, { set: { divisionCode }, add }),
  );
}

/** Must-cover lists show who is in a priority group, alive and not signed. */
function gapLink({ patientId, divisionCode, groups, holder, deceased }: Omit<Resident, 'version'>): {
  lookupPk?: string;
  lookupSk?: string;
} {
  if (divisionCode === undefined || groups.length === 0 || holder !== undefined || deceased === true)
    return {};
  return { lookupPk: gapOf(divisionCode), lookupSk: `${divisionCode}#${patientId}` };
}
