import { describe, expect, test } from 'vitest';
import type { Group } from '../../../functions/signing/codes.ts';
import { ratesOfDivision, ratesOfInstitution } from '../../../functions/signing/rates.ts';
import { registerRecords } from '../../../functions/signing/register-records.ts';
import { registerSignings } from '../../../functions/signing/register-signings.ts';
import { institutions, populations, teams } from '../../../functions/signing/store.ts';
import { keepTeam } from '../../../functions/signing/teams.ts';
import { SYSTEM } from '../../../shared/access/acting.ts';
import { writePatientProfile } from '../../../shared/access/patient-view.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
import { application, apply, homePath, shown, sign, story, teamPath } from './story.ts';
import { ADULT, COUNTY, OLD, OTHER, OTHER_TEAM, START, TEAM, VILLAGE } from './world.ts';

const county = '/signing/institutions/county/divisions';

describe('郏县 at 1:100', () => {
  const RECORDS = 5_873;
  const SIGNED = 4_651;
  const POOR = 310;
  const TOWNS = 15;

  /** Every resident has a record; the poor, and whoever comes next, are signed. */
  async function jiaxian(deps: TestDeps): Promise<void> {
    const town = (index: number) => `4104251${String(1 + (index % TOWNS)).padStart(2, '0')}`;
    for (let index = 0; index < TOWNS; index += 1) {
      await keepTeam(deps, {
        careTeamId: `team-${town(index)}`,
        institutionId: 'town',
        name: '团队',
        leaderId: `dr-${index}`,
        memberIds: [],
        serviceArea: [town(index)],
        capacity: 400,
        active: true,
        version: 1,
      });
    }
    const people = Array.from({ length: RECORDS }, (_, index) => {
      const groups: Group[] = index < POOR ? ['POVERTY'] : [];
      return { patientId: `p${index}`, divisionCode: `${town(index)}001`, groups };
    });
    for (const { patientId } of people)
      await writePatientProfile(deps, patientId, { birthDate: '1980-01-01', sex: 'male', synthetic: true });
    const clerk = { ...SYSTEM, institutionId: 'town' };
    const records = await registerRecords(deps, people, clerk);
    expect(records.filter((one) => one.ok && one.isNew)).toHaveLength(RECORDS);
    const lines = people.slice(0, SIGNED).map((one, index) => ({
      ...one,
      careTeamId: `team-${town(index)}`,
      signedOn: '2026-01-05' as const,
    }));
    const answers = await registerSignings(deps, lines, SYSTEM);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(SIGNED);
    // Sent again, nothing is doubled.
    const again = await registerSignings(deps, lines.slice(0, 100), SYSTEM);
    expect(again.every((one) => one.ok && !one.isNew)).toBe(true);
    const known = await registerRecords(deps, people.slice(0, 100), clerk);
    expect(known.every((one) => one.ok && !one.isNew)).toBe(true);
    await populations.put(deps.table, '410425', {
      divisionCode: '410425',
      residents: 6_182,
      residentsSixMonths: 5_751,
      asOf: '2025-12-31',
      source: '测试：由公布的两个比率倒推，按1:100',
    });
  }

  test('has the two published rates, each by its own denominator', async () => {
    const deps = testDeps({ start: START });
    await jiaxian(deps);
    const { rates } = await ratesOfDivision(deps, '410425');
    const rate = (definition: string, meaning = '') =>
      rates.find((one) => one.definition === definition && one.meaning.includes(meaning));
    expect(rate('records-of-residents')).toMatchObject({
      numerator: RECORDS,
      denominator: 6_182,
      percent: 95,
      denominatorAsOf: '2025-12-31',
    });
    const signed = rate('signed-of-six-months');
    expect([signed?.numerator, signed?.denominator]).toEqual([SIGNED, 5_751]);
    // 465,100 of 575,050 are 80.88 %; a hundredth of the people is half a person off.
    expect(Math.abs((signed?.percent ?? 0) - 80.88)).toBeLessThanOrEqual(0.011);
    expect(rate('must-cover', '贫困')).toMatchObject({ numerator: POOR, denominator: POOR, percent: 100 });
    const institution = await ratesOfInstitution(deps, 'town');
    expect(institution.rates[0]).toMatchObject({ numerator: SIGNED });
    expect(institution.careTeams).toHaveLength(TOWNS);
    const counted = institution.careTeams.reduce((sum, one) => sum + (one.rates[0]?.numerator ?? 0), 0);
    expect(counted).toBe(SIGNED);
  }, 120_000);
});

