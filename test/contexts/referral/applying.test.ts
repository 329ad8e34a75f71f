import { describe, expect, test } from 'vitest';
import { application, homePath, PATIENT, shown } from './people.ts';
import { apply, story, upTo } from './stories.ts';
import { CITY, CITY_CARDIOLOGY, COUNTY, ENDOCRINE, FAR, FAR_CARDIOLOGY, TOWN, TOWN_GP } from './world.ts';

const reasonsIn = (body: unknown): readonly string[] =>
  ((body as { reasons?: { code: string }[] }).reasons ?? []).map(({ code }) => code);

describe('an application is refused', () => {
  test.each([
    [
      'to an institution that is no higher',
      { toInstitutionId: TOWN, toDepartmentId: TOWN_GP },
      ['TARGET_NOT_HIGHER'],
    ],
    [
      'outside the combination without a reason',
      { toInstitutionId: CITY, toDepartmentId: CITY_CARDIOLOGY },
      ['OUTSIDE_REASON_NEEDED'],
    ],
    [
      'out of the area by a doctor without the title',
      { toInstitutionId: FAR, toDepartmentId: FAR_CARDIOLOGY, outsideReason: '罕见病' },
      ['OUT_OF_AREA_TITLE'],
    ],
    ['without the papers it needs', { attachments: [] }, ['ATTACHMENTS_MISSING']],
    ['for “other” without words', { criteria: ['OTHER'] }, ['CRITERION_TEXT_NEEDED']],
    ['for a reason that leads down', { criteria: ['COMMON_DISEASE'] }, ['CRITERION_UNKNOWN']],
    [
      'to return for longer than a year',
      { standing: { intervalDays: 30, count: 12, until: '2027-06-01' } },
      ['STANDING_TOO_LONG'],
    ],
    [
      'by a consent that is still to come',
      { consent: { by: 'PATIENT', form: 'WRITTEN', on: '2026-03-03' } },
      ['DAY_AHEAD'],
    ],
    [
      'after a first visit that is still to come',
      { firstVisit: { on: '2026-03-03', recordId: 'visit-1' } },
      ['DAY_AHEAD'],
    ],
    [
      'for everything at once',
      { toInstitutionId: FAR, toDepartmentId: FAR_CARDIOLOGY, attachments: [], criteria: ['OTHER'] },
      ['CRITERION_TEXT_NEEDED', 'OUTSIDE_REASON_NEEDED', 'OUT_OF_AREA_TITLE', 'ATTACHMENTS_MISSING'],
    ],
  ])('%s, and nothing is written', async (_, more, codes) => {
    const { people, world } = await story();
    const before = world.deps.all().length;
    const answer = await people.familyDoctor.post(homePath(), application(more));
    expect([answer.status, answer.code, reasonsIn(answer.body)]).toEqual([422, 'APPLICATION_REFUSED', codes]);
    // The session of whoever asked.
    expect(world.deps.all().filter(({ pk }) => pk.startsWith('referral#patient')).length).toBe(0);
    expect(world.deps.all().length).toBeGreaterThanOrEqual(before);
  });

  test.each([
    ['to a department that is not there', { toDepartmentId: 'dept-nobody' }, 'TARGET_UNKNOWN'],
    ['without consent', { consent: undefined }, 'INVALID_REQUEST'],
    [
      'with a diagnosis that is no ICD-10',
      { diagnosis: { icd10: '冠心病', text: '冠心病' } },
      'INVALID_REQUEST',
    ],
  ])('%s', async (_, more, code) => {
    const { people } = await story();
    expect((await people.familyDoctor.post(homePath(), application(more))).code).toBe(code);
  });
});

describe('out of the area', () => {
  const far = {
    direction: 'UP',
    toInstitutionId: FAR,
    toDepartmentId: FAR_CARDIOLOGY,
    outsideReason: '本市无法开展该手术',
  };
  const path = `/referral/institutions/${COUNTY}/patients/${PATIENT}/referrals`;

  test('an associate chief of a county hospital refers, and the county reviews', async () => {
    const { people } = await story();
    const answer = await people.countyDoctor.post(path, application(far));
    expect([answer.status, shown(answer).status]).toEqual([201, 'GATE_REVIEW']);
    expect(answer.body).toMatchObject({ outOfArea: true });
  });

  test('a younger colleague of the same hospital does not', async () => {
    const { people } = await story();
    expect(reasonsIn((await people.countyJunior.post(path, application(far))).body)).toEqual([
      'OUT_OF_AREA_TITLE',
    ]);
  });
});

describe('of a patient’s open referrals', () => {
  test('there is one a specialty: a second application is told of the first', async () => {
    const told = await story();
    const referralId = await apply(told);
    const second = await told.people.familyDoctor.post(homePath(), application());
    expect([second.status, second.code]).toEqual([409, 'OPEN_REFERRAL']);
    expect(second.body).toMatchObject({ context: { referralId } });
    expect(
      (await told.people.familyDoctor.post(homePath(), application({ toDepartmentId: ENDOCRINE }))).status,
    ).toBe(201);
  });

  test('the next one begins when the last has ended', async () => {
    const told = await story();
    const first = await upTo(told, 'COMPLETED');
    const second = await apply(told);
    expect(second).not.toBe(first);
    const { body } = await told.people.patient.get(homePath());
    expect((body as { referrals: { referralId: string }[] }).referrals.map((one) => one.referralId)).toEqual([
      second,
      first,
    ]);
  });

  test('ten that are made at the same moment are one', async () => {
    const told = await story();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => told.people.familyDoctor.post(homePath(), application())),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ code }) => code === 'OPEN_REFERRAL')).toHaveLength(9);
  });
});
