import type * as z from 'zod/mini';
import { everyPage } from '../../shared/data/every-page.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { GROUPS } from './codes.ts';
import type { divisionRates, institutionRates, RateView } from './contracts.ts';
import { policyNow } from './signing-moves.ts';
import {
  ofCounty,
  type Population,
  populations,
  populationsOf,
  type Tally,
  type Team,
  tallies,
  teams,
  teamsOf,
} from './store.ts';

/**
 * Coverage. Every rate names its 口径, numerator, denominator and when both were so: the same county has 95 % and
 * 80.88 % by two denominators. Numerators are counted in the very transactions that change them (rule S5).
 */

/** 口径: what is divided by what. */
export const DEFINITIONS = {
  'records-of-residents': '建档率＝已建健康档案的居民数÷常住人口数',
  'signed-of-six-months': '签约率＝协议在有效期内的居民数÷居住半年以上的常住人口数',
  'must-cover':
    '重点人群签约率＝该人群中协议在有效期内的居民数÷登记在该人群的居民数（建档、签约或申请时登记，不含死亡）',
  'signed-of-capacity': '团队签约饱和度＝协议在有效期内的居民数÷团队签约容量',
} as const;

interface Counted {
  readonly definition: keyof typeof DEFINITIONS;
  readonly what?: string;
  readonly numerator: number;
  readonly denominator?: number;
  readonly population?: Population | undefined;
}

export async function ratesOfDivision(
  deps: Deps,
  divisionCode: string,
): Promise<z.input<typeof divisionRates>> {
  const total = await tallyOf(deps, divisionCode);
  const population = await populationOf(deps, [divisionCode], total);
  const { groups } = policyNow(deps);
  const rates = [
    {
      definition: 'records-of-residents' as const,
      numerator: countOf(total, 'records'),
      ...of(population, 'residents'),
    },
    signedRate(countOf(total, 'signed'), population),
    ...groups
      .filter(({ mustCover }) => mustCover)
      .map(({ group }) => ({
        definition: 'must-cover' as const,
        what: GROUPS[group],
        numerator: countOf(total, `signed:${group}`),
        denominator: countOf(total, `listed:${group}`),
      })),
  ];
  return { divisionCode, rates: rates.map((counted) => rateOf(deps, counted)) };
}

export async function ratesOfInstitution(
  deps: Deps,
  institutionId: string,
): Promise<z.input<typeof institutionRates>> {
  const { items } = await teams.query(deps.table, {
    index: 'lookup',
    pk: teamsOf(institutionId),
    limit: 200,
  });
  const careTeams = await Promise.all(
    items.map(async (team) => ({
      careTeamId: team.careTeamId,
      name: team.name,
      rates: (await ratesOfTeams(deps, [team])).map((counted) => rateOf(deps, counted)),
    })),
  );
  const whole = await ratesOfTeams(deps, items);
  return { institutionId, rates: whole.map((counted) => rateOf(deps, counted)), careTeams };
}

async function ratesOfTeams(deps: Deps, some: readonly Team[]): Promise<readonly Counted[]> {
  const numerator = sum(some.map(({ signed }) => signed));
  const area = [...new Set(some.flatMap(({ serviceArea }) => serviceArea))];
  return [
    signedRate(numerator, await populationOf(deps, area)),
    { definition: 'signed-of-capacity', numerator, denominator: sum(some.map(({ capacity }) => capacity)) },
  ];
}

function signedRate(numerator: number, population: Population | undefined): Counted {
  return { definition: 'signed-of-six-months', numerator, ...of(population, 'residentsSixMonths') };
}

function of(population: Population | undefined, which: 'residents' | 'residentsSixMonths') {
  return population === undefined ? {} : { denominator: population[which], population };
}

function rateOf(deps: Deps, { definition, what, numerator, denominator, population }: Counted): RateView {
  return {
    definition,
    meaning: what === undefined ? DEFINITIONS[definition] : `${DEFINITIONS[definition]}（${what}）`,
    numerator,
    ...(denominator === undefined ? {} : { denominator }),
    ...(denominator === undefined || denominator === 0 ? {} : { percent: percentOf(numerator, denominator) }),
    ...(population === undefined
      ? {}
      : { denominatorAsOf: population.asOf, denominatorSource: population.source }),
    asOf: instant(deps.clock),
  };
}

/** Two decimals, halves up. */
export function percentOf(numerator: number, denominator: number): number {
  return Math.round((numerator * 10_000) / denominator) / 100;
}

/** All villages of a division, added up. A county has a few hundred. */
async function tallyOf(deps: Deps, divisionCode: string): Promise<readonly Tally[]> {
  return everyPage(deps.table, tallies, {
    pk: ofCounty(divisionCode),
    sk: { beginsWith: divisionCode },
    consistent: true,
    limit: 500,
  });
}

function countOf(all: readonly Tally[], name: string): number {
  return sum(all.map((tally) => Number(tally[name] ?? 0)));
}

/**
 * The people of some divisions, where every one of them is known: its own figure, or that of all known below it. None
 * where somebody is `counted` in a town whose people nobody has said: they would be divided by those of the others.
 */
async function populationOf(
  deps: Deps,
  divisionCodes: readonly string[],
  counted: readonly Pick<Tally, 'divisionCode'>[] = [],
): Promise<Population | undefined> {
  const found = await Promise.all(divisionCodes.map((code) => populationAt(deps, code, counted)));
  const known = found.filter((one) => one !== undefined);
  return known.length < found.length ? undefined : together(divisionCodes.join(), known);
}

async function populationAt(
  { table }: Deps,
  divisionCode: string,
  counted: readonly Pick<Tally, 'divisionCode'>[],
): Promise<Population | undefined> {
  const own = await populations.get(table, divisionCode);
  if (own !== undefined || divisionCode.length > 6) return own;
  const { items } = await populations.query(table, {
    pk: populationsOf(divisionCode),
    sk: { beginsWith: divisionCode },
    limit: 1000,
  });
  const towns = items.filter((one) => one.divisionCode.length === 9);
  const isKnown = (place: string): boolean => towns.some((town) => place.startsWith(town.divisionCode));
  return counted.every((one) => isKnown(one.divisionCode)) ? together(divisionCode, towns) : undefined;
}

/** Counted at several times and by several hands: as old as the oldest of them. Undefined: none of them is known. */
function together(divisionCode: string, known: readonly Population[]): Population | undefined {
  const [first] = known;
  if (first === undefined) return undefined;
  return {
    divisionCode,
    residents: sum(known.map(({ residents }) => residents)),
    residentsSixMonths: sum(known.map(({ residentsSixMonths }) => residentsSixMonths)),
    asOf: known.reduce((oldest, { asOf }) => (asOf < oldest ? asOf : oldest), first.asOf),
    source: [...new Set(known.map(({ source }) => source))].join('；'),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