describe('a register', () => {
  test('is answered line by line: what cannot be entered is named, and the rest is', async () => {
    const { world } = await story();
    const line = { careTeamId: TEAM, divisionCode: VILLAGE, groups: [], signedOn: '2026-03-01' as const };
    const answers = await registerSignings(
      world.deps,
      [
        { ...line, patientId: OLD },
        { ...line, patientId: 'nobody' },
        { ...line, patientId: ADULT, careTeamId: 'no-team' },
        { ...line, patientId: OLD, careTeamId: OTHER_TEAM },
        { ...line, patientId: OTHER, signedOn: '2020-01-01' },
        { ...line, patientId: ADULT, careTeamId: 'team-small' },
        { ...line, patientId: OTHER, careTeamId: 'team-small' },
      ],
      SYSTEM,
    );
    expect(answers.map((one) => (one.ok ? 'ok' : one.code))).toEqual([
      'ok',
      'IDENTITY_UNVERIFIED',
      'CARE_TEAM_NOT_FOUND',
      'ALREADY_SIGNED',
      'TERM_NOT_RUNNING',
      'ok',
      'TEAM_FULL',
    ]);
    expect((await teams.get(world.deps.table, TEAM))?.signed).toBe(1);
  });
});

describe('must-cover lists', () => {
  test('name who is in a priority group and not signed, until they are', async () => {
    const told = await story();
    for (const [patientId, groups] of [
      [OLD, []],
      [ADULT, ['HYPERTENSION']],
      [OTHER, []],
    ] as const) {
      await told.people.doctor.put(`/signing/institutions/town/patients/${patientId}/health-record`, {
        divisionCode: VILLAGE,
        groups,
      });
    }
    const path = `/signing/institutions/town/divisions/${VILLAGE}/must-cover`;
    const listed = async (query?: Record<string, string>) => {
      const answer = await told.people.doctor.get(path, query);
      return (answer.body as { residents: { patientId: string }[] }).residents.map(
        ({ patientId }) => patientId,
      );
    };
    // Sixty-five by age alone, and nobody who is in no group.
    expect(await listed()).toEqual([OLD, ADULT]);
    expect(await listed({ group: 'HYPERTENSION' })).toEqual([ADULT]);
    await sign(told, OLD);
    expect(await listed()).toEqual([ADULT]);
    expect((await told.people.otherDoctor.get(path.replace('town', 'other-town'))).code).toBe(
      'OTHER_DIVISION',
    );
  });

  test('have a gap that the rates show, and the health authority sees its own division only', async () => {
    const told = await story();
    await told.people.doctor.put(`/signing/institutions/town/patients/${OLD}/health-record`, {
      divisionCode: VILLAGE,
      groups: ['POVERTY'],
    });
    const body = { residents: 4, residentsSixMonths: 2, asOf: '2025-12-31', source: '县统计年鉴' };
    expect((await told.people.authority.put(`${county}/410425/population`, body)).status).toBe(200);
    const swapped = { ...body, residents: 2, residentsSixMonths: 4 };
    expect((await told.people.authority.put(`${county}/410425/population`, swapped)).code).toBe(
      'INVALID_REQUEST',
    );
    expect((await told.people.authority.put(`${county}/410426/population`, body)).code).toBe(
      'OTHER_DIVISION',
    );
    const rates = async () => {
      const answer = await told.people.authority.get(`${county}/410425/rates`);
      const found = (answer.body as { rates: { definition: string; meaning: string; percent?: number }[] })
        .rates;
      return found
        .filter(({ definition, meaning }) => definition !== 'must-cover' || meaning.includes('贫困'))
        .map(({ percent }) => percent);
    };
    expect(await rates()).toEqual([25, 0, 0]);
    const { signingId } = await sign(told, OLD);
    expect(await rates()).toEqual([25, 50, 100]);
    await told.people.doctor.post(teamPath(OLD, signingId, 'death'));
    expect(await rates()).toEqual([0, 0, undefined]);
  });
});

