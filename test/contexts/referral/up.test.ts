import { describe, expect, test } from 'vitest';
import { appointments } from '../../../functions/booking/store.ts';
import { application, homePath, PATIENT, shown, staffPath } from './people.ts';
import {
  accept,
  apply,
  approve,
  checkIn,
  complete,
  confirm,
  executions,
  returnAtGate,
  startTreatment,
  stillHeld,
  story,
  upTo,
} from './stories.ts';
import { CITY, CITY_CARDIOLOGY, COUNTY, DAY, ENDOCRINE, HOUR, TOWN, VILLAGE } from './world.ts';

test('goes up from the application to the summary at home, with a number from the referral pool', async () => {
  const told = await story();
  const referralId = await apply(told);
  await approve(told, referralId);
  await accept(told, referralId);
  const reserved = await told.now(referralId);
  expect([reserved.status, reserved.number?.day]).toEqual(['RESERVED', '2026-03-05']);
  const { appointmentId = '' } = reserved.number ?? {};
  const appointment = await appointments.get(told.world.deps.table, { patientId: PATIENT, appointmentId });
  expect([appointment?.status, appointment?.pool]).toEqual(['HELD', 'REFERRAL']);
  await confirm(told, referralId);
  await checkIn(told, referralId);
  await startTreatment(told, referralId);
  await complete(told, referralId);
  const done = await told.now(referralId);
  expect(done.status).toBe('COMPLETED');
  expect(done.summaries.map(({ summary }) => summary)).toEqual(['冠脉造影示轻度狭窄，药物治疗']);
  expect(done.timeline.map(({ text }) => text)).toEqual([
    '转诊申请已提交，等待机构town审核',
    '申请已送达机构county，等待答复',
    '机构county已同意接诊，正在为您安排号源',
    '已在机构county为您保留号源，请在时限内确认或支付',
    '就诊安排已确定，请按时前往机构county',
    '您已到达机构county',
    '机构county正在为您诊治',
    '诊疗已完成，可在此查看诊疗小结',
  ]);
  expect(await executions(told.world)).toEqual(['SUCCEEDED']);
});

describe('the gate', () => {
  test('is as deep as the tree: a village doctor’s patient is reviewed by the town, and on the way to the city by the county', async () => {
    const told = await story();
    const near = shown(await told.people.villageDoctor.post(homePath(), application())).referralId;
    await approve(told, near);
    expect((await told.now(near)).status).toBe('OFFERED');
    await told.people.patient.post(homePath(near, 'withdrawal'), { reason: '不去了' });
    const city = { toInstitutionId: CITY, toDepartmentId: CITY_CARDIOLOGY, outsideReason: '县内无此手术' };
    const far = shown(await told.people.villageDoctor.post(homePath(), application(city))).referralId;
    await approve(told, far);
    expect((await told.now(far)).status).toBe('GATE_REVIEW');
    const own = staffPath(COUNTY, far, 'gate-decision');
    await told.people.countyCoordinator.post(own, { decision: 'APPROVE' });
    expect((await told.now(far)).status).toBe('OFFERED');
    const list = await told.people.cityCoordinator.get(`/referral/institutions/${CITY}/centre`);
    expect(
      (list.body as { referrals: { referralId: string }[] }).referrals.map((one) => one.referralId),
    ).toEqual([far]);
  });

  test('is never passed by whoever applied', async () => {
    const told = await story();
    const referralId = await apply(told);
    const both = await told.people.doctorAndCoordinator.post(staffPath(TOWN, referralId, 'gate-decision'), {
      decision: 'APPROVE',
    });
    expect(both.code).toBe('OWN_APPLICATION');
    expect((await told.now(referralId)).status).toBe('GATE_REVIEW');
  });

  test('turns an application down for good', async () => {
    const told = await story();
    const referralId = await apply(told);
    await told.people.townCoordinator.post(staffPath(TOWN, referralId, 'gate-decision'), {
      decision: 'REJECT',
      reason: '可在本院诊治',
    });
    expect((await told.now(referralId)).status).toBe('REJECTED');
    expect(await executions(told.world)).toEqual(['SUCCEEDED']);
  });
});

