import { describe, expect, test } from 'vitest';
import { application, homePath, PATIENT, PLAN, shown, staffPath } from './people.ts';
import { applyDown, communityAccepts, executions, story, upTo } from './stories.ts';
import { CITY, CITY_CARDIOLOGY, COUNTY, DAY, HOUR, TOWN, TOWN_GP } from './world.ts';

const VISIT = { on: '2026-03-02', findings: '血压 132/80，伤口愈合良好' };

test('goes down with its plan, asks for follow-up, and ends with the first visit', async () => {
  const told = await story();
  const referralId = await applyDown(told);
  const seen = await told.people.familyDoctor.get(staffPath(TOWN, referralId));
  expect(seen.body).toMatchObject({ status: 'OFFERED', direction: 'DOWN', application: { plan: PLAN } });
  await communityAccepts(told, referralId);
  const asked = told.world.events.find(({ type }) => type === 'referral.first-visit');
  expect(asked?.data).toMatchObject({ patientId: PATIENT, referralId, toInstitutionId: TOWN });
  expect(JSON.stringify(asked)).not.toContain('抗血小板');
  const visit = staffPath(TOWN, referralId, 'first-visit');
  expect((await told.people.familyDoctor.post(visit, { ...VISIT, on: '2026-03-03' })).code).toBe('DAY_AHEAD');
  await told.people.familyDoctor.post(visit, VISIT);
  const done = await told.people.patient.get(homePath(referralId));
  expect(done.body).toMatchObject({ status: 'COMPLETED', firstVisit: VISIT });
  expect(shown(done).timeline.map(({ text }) => text)).toEqual([
    '医院建议您回基层继续治疗，等待机构town接收',
    '机构town已接收，将为您安排首次随访',
    '机构town已完成首次随访，下转结束',
  ]);
  expect(await executions(told.world)).toEqual(['SUCCEEDED']);
});

test('follows the referral up that it leads down from', async () => {
  const told = await story();
  const up = await upTo(told, 'COMPLETED');
  const down = await applyDown(told, { follows: up });
  expect((await told.people.patient.get(homePath(down))).body).toMatchObject({ follows: up });
});

test('follows no referral that is not there, or that is another patient’s', async () => {
  const told = await story();
  const other = shown(
    await told.people.familyDoctor.post('/referral/patients/pat00002/referrals', application()),
  ).referralId;
  for (const follows of [other, 'no-such-referral']) {
    const answer = await told.people.familyDoctor.post(homePath(), application({ follows }));
    expect([answer.status, answer.code]).toEqual([404, 'REFERRAL_NOT_FOUND']);
  }
});

test('is declined by the community with a reason', async () => {
  const told = await story();
  const referralId = await applyDown(told);
  await told.people.familyDoctor.post(staffPath(TOWN, referralId, 'community-decision'), {
    decision: 'DECLINE',
    reason: '缺少康复设备',
  });
  expect((await told.now(referralId)).status).toBe('DECLINED');
  expect(await executions(told.world)).toEqual(['SUCCEEDED']);
});

test.each([
  ['nobody accepts', false, 48 * HOUR, 'ACCEPT_TIMEOUT'],
  ['nobody visits', true, 14 * DAY, 'FIRST_VISIT_MISSED'],
] as const)('ends, and is told of, when %s in time', async (_, accepted, ms, reason) => {
  const told = await story();
  const referralId = await applyDown(told);
  if (accepted) await communityAccepts(told, referralId);
  await told.world.pass(ms - 1000);
  expect(['OFFERED', 'FIRST_VISIT']).toContain((await told.now(referralId)).status);
  expect(told.world.events.some(({ type }) => type === 'referral.reminder-due')).toBe(true);
  await told.world.pass(2000);
  const ended = await told.now(referralId);
  expect([ended.status, ended.endedReason]).toEqual(['EXPIRED', reason]);
  expect(await executions(told.world)).toEqual(['SUCCEEDED']);
});

describe('a down-referral is refused', () => {
  const path = `/referral/institutions/${COUNTY}/patients/${PATIENT}/referrals`;
  const down = {
    direction: 'DOWN',
    toInstitutionId: TOWN,
    toDepartmentId: TOWN_GP,
    criteria: ['COMMON_DISEASE'],
  };
  test.each([
    ['without a plan', {}, ['PLAN_NEEDED']],
    ['for a reason that leads up', { plan: PLAN, criteria: ['CRITICAL'] }, ['CRITERION_UNKNOWN']],
    [
      'to a hospital above',
      { plan: PLAN, toInstitutionId: CITY, toDepartmentId: CITY_CARDIOLOGY },
      ['TARGET_NOT_LOWER'],
    ],
  ])('%s', async (_, more, codes) => {
    const told = await story();
    const answer = await told.people.countyDoctor.post(path, application({ ...down, ...more }));
    expect(answer.code).toBe('APPLICATION_REFUSED');
    const { reasons } = answer.body as { reasons: { code: string }[] };
    expect(reasons.map(({ code }) => code)).toEqual(codes);
    expect(told.world.events.filter(({ type }) => type.startsWith('referral.'))).toEqual([]);
  });
});
