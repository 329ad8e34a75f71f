import { strict as assert } from 'node:assert';
import { addDays, type Day, dayOf, instantAt } from '../../shared/kernel/china-time.ts';
import {
  person,
  type Resident,
  resident,
  staff,
  type WeChatSession,
  wechatLogin,
} from '../support/people.ts';
import { expectStatus, type Journey } from './journey.ts';

const HOSPITAL = 'jiaxian-people-hospital';
const CARDIOLOGY = 'dept-jxrm-0304';
const CHIEF = 'doc-jxrm-01';

interface Appointment {
  readonly appointmentId: string;
  readonly scheduleId: string;
  readonly status: string;
  readonly number: number;
  readonly pool: string;
  readonly day: string;
  readonly offeredFromWaitlist: boolean;
  readonly charge?: { readonly status: string; readonly amountFen: number };
  readonly rescheduledFrom?: string;
}

/** 郏县 books: from the first login to the doctor's door, and everything that can go wrong on the way. */
export async function journey({ city, step }: Journey): Promise<void> {
  const scheduleOf = (day: string, half: 'A' | 'P' | 'E', doctor: string): string =>
    `${day.replaceAll('-', '')}${half}-${doctor}`;
  const today = async (): Promise<Day> => dayOf(await city.clock.now());
  const to = (day: Day, time: string) => city.clock.to(instantAt(day, time));
  const appointmentsOf = ({ patientId }: Resident): string => `/booking/patients/${patientId}/appointments`;
  const book = (who: Resident, scheduleId: string, more: object = {}): Promise<Appointment> =>
    who.send('POST', appointmentsOf(who), { scheduleId, ...more });
  const shown = (who: Resident, { appointmentId }: Appointment): Promise<Appointment> =>
    who.get(`${appointmentsOf(who)}/${appointmentId}`);
  const at = (who: Resident, { appointmentId }: Appointment, verb: string): string =>
    `${appointmentsOf(who)}/${appointmentId}/${verb}`;
  const codesOf = (refusal: { readonly reasons?: readonly { readonly code: string }[] }): readonly string[] =>
    (refusal.reasons ?? []).map(({ code }) => code).toSorted();

  // ---- who they are

  const first = addDays(await today(), 1);
  await step('a new day begins in 郏县; the clock is moved to 06:50', () => to(first, '06:50'));

  const newcomer = await step(
    'a newcomer logs in by WeChat; the same code does not log in twice',
    async () => {
      const { loginCode } = await city.wechatCodes('journey-han-xue', '13900000021');
      const login = { body: { code: loginCode } };
      const session = expectStatus<WeChatSession>(
        await city.http('POST', '/identity/wechat-sessions', login),
        200,
      );
      assert.equal(session.verified, false);
      const again = await city.http('POST', '/identity/wechat-sessions', login);
      assert.ok(again.status >= 400, 'a used code logged in');
      const { noticeVersion } = session;
      return {
        ...person(city, async () => (await wechatLogin(city, 'journey-han-xue')).token),
        noticeVersion,
      };
    },
  );
  const { noticeVersion } = newcomer;

  await step(
    'a wrong identity number is refused with every problem named, and not repeated in the answer',
    async () => {
      const body = { name: '韩雪', idNumber: '410425199002301230', noticeVersion };
      const refusal = await newcomer.refused(
        'POST',
        '/identity/account/verification',
        'VERIFICATION_FAILED',
        422,
        body,
      );
      assert.deepEqual(codesOf(refusal), ['ID_NUMBER_CHECK_DIGIT', 'ID_NUMBER_DATE']);
      assert.ok(!JSON.stringify(refusal).includes('410425199002301230'));
    },
  );
  const verified = await step('with the right number she is verified', async () => {
    const body = { name: '韩雪', idNumber: '410425199002281229', noticeVersion };
    const answer = await newcomer.send<{ patientId: string }>('POST', '/identity/account/verification', body);
    return { ...newcomer, patientId: answer.patientId };
  });
  const child = await step('she adds her child, twice by mistake: there is one', async () => {
    const body = { name: '韩小宝', idNumber: '410425201806011232', noticeVersion };
    const added = await newcomer.send<{ patientId: string }>('POST', '/identity/account/children', body);
    await newcomer.send('POST', '/identity/account/children', body);
    const { patients } = await newcomer.get<{ patients: readonly { patientId: string; relation: string }[] }>(
      '/identity/account/patients',
    );
    assert.deepEqual(patients.map(({ relation }) => relation).toSorted(), ['GUARDIAN', 'SELF']);
    return { ...newcomer, patientId: added.patientId };
  });

  const people = await step('demo residents and staff log in, staff with their second factor', async () => ({
    li: await resident(city, 'demo-li-na'),
    wang: await resident(city, 'demo-wang-fang'),
    yang: await resident(city, 'demo-yang-lei'),
    huang: await resident(city, 'demo-huang-qiang'),
    zhao: await resident(city, 'demo-zhao-min'),
    sun: await resident(city, 'demo-sun-li'),
    ma: await resident(city, 'demo-ma-jun'),
    xu: await resident(city, 'demo-xu-yan'),
    guo: await resident(city, 'demo-guo-tao'),
  }));
  const { li, wang, yang, huang, zhao, sun, ma, xu, guo } = people;
  const desk = staff(city, 'jxrm-clerk');
  const cardiologist = staff(city, 'jxrm-cardiology');

  // ---- searching

  await step('searching for 高血压 finds doctors of the county hospital without a login', async () => {
    const found = expectStatus<{ practitioners: readonly { practitionerId: string }[] }>(
      await city.http(
        'GET',
        `/directory/practitioners?diseaseTag=${encodeURIComponent('高血压')}&institutionId=${HOSPITAL}`,
      ),
      200,
    );
    assert.ok(found.practitioners.some(({ practitionerId }) => practitionerId === CHIEF));
  });
  await step("the department's week fits into 4 KB", async () => {
    const answer = await city.http(
      'GET',
      `/booking/institutions/${HOSPITAL}/departments/${CARDIOLOGY}/week?from=${first}`,
    );
    const week = expectStatus<{ practitioners: readonly { id: string; free: readonly string[] }[] }>(
      answer,
      200,
    );
    assert.ok(week.practitioners.length >= 3);
    assert.ok(JSON.stringify(week).length <= 4096);
  });

  // ---- community first, then everybody

  const visit = addDays(first, 12);
  const expert = scheduleOf(visit, 'A', CHIEF);
  await step('07:00: community doctors may book twelve days ahead; residents may not yet', async () => {
    await to(first, '07:00');
    const refusal = await li.refused('POST', appointmentsOf(li), 'BOOKING_REFUSED', 422, {
      scheduleId: expert,
    });
    assert.deepEqual(codesOf(refusal), ['NOT_OPEN_YET']);
    const doctor = staff(city, 'zhongtou-doctor');
    const booked = await doctor.send<Appointment>('POST', appointmentsOf(wang), { scheduleId: expert });
    assert.equal(booked.status, 'BOOKED');
    assert.equal(booked.pool, 'COMMUNITY');
  });
  await step('a family doctor books only for residents who signed with the team', async () => {
    const doctor = staff(city, 'zhongtou-doctor');
    await doctor.refused('POST', appointmentsOf(yang), 'FORBIDDEN', 403, { scheduleId: expert });
  });
  await step('one minute before the public release 李娜娜 is refused; at 07:00 she books', async () => {
    await to(addDays(visit, -7), '06:59');
    await li.refused('POST', appointmentsOf(li), 'BOOKING_REFUSED', 422, { scheduleId: expert });
    await to(addDays(visit, -7), '07:00');
    const booked = await book(li, expert);
    assert.equal(booked.status, 'BOOKED');
    assert.equal(booked.pool, 'PUBLIC');
  });
  await step('her phone repeats the request: one appointment, the same answer', async () => {
    const body = { scheduleId: scheduleOf(addDays(visit, -1), 'A', 'doc-jxrm-04') };
    const once = await li.send<Appointment>('POST', appointmentsOf(li), body, 'the-same-key');
    const twice = await li.send<Appointment>('POST', appointmentsOf(li), body, 'the-same-key');
    assert.deepEqual(twice, once);
  });
  await step(
    'a resident reads nobody else’s appointments; the answer is the same for a patient who does not exist',
    async () => {
      const others = await yang.refused('GET', appointmentsOf(li), 'FORBIDDEN', 403);
      const nobody = await yang.refused('GET', '/booking/patients/nobody00/appointments', 'FORBIDDEN', 403);
      assert.deepEqual([others.code, others.message], [nobody.code, nobody.message]);
    },
  );

  // ---- limits

  await step(
    'every limit at once: same department, two a day, three in seven days; all reasons in one answer',
    async () => {
      await book(li, scheduleOf(visit, 'A', 'doc-jxrm-14'));
      const refusal = await li.refused('POST', appointmentsOf(li), 'BOOKING_REFUSED', 422, {
        scheduleId: scheduleOf(visit, 'P', 'doc-jxrm-03'),
      });
      const rules = (refusal.reasons ?? []).map(({ detail }) => detail?.['rule']).toSorted();
      assert.deepEqual(rules, ['same-day', 'same-day-department', 'seven-days']);
    },
  );
  await step('the booking page asks beforehand and is told the same reasons', async () => {
    const { reasons } = await li.get<{ reasons: readonly { code: string }[] }>(
      `/booking/patients/${li.patientId}/schedules/${scheduleOf(visit, 'P', 'doc-jxrm-03')}/standing`,
    );
    assert.deepEqual(codesOf({ reasons }), ['LIMIT_REACHED', 'LIMIT_REACHED', 'LIMIT_REACHED']);
  });

  // ---- an unpaid hold

  const payable = scheduleOf(visit, 'P', CHIEF);
  const unpaid = await step(
    '杨磊 takes a number that is paid online: it is held, with a charge that is open',
    async () => {
      const held = await book(yang, payable, { slot: '14:30' });
      assert.equal(held.status, 'HELD');
      assert.deepEqual([held.charge?.status, held.charge?.amountFen], ['OPEN', 2000]);
      await yang.refused('POST', at(yang, held, 'confirm'), 'PAYMENT_DUE', 409);
      return held;
    },
  );
  await step(
    'unpaid after fifteen minutes it lapses, and the number is booked by somebody else',
    async () => {
      await city.clock.advance('PT16M');
      assert.equal((await shown(yang, unpaid)).status, 'EXPIRED');
      const others = [];
      for (const who of [huang, zhao, sun, ma]) others.push(await book(who, payable, { slot: '14:30' }));
      assert.ok(
        others.some(({ number }) => number === unpaid.number),
        'the lapsed number was not given out again',
      );
    },
  );

  // ---- cancelling

  await step('黄强 cancels in time; his number is free again', async () => {
    const schedule = scheduleOf(addDays(visit, -2), 'A', 'doc-jxrm-02');
    const before = await freeOf(schedule);
    const booked = await book(huang, schedule);
    assert.equal(await freeOf(schedule), before - 1);
    const cancelled = await huang.send<Appointment>('POST', at(huang, booked, 'cancel'), {
      reason: '临时有事',
    });
    assert.equal(cancelled.status, 'CANCELLED_BY_PATIENT');
    assert.equal(await freeOf(schedule), before);
  });
  async function freeOf(scheduleId: string): Promise<number> {
    const { slots } = expectStatus<{ slots: readonly { free: { PUBLIC: number } }[] }>(
      await city.http('GET', `/booking/schedules/${scheduleId}`),
      200,
    );
    return slots.reduce((sum, { free }) => sum + free.PUBLIC, 0);
  }

  // ---- rescheduling, both or neither

  const movable = await step(
    '赵敏 books and wants to move to a clinic that is full: nothing changes',
    async () => {
      const full = await desk.send<{ scheduleId: string }>(
        'POST',
        `/booking/institutions/${HOSPITAL}/schedules`,
        tinyClinic('doc-jxrm-09', 'dept-jxrm-0306', addDays(visit, -1)),
      );
      await book(guo, full.scheduleId);
      const booked = await book(zhao, scheduleOf(addDays(visit, -3), 'A', 'doc-jxrm-14'));
      await zhao.refused('POST', at(zhao, booked, 'reschedule'), 'SOLD_OUT', 409, {
        scheduleId: full.scheduleId,
      });
      assert.deepEqual(await shown(zhao, booked), booked);
      return { booked, full: full.scheduleId };
    },
  );
  await step('to a clinic with free numbers she moves whole: one appointment ends, one begins', async () => {
    const next = await zhao.send<Appointment>('POST', at(zhao, movable.booked, 'reschedule'), {
      scheduleId: scheduleOf(addDays(visit, -2), 'A', 'doc-jxrm-14'),
    });
    assert.equal(next.rescheduledFrom, movable.booked.appointmentId);
    assert.equal((await shown(zhao, movable.booked)).status, 'CANCELLED_BY_PATIENT');
  });
  function tinyClinic(practitionerId: string, departmentId: string, day: Day): object {
    return {
      practitionerId,
      departmentId,
      day,
      half: 'E',
      visitKind: 'general',
      feeFen: 0,
      paymentMode: 'ONSITE',
      slots: [{ start: '18:00', end: '18:30', capacity: 1, quota: { PUBLIC: 1 } }],
    };
  }

  // ---- the waitlist

  const waiting = ({ patientId }: Resident): string =>
    `/booking/patients/${patientId}/schedules/${movable.full}/waitlist`;
  await step('two wait for the full clinic, in order', async () => {
    const one = await sun.send<{ ahead: number }>('POST', waiting(sun));
    const two = await ma.send<{ ahead: number }>('POST', waiting(ma));
    assert.deepEqual([one.ahead, two.ahead], [0, 1]);
  });
  await step(
    'the holder cancels: the first in line is offered the number, nobody else can take it',
    async () => {
      const { appointments } = await guo.get<{ appointments: readonly Appointment[] }>(appointmentsOf(guo));
      const held = appointments.find(({ scheduleId }) => scheduleId === movable.full);
      assert.ok(held !== undefined);
      await guo.send('POST', at(guo, held, 'cancel'));
      const place = await sun.get<{ status: string; appointmentId: string }>(waiting(sun));
      assert.equal(place.status, 'OFFERED');
      await xu.refused('POST', appointmentsOf(xu), 'SOLD_OUT', 409, { scheduleId: movable.full });
    },
  );
  await step(
    'the offer is not taken within half an hour: the second in line gets it and confirms',
    async () => {
      await city.clock.advance('PT31M');
      const place = await ma.get<{ status: string; appointmentId: string }>(waiting(ma));
      assert.equal(place.status, 'OFFERED');
      const confirmed = await ma.send<Appointment>(
        'POST',
        `${appointmentsOf(ma)}/${place.appointmentId}/confirm`,
      );
      assert.deepEqual([confirmed.status, confirmed.offeredFromWaitlist], ['BOOKED', true]);
    },
  );

  // ---- a power cut

  await step('kill -9 in the middle: every acknowledged appointment is there after the restart', async () => {
    const booked = await book(xu, scheduleOf(addDays(visit, -1), 'A', 'doc-jxrm-14'));
    await city.kill9();
    await city.restart();
    assert.deepEqual(await shown(xu, booked), booked);
  });

  // ---- a cancelled clinic

  const stopped = scheduleOf(addDays(visit, -1), 'A', 'doc-jxrm-14');
  await step(
    '停诊: the clinic is cancelled by the desk, everybody on it is told, nobody is punished',
    async () => {
      const theirs = await book(verified, stopped);
      await desk.send('POST', `/booking/institutions/${HOSPITAL}/schedules/${stopped}/cancellation`, {
        reason: '医生外出会诊',
      });
      assert.equal((await shown(verified, theirs)).status, 'CANCELLED_BY_HOSPITAL');
      const { bans } = await verified.get<{ bans: readonly unknown[] }>(
        `/booking/patients/${verified.patientId}/record`,
      );
      assert.deepEqual(bans, []);
      const { alternatives } = expectStatus<{ alternatives: readonly unknown[] }>(
        await city.http('GET', `/booking/schedules/${stopped}/alternatives`),
        200,
      );
      assert.ok(alternatives.length > 0);
      await child.refused('POST', appointmentsOf(child), 'BOOKING_REFUSED', 422, { scheduleId: stopped });
    },
  );
  await step('the mother books for her child instead', async () => {
    const booked = await book(child, scheduleOf(addDays(visit, -2), 'A', 'doc-jxrm-14'));
    assert.equal(booked.status, 'BOOKED');
  });
  await step('a clerk of another hospital cannot touch the clinic', async () => {
    const stranger = staff(city, 'jxzy-clerk');
    await stranger.refused(
      'POST',
      `/booking/institutions/${HOSPITAL}/schedules/${expert}/cancellation`,
      'FORBIDDEN',
      403,
      { reason: '误操作' },
    );
    await stranger.refused(
      'GET',
      `/booking/institutions/${HOSPITAL}/schedules/${expert}/appointments`,
      'FORBIDDEN',
      403,
    );
  });

  // ---- the day of the visit

  const mine = await step('after the cut-off an appointment can no longer be cancelled', async () => {
    await to(addDays(visit, -1), '15:01');
    const { appointments } = await li.get<{ appointments: readonly Appointment[] }>(appointmentsOf(li));
    const expected = appointments.find(({ scheduleId }) => scheduleId === expert);
    assert.ok(expected !== undefined);
    await li.refused('POST', at(li, expected, 'cancel'), 'CANCEL_TOO_LATE', 422);
    return expected;
  });
  await step('what the community left was released to everybody two days before', async () => {
    const { slots } = expectStatus<{ slots: readonly { free: { COMMUNITY: number; PUBLIC: number } }[] }>(
      await city.http('GET', `/booking/schedules/${expert}`),
      200,
    );
    assert.equal(
      slots.reduce((sum, { free }) => sum + free.COMMUNITY, 0),
      0,
    );
    assert.ok(slots.reduce((sum, { free }) => sum + free.PUBLIC, 0) > 20);
  });
  await step('too early to check in; an hour before the slot 李娜娜 checks in', async () => {
    await to(visit, '07:00');
    await li.refused('POST', at(li, mine, 'check-in'), 'CHECK_IN_NOT_OPEN', 422);
    const start = ((await shown(li, mine)) as unknown as { slot: { start: string } }).slot.start;
    await to(visit, start);
    const checkedIn = await li.send<Appointment>('POST', at(li, mine, 'check-in'));
    assert.equal(checkedIn.status, 'CHECKED_IN');
  });
  await step('the cardiologist calls her, she is seen, the visit is fulfilled', async () => {
    const visitOf = `/booking/institutions/${HOSPITAL}/schedules/${expert}/patients/${li.patientId}`;
    for (const [verb, status] of [
      ['call', 'CALLED'],
      ['start', 'IN_SERVICE'],
      ['fulfil', 'FULFILLED'],
    ] as const) {
      assert.equal((await cardiologist.send<Appointment>('POST', `${visitOf}/${verb}`)).status, status);
    }
    await cardiologist.refused('POST', `${visitOf}/call`, 'WRONG_STATE', 409);
  });

  // ---- three no-shows

  await step('郭涛 does not come, three times', async () => {
    for (let times = 0; times < 3; times += 1) {
      const day = addDays(await today(), 2);
      const missed = await book(guo, scheduleOf(day, 'A', times === 1 ? 'doc-jxrm-04' : 'doc-jxrm-02'));
      await to(day, '12:30');
      assert.equal((await shown(guo, missed)).status, 'NO_SHOW');
      if (times === 1) await to(addDays(day, 6), '12:30');
    }
  });
  await step('the third closes online booking for thirty days; the desk still serves him', async () => {
    const day = addDays(await today(), 2);
    const refusal = await guo.refused('POST', appointmentsOf(guo), 'BOOKING_REFUSED', 422, {
      scheduleId: scheduleOf(day, 'A', 'doc-jxrm-02'),
    });
    assert.ok(codesOf(refusal).includes('BANNED'));
    const { bans } = await guo.get<{ bans: readonly { until: string }[] }>(
      `/booking/patients/${guo.patientId}/record`,
    );
    assert.equal(bans.length, 1);
    const onTheDay = addDays(await today(), 1);
    await to(onTheDay, '07:30');
    const booked = await desk.send<Appointment>(
      'POST',
      `/booking/institutions/${HOSPITAL}/schedules/${scheduleOf(onTheDay, 'A', 'doc-jxrm-04')}/appointments`,
      { patientId: guo.patientId, channel: 'ONSITE' },
    );
    assert.equal(booked.pool, 'ONSITE');
  });
  await step('after thirty days he books online again', async () => {
    await city.clock.advance('P31D');
    const day = addDays(await today(), 3);
    assert.equal((await book(guo, scheduleOf(day, 'A', 'doc-jxrm-14'))).status, 'BOOKED');
  });

  // ---- the longest limit

  await step('five visits in three months are the limit: the sixth names it', async () => {
    for (let visits = 0; visits < 5; visits += 1) {
      const day = addDays(await today(), 3);
      const booked = await book(
        yang,
        scheduleOf(day, 'A', visits % 2 === 0 ? 'doc-jxrm-14' : 'doc-jxrm-04'),
        { slot: '08:30' },
      );
      await to(day, '08:00');
      await yang.send('POST', at(yang, booked, 'check-in'));
    }
    const day = addDays(await today(), 3);
    const refusal = await yang.refused('POST', appointmentsOf(yang), 'BOOKING_REFUSED', 422, {
      scheduleId: scheduleOf(day, 'A', 'doc-jxrm-14'),
    });
    assert.deepEqual(
      (refusal.reasons ?? []).map(({ detail }) => detail?.['rule']),
      ['three-months'],
    );
  });
}