describe('papers that are missing', () => {
  test.each(['gate', 'centre'] as const)(
    'are asked for by the %s, added, and looked at by whoever asked',
    async (who) => {
      const told = await story();
      const referralId = await apply(told);
      if (who === 'gate') await returnAtGate(told, referralId);
      else {
        await approve(told, referralId);
        await told.people.countyCoordinator.post(staffPath(COUNTY, referralId, 'centre-decision'), {
          decision: 'RETURN',
          reason: '请补充心电图',
        });
      }
      expect((await told.now(referralId)).status).toBe('RETURNED');
      const more = { attachments: [{ kind: 'REPORT', id: 'ecg-1' }] };
      const added = await told.people.familyDoctor.post(staffPath(TOWN, referralId, 'supplement'), more);
      expect(shown(added).status).toBe(who === 'gate' ? 'GATE_REVIEW' : 'OFFERED');
      expect(added.body).toMatchObject({ supplement: more, remark: { text: '请补充心电图' } });
      if (who === 'gate') await approve(told, referralId);
      await accept(told, referralId);
      expect((await told.now(referralId)).status).toBe('RESERVED');
    },
  );
});

describe('the receiving centre', () => {
  test('declines with a reason, and the specialty is free for another application', async () => {
    const told = await story();
    const referralId = await upTo(told, 'OFFERED');
    await told.people.countyCoordinator.post(staffPath(COUNTY, referralId, 'centre-decision'), {
      decision: 'DECLINE',
      reason: '病情可在基层治疗',
    });
    expect((await told.now(referralId)).status).toBe('DECLINED');
    expect(await apply(told)).not.toBe(referralId);
  });

  test('passes a referral on: the other department decides, and the lock follows the specialty', async () => {
    const told = await story();
    const referralId = await upTo(told, 'OFFERED');
    const rerouted = await told.people.countyCoordinator.post(
      staffPath(COUNTY, referralId, 'centre-decision'),
      {
        decision: 'REROUTE',
        reason: '属内分泌科',
        toInstitutionId: COUNTY,
        toDepartmentId: ENDOCRINE,
      },
    );
    expect(rerouted.body).toMatchObject({ status: 'OFFERED', specialty: '03.07' });
    const again = await told.people.familyDoctor.post(homePath(), application({ toDepartmentId: ENDOCRINE }));
    expect(again.code).toBe('OPEN_REFERRAL');
    const other = await told.people.familyDoctor.post(homePath(), application());
    expect(other.status).toBe(201);
  });

  test('loses its say when it has passed a referral to another hospital', async () => {
    const told = await story();
    const referralId = await upTo(told, 'OFFERED');
    const path = staffPath(COUNTY, referralId, 'centre-decision');
    const passed = await told.people.countyCoordinator.post(path, {
      decision: 'REROUTE',
      reason: '需介入治疗',
      toInstitutionId: CITY,
      toDepartmentId: CITY_CARDIOLOGY,
    });
    // The city left the alliance: the county was inside 1+1+1, where it goes now is not.
    expect(passed.body).toMatchObject({ status: 'OFFERED', insideCombination: false });
    expect((await told.people.countyCoordinator.post(path, { decision: 'ACCEPT' })).code).toBe(
      'REFERRAL_NOT_FOUND',
    );
    const accepted = await told.people.cityCoordinator.post(staffPath(CITY, referralId, 'centre-decision'), {
      decision: 'ADMIT',
      expectedOn: '2026-03-04',
    });
    expect(shown(accepted).status).toBe('CONFIRMED');
  });

  test('admits to the ward: no number is taken, the desk records the arrival', async () => {
    const told = await story();
    const referralId = await upTo(told, 'OFFERED');
    await told.people.countyCoordinator.post(staffPath(COUNTY, referralId, 'centre-decision'), {
      decision: 'ADMIT',
      expectedOn: '2026-03-04',
    });
    expect(stillHeld(told.world)).toEqual([]);
    const arrived = await told.people.countyClerk.post(staffPath(COUNTY, referralId, 'arrival'));
    expect(shown(arrived).status).toBe('ARRIVED');
    await complete(told, referralId);
    expect(await executions(told.world)).toEqual(['SUCCEEDED']);
  });

  test('expects nobody on the ward in the past, nor so late that no machine could wait for it', async () => {
    const told = await story();
    const path = staffPath(COUNTY, await upTo(told, 'OFFERED'), 'centre-decision');
    const admit = (expectedOn: string) =>
      told.people.countyCoordinator.post(path, { decision: 'ADMIT', expectedOn });
    for (const day of ['2026-03-01', '2026-06-01', '2126-03-02'])
      expect((await admit(day)).code).toBe('EXPECTED_DAY_NEEDED');
    expect((await admit('2026-05-31')).status).toBe(200);
    expect(await executions(told.world)).toEqual(['RUNNING']);
  });

  test('is asked again when no number is left for referred patients', async () => {
    const told = await story({ clinicDays: [] });
    const referralId = await upTo(told, 'OFFERED');
    await accept(told, referralId);
    const back = await told.now(referralId);
    expect([back.status, back.timeline.at(-1)?.text]).toEqual([
      'OFFERED',
      '机构county近期无号，请等待重新安排',
    ]);
    await told.people.countyCoordinator.post(staffPath(COUNTY, referralId, 'centre-decision'), {
      decision: 'DECLINE',
      reason: '近期无号',
    });
    expect(await executions(told.world)).toEqual(['SUCCEEDED']);
  });
});