test('who has applied is in the must-cover list and in its rate, with a health record or without', async () => {
  const told = await story();
  const { signingId } = await apply(told, OLD);
  const elderly = async () => {
    const { rates } = await ratesOfDivision(told.world.deps, VILLAGE);
    return rates.find(({ meaning }) => meaning.includes('（老年人）'));
  };
  expect(await elderly()).toMatchObject({ numerator: 0, denominator: 1 });
  await told.people.of(OLD).post(homePath(OLD, signingId, 'withdrawal'));
  const path = `/signing/institutions/town/divisions/${VILLAGE}/must-cover`;
  expect((await told.people.doctor.get(path)).body).toMatchObject({ residents: [{ patientId: OLD }] });
});

test('a county’s people that are known by its towns are as old as the oldest count, and name every source', async () => {
  const deps = testDeps({ start: START });
  const counts = [
    ['410425101', '2025-12-31', '年鉴'],
    ['410425102', '2020-11-01', '普查'],
  ] as const;
  for (const [divisionCode, asOf, source] of counts) {
    const facts = { divisionCode, residents: 1_000, residentsSixMonths: 900, asOf, source };
    await populations.put(deps.table, divisionCode, facts);
  }
  const { rates } = await ratesOfDivision(deps, '410425');
  expect(rates.find(({ definition }) => definition === 'signed-of-six-months')).toMatchObject({
    denominator: 1_800,
    denominatorAsOf: '2020-11-01',
    denominatorSource: '年鉴；普查',
  });
});

test('a county with a record in a town whose people nobody has counted has no rate, rather than one above 100 %', async () => {
  const told = await story();
  const { deps } = told.world;
  const facts = { residents: 1, residentsSixMonths: 1, asOf: '2025-12-31', source: '年鉴' } as const;
  const record = async (patientId: string, divisionCode: string) =>
    told.people.doctor.put(`/signing/institutions/town/patients/${patientId}/health-record`, {
      divisionCode,
      groups: [],
    });
  const percent = async () => {
    const { rates } = await ratesOfDivision(deps, '410425');
    return rates.find(({ definition }) => definition === 'records-of-residents')?.percent;
  };
  await populations.put(deps.table, '410425101', { divisionCode: '410425101', ...facts });
  await record(ADULT, VILLAGE);
  expect(await percent()).toBe(100);
  await record(OLD, '410425102001');
  expect(await percent()).toBeUndefined();
  await populations.put(deps.table, '410425102', { divisionCode: '410425102', ...facts });
  expect(await percent()).toBe(100);
});

test('a city as a whole has no rates, rather than rates of nobody: each of its counties has', async () => {
  const told = await story();
  const { table } = told.world.deps;
  const authority = await institutions.get(table, COUNTY);
  if (authority === undefined) throw new Error('no authority');
  await institutions.put(table, COUNTY, { ...authority, divisionCode: '410400' });
  await sign(told);
  expect((await told.people.authority.get(`${county}/410425/rates`)).status).toBe(200);
  expect((await told.people.authority.get(`${county}/410400/rates`)).code).toBe('INVALID_REQUEST');
});

test('keeps a record with the institution that opened it', async () => {
  const told = await story();
  const path = (institutionId: string) =>
    `/signing/institutions/${institutionId}/patients/${ADULT}/health-record`;
  const body = { divisionCode: VILLAGE, groups: [] };
  expect((await told.people.doctor.put(path('town'), body)).status).toBe(200);
  expect((await told.people.otherDoctor.put(path('other-town'), body)).code).toBe('RECORD_EXISTS');
  expect((await told.people.otherDoctor.get(path('other-town'))).code).toBe('RECORD_ELSEWHERE');
  // Where the record says where they live the application need not.
  const { divisionCode: _known, ...rest } = application() as { divisionCode: string };
  expect(shown(await told.people.of(ADULT).post(homePath(ADULT), rest)).status).toBe('TEAM_REVIEW');
});