describe('the number', () => {
  test('is given back when the resident does not confirm in time', async () => {
    const told = await story();
    const referralId = await upTo(told, 'RESERVED');
    await told.world.pass(25 * HOUR);
    const ended = await told.now(referralId);
    expect([ended.status, ended.endedReason]).toEqual(['EXPIRED', 'CONFIRM_TIMEOUT']);
    expect(stillHeld(told.world)).toEqual([]);
    expect(await executions(told.world)).toEqual(['SUCCEEDED']);
  });

  test('is replaced when the clinic is called off', async () => {
    const told = await story();
    const referralId = await upTo(told, 'CONFIRMED');
    const first = (await told.now(referralId)).number;
    await told.people.countyClerk.post(
      `/booking/institutions/${COUNTY}/schedules/20260305A-dr-county/cancellation`,
      { reason: '医生外出' },
    );
    await told.world.pass(2 * 60_000);
    const next = await told.now(referralId);
    expect([next.status, first?.day, next.number?.day]).toEqual(['RESERVED', '2026-03-05', '2026-03-06']);
    await confirm(told, referralId);
    expect((await told.now(referralId)).status).toBe('CONFIRMED');
  });

  test('that the patient cancels at booking ends the referral', async () => {
    const told = await story();
    const referralId = await upTo(told, 'RESERVED');
    const { number } = await told.now(referralId);
    await told.people.patient.post(
      `/booking/patients/${PATIENT}/appointments/${number?.appointmentId}/cancel`,
    );
    const ended = await told.now(referralId);
    expect([ended.status, ended.endedReason]).toEqual(['WITHDRAWN', 'NUMBER_CANCELLED']);
    expect(await executions(told.world)).toEqual(['SUCCEEDED']);
  });

  test('of who does not come is missed, and the referral ends', async () => {
    const told = await story();
    const referralId = await upTo(told, 'CONFIRMED');
    await told.world.pass(5 * DAY);
    expect((await told.now(referralId)).status).toBe('NO_SHOW');
    expect(stillHeld(told.world)).toEqual([]);
  });

  test('is the earliest one, and two referrals never share it', async () => {
    const told = await story({ numbers: 1 });
    const one = await upTo(told, 'RESERVED');
    const two = shown(
      await told.people.familyDoctor.post('/referral/patients/pat00002/referrals', application()),
    ).referralId;
    const path = (at: string, name: string) =>
      `/referral/institutions/${at}/patients/pat00002/referrals/${two}/${name}`;
    await told.people.townCoordinator.post(path(TOWN, 'gate-decision'), { decision: 'APPROVE' });
    await told.people.countyCoordinator.post(path(COUNTY, 'centre-decision'), { decision: 'ACCEPT' });
    const other = shown(await told.people.familyDoctor.get(`/referral/patients/pat00002/referrals/${two}`));
    expect([(await told.now(one)).number?.day, other.number?.day]).toEqual(['2026-03-05', '2026-03-06']);
  });
});

describe('an emergency', () => {
  const body = () => application({ criteria: ['CRITICAL'], attachments: [] });
  const path = `/referral/institutions/${VILLAGE}/patients/${PATIENT}/emergencies`;

  test('skips the gate, needs no number, and is written down as what it is', async () => {
    const told = await story();
    const applied = shown(await told.people.villageDoctor.post(path, body()));
    expect(applied.status).toBe('OFFERED');
    const entry = told.world.deps.all().find(({ action }) => action === 'BREAK_GLASS');
    expect(entry).toMatchObject({
      purpose: 'emergency-referral',
      subjectId: applied.referralId,
      institutionId: VILLAGE,
    });
    await accept(told, applied.referralId);
    expect((await told.now(applied.referralId)).status).toBe('CONFIRMED');
    await told.people.countyClerk.post(staffPath(COUNTY, applied.referralId, 'arrival'));
    await complete(told, applied.referralId);
    expect(await executions(told.world)).toEqual(['SUCCEEDED']);
  });

  test('is never declined, nor sent back for papers; silence sends the patient in and is told of', async () => {
    const told = await story();
    const { referralId } = shown(await told.people.villageDoctor.post(path, body()));
    for (const decision of ['DECLINE', 'RETURN']) {
      const refused = await told.people.countyCoordinator.post(
        staffPath(COUNTY, referralId, 'centre-decision'),
        { decision, reason: '没有床位' },
      );
      expect(refused.code).toBe('EMERGENCY_NOT_DECLINED');
    }
    await told.world.pass(HOUR + 1000);
    const escalated = await told.now(referralId);
    expect([escalated.status, escalated.timeline.at(-1)?.text]).toEqual([
      'CONFIRMED',
      '急诊转诊，请直接前往机构county',
    ]);
    expect(told.world.events.some(({ data }) => data['escalated'] === true)).toBe(true);
  });

  test('stands first in the worklist', async () => {
    const told = await story();
    const ordinary = await upTo(told, 'OFFERED');
    const green = await apply(told, { urgency: 'GREEN', toDepartmentId: ENDOCRINE });
    await approve(told, green);
    const sudden = shown(
      await told.people.villageDoctor.post(path.replace(PATIENT, 'pat00002'), body()),
    ).referralId;
    const { body: list } = await told.people.countyCoordinator.get(`/referral/institutions/${COUNTY}/centre`);
    const ids = (list as { referrals: { referralId: string }[] }).referrals.map(
      ({ referralId }) => referralId,
    );
    expect(ids).toEqual([sudden, green, ordinary]);
  });
});

test('a standing referral books each return by itself for a year, every visit an execution of its own', async () => {
  const days = Array.from({ length: 13 }, (_, month) => {
    const day = new Date(Date.parse('2026-03-05') + month * 30 * DAY);
    return day.toISOString().slice(0, 10);
  });
  const told = await story({ clinicDays: days });
  const referralId = await apply(told, { standing: { intervalDays: 30, count: 12, until: '2027-03-01' } });
  await approve(told, referralId);
  await accept(told, referralId);
  const visits: string[] = [];
  const ended: string[] = [];
  for (let round = 1; round <= 12; round += 1) {
    const reserved = await told.now(referralId);
    expect([reserved.round, reserved.status]).toEqual([round, 'RESERVED']);
    visits.push(reserved.number?.day ?? '');
    await confirm(told, referralId);
    await checkIn(told, referralId);
    await complete(told, referralId);
    // Each execution is forgotten ninety days after its end.
    const executionArn = `${told.world.machineArn.replace('stateMachine', 'execution')}:${referralId}-${round}`;
    ended.push(String((await told.world.sfn('DescribeExecution', { executionArn }))['status']));
    if (round < 12) {
      expect((await told.now(referralId)).status).toBe('BETWEEN_VISITS');
      await told.world.pass(20 * DAY);
    }
  }
  const done = await told.now(referralId);
  expect([done.status, done.summaries.length]).toEqual(['COMPLETED', 12]);
  expect(visits).toEqual(days.slice(0, 12));
  expect(ended).toEqual(Array.from({ length: 12 }, () => 'SUCCEEDED'));
}, 60_000);

test('a standing referral of which one visit is missed goes on to the next, and ends with the last', async () => {
  const told = await story({ clinicDays: ['2026-03-05', '2026-04-04'] });
  const standing = { intervalDays: 30, count: 2, until: '2026-12-01' };
  const referralId = await upTo(told, 'CONFIRMED', { standing });
  await told.world.pass(5 * DAY);
  const missed = await told.people.patient.get(homePath(referralId));
  expect(missed.body).toMatchObject({
    status: 'BETWEEN_VISITS',
    nextVisitFrom: '2026-04-04',
    standard: { bser: '5.1.2' },
  });
  expect(shown(missed).timeline.at(-1)?.text).toBe('您未按时就诊，到期将为您安排下次复诊');
  expect(stillHeld(told.world)).toEqual([]);
  await told.world.pass(18 * DAY);
  expect(await told.now(referralId)).toMatchObject({ round: 2, number: { day: '2026-04-04' } });
  await confirm(told, referralId);
  await told.world.pass(15 * DAY);
  expect(await told.now(referralId)).toMatchObject({ status: 'NO_SHOW', endedReason: 'VISIT_MISSED' });
  expect(await executions(told.world)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
});

test('a return after a stay on the ward is checked in at booking like every number', async () => {
  const told = await story({ clinicDays: ['2026-04-03'] });
  const { countyCoordinator, countyClerk } = told.people;
  const standing = { intervalDays: 30, count: 2, until: '2026-12-01' };
  const referralId = await upTo(told, 'OFFERED', { standing });
  const step = (name: string) => staffPath(COUNTY, referralId, name);
  await countyCoordinator.post(step('centre-decision'), { decision: 'ADMIT', expectedOn: '2026-03-04' });
  await countyClerk.post(step('arrival'));
  await complete(told, referralId);
  await told.world.pass(20 * DAY);
  await confirm(told, referralId);
  const confirmed = await told.people.patient.get(homePath(referralId));
  expect(confirmed.body).toMatchObject({ status: 'CONFIRMED', round: 2, number: { day: '2026-04-03' } });
  expect(confirmed.body).not.toHaveProperty('expectedOn');
  expect((await countyClerk.post(step('arrival'))).code).toBe('CHECK_IN_AT_BOOKING');
});

test('a number that nobody has given back, since its execution has died, is given back by another one', async () => {
  const told = await story();
  const referralId = await upTo(told, 'CONFIRMED');
  const executionArn = `${told.world.machineArn.replace('stateMachine', 'execution')}:${referralId}-1`;
  await told.world.sfn('StopExecution', { executionArn });
  await told.people.patient.post(homePath(referralId, 'withdrawal'), { reason: '不去了' });
  expect(stillHeld(told.world)).toHaveLength(1);
  await told.world.pass(16 * 60_000);
  expect(stillHeld(told.world)).toEqual([]);
  expect(await executions(told.world)).toEqual(['ABORTED', 'SUCCEEDED']);
});
