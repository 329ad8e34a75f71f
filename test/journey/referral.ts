import { strict as assert } from 'node:assert';
import { addDays, type Day, dayOf, instantAt } from '../../shared/kernel/china-time.ts';
import { payer, paymentsArrive } from '../support/payers.ts';
import { type Person, type Resident, resident, staff } from '../support/people.ts';
import type { Journey } from './journey.ts';

const TOWN = 'hc-410425101';
const TOWN_GP = 'dept-410425101-02';
const VILLAGE = 'clinic-410425101201';
const COUNTY = 'jiaxian-people-hospital';
const CARDIOLOGY = 'dept-jxrm-0304';
const ENDOCRINE = 'dept-jxrm-0307';
const CITY = 'pds-first-hospital';
const CITY_CARDIOLOGY = 'dept-pds-0304';
const PROVINCE = 'henan-provincial-hospital';
const PROVINCE_CARDIOLOGY = 'dept-hn-0304';
const FEE = 3_000;

interface Shown {
  readonly referralId: string;
  readonly status: string;
  readonly round: number;
  readonly endedReason?: string;
  readonly escalated: boolean;
  readonly number?: {
    readonly appointmentId: string;
    readonly day: Day;
    readonly startsAt: string;
    readonly endsAt: string;
    readonly feeFen: number;
  };
  readonly timeline: readonly { readonly text: string }[];
  readonly summaries: readonly { readonly summary: string }[];
  readonly waitUntil?: string;
}

/** 郏县 refers: up with a number that is paid for, passed on, sent back, withdrawn, missed, for a year, and down again. */
export async function journey({ city, step }: Journey): Promise<void> {
  const today = async (): Promise<Day> => dayOf(await city.clock.now());
  const home = ({ patientId }: Resident, referralId = '', verb = ''): string =>
    ['', 'referral', 'patients', patientId, 'referrals', referralId, verb]
      .filter((part, i) => i === 0 || part !== '')
      .join('/');
  const at = (institutionId: string, { patientId }: Resident, referralId: string, verb = ''): string =>
    `/referral/institutions/${institutionId}/patients/${patientId}/referrals/${referralId}${verb === '' ? '' : `/${verb}`}`;
  const shown = (who: Resident, referralId: string): Promise<Shown> => who.get(home(who, referralId));
  /** Events have to reach the machine, and its answer the item: until then the clock stands. */
  const expectStatus = async (who: Resident, referralId: string, status: string): Promise<Shown> => {
    await city.clock.advance('PT1S');
    const now = await shown(who, referralId);
    assert.equal(now.status, status, now.endedReason);
    return now;
  };
  const application = async (more: object = {}): Promise<object> => ({
    toInstitutionId: COUNTY,
    toDepartmentId: ENDOCRINE,
    toPractitionerId: 'doc-jxrm-04',
    criteria: ['BEYOND_CAPABILITY'],
    diagnosis: { icd10: 'E11.900', text: '2型糖尿病' },
    history: '血糖控制不佳半年',
    attachments: [{ kind: 'REPORT', id: 'report-1' }],
    consent: { by: 'PATIENT', form: 'WRITTEN', on: await today() },
    ...more,
  });
  const COMPLETION = {
    diagnosis: { icd10: 'E11.900', text: '2型糖尿病' },
    summary: '调整胰岛素方案，两周后复查',
    results: [{ kind: 'REPORT', id: 'report-2' }],
  };
  const reason = '经办说明';

  // ---- who they are

  await step('a new day begins in 郏县; the clock is moved to 08:00', async () =>
    city.clock.to(instantAt(addDays(await today(), 1), '08:00')),
  );
  const { li, wang, zhang, liu } = await step('residents open the mini-program', async () => ({
    li: await payer(city, 'demo-li-na'),
    wang: await resident(city, 'demo-wang-fang'),
    zhang: await resident(city, 'demo-zhang-wei'),
    liu: await resident(city, 'demo-liu-yang'),
  }));
  const doctor = staff(city, 'zhongtou-doctor');
  const villageDoctor = staff(city, 'zhongtou-village');
  const town = staff(city, 'zhongtou-referral');
  const county = staff(city, 'jxrm-referral');
  const countyClerk = staff(city, 'jxrm-clerk');
  const endocrinologist = staff(city, 'jxrm-endocrine');
  const hospital = staff(city, 'pds-referral');
  const cardiologist = staff(city, 'pds-cardiology');
  const stranger = staff(city, 'anliang-doctor');

  const apply = async (who: Resident, more: object = {}): Promise<string> =>
    (await doctor.send<Shown>('POST', home(who), await application(more))).referralId;
  const decide = (
    by: Person,
    where: string,
    who: Resident,
    referralId: string,
    verb: string,
    body: object = {},
  ) => by.send<Shown>('POST', at(where, who, referralId, verb), body);
  const approve = (who: Resident, id: string) =>
    decide(town, TOWN, who, id, 'gate-decision', { decision: 'APPROVE' });
  const accept = (who: Resident, id: string) =>
    decide(county, COUNTY, who, id, 'centre-decision', { decision: 'ACCEPT' });
  const appointment = (who: Resident, { number }: Shown): string =>
    `/booking/patients/${who.patientId}/appointments/${number?.appointmentId}`;
  const beforeTheVisit = ({ number }: Shown): Promise<unknown> =>
    city.clock.to(new Date(Date.parse(number?.startsAt ?? '') - 30 * 60_000).toISOString());

  // ---- up, passed on, paid, seen

  const up = await step('a family doctor refers 李娜娜 to the county; what she wrote is sealed', async () => {
    const referralId = await apply(li, { toDepartmentId: CARDIOLOGY, toPractitionerId: undefined });
    assert.equal((await shown(li, referralId)).status, 'GATE_REVIEW');
    return referralId;
  });
  await step('a doctor of another town is refused, in their own house’s name and in this one’s', async () => {
    const body = { decision: 'APPROVE' };
    await stranger.refused('POST', at('hc-410425102', li, up, 'death'), 'REFERRAL_NOT_FOUND', 404);
    await stranger.refused('POST', at(TOWN, li, up, 'gate-decision'), 'FORBIDDEN', 403, body);
    await county.refused('POST', at(TOWN, li, up, 'gate-decision'), 'FORBIDDEN', 403, body);
    await county.refused('POST', at(COUNTY, li, up, 'centre-decision'), 'REFERRAL_NOT_FOUND', 404, {
      decision: 'ACCEPT',
    });
  });
  await step('the town asks for an electrocardiogram; the doctor adds it; the town lets it go', async () => {
    await decide(town, TOWN, li, up, 'gate-decision', { decision: 'RETURN', reason: '请补充心电图' });
    await decide(doctor, TOWN, li, up, 'supplement', { attachments: [{ kind: 'REPORT', id: 'ecg-1' }] });
    await approve(li, up);
    await expectStatus(li, up, 'OFFERED');
  });
  await step('kill -9 while the county is awaited: after the restart it still is', async () => {
    await city.kill9();
    await city.restart();
    await expectStatus(li, up, 'OFFERED');
  });
  await step('the county passes her on to the city’s hospital, and has no say any more', async () => {
    await decide(county, COUNTY, li, up, 'centre-decision', {
      decision: 'REROUTE',
      reason,
      toInstitutionId: CITY,
      toDepartmentId: CITY_CARDIOLOGY,
    });
    await county.refused('POST', at(COUNTY, li, up, 'centre-decision'), 'REFERRAL_NOT_FOUND', 404, {
      decision: 'ACCEPT',
    });
  });
  const reserved = await step(
    'the hospital accepts: a number of the referral pool is held for her, to be paid',
    async () => {
      const { referrals } = await hospital.get<{ referrals: readonly Shown[] }>(
        `/referral/institutions/${CITY}/centre`,
      );
      assert.deepEqual(
        referrals.map(({ referralId }) => referralId),
        [up],
      );
      await decide(hospital, CITY, li, up, 'centre-decision', { decision: 'ACCEPT' });
      const now = await expectStatus(li, up, 'RESERVED');
      const held = await li.get<{ status: string; pool: string }>(appointment(li, now));
      assert.deepEqual([held.status, held.pool, now.number?.feeFen], ['HELD', 'REFERRAL', FEE]);
      await li.refused('POST', `${appointment(li, now)}/confirm`, 'PAYMENT_DUE', 409);
      return now;
    },
  );
  await step('she pays, and the visit stands', async () => {
    const opened = await li.open([reserved.number?.appointmentId ?? '']);
    assert.equal(await li.phone(opened), 'PAID');
    await paymentsArrive(city);
    await expectStatus(li, up, 'CONFIRMED');
  });
  await step('she comes, is seen, and reads the summary at home', async () => {
    await beforeTheVisit(reserved);
    await li.send('POST', `${appointment(li, reserved)}/check-in`);
    await expectStatus(li, up, 'ARRIVED');
    await decide(cardiologist, CITY, li, up, 'treatment');
    await decide(cardiologist, CITY, li, up, 'completion', COMPLETION);
    const done = await expectStatus(li, up, 'COMPLETED');
    assert.deepEqual(
      done.summaries.map(({ summary }) => summary),
      [COMPLETION.summary],
    );
    assert.ok(done.timeline.some(({ text }) => text === '申请已改派至平顶山市第一人民医院，等待答复'));
  });

  // ---- every wait, and every withdrawal

  const confirmed = async (who: Resident, id: string): Promise<Shown> => {
    const now = await expectStatus(who, id, 'RESERVED');
    await who.send('POST', `${appointment(who, now)}/confirm`);
    return expectStatus(who, id, 'CONFIRMED');
  };
  const arrived = async (who: Resident, id: string): Promise<Shown> => {
    const now = await confirmed(who, id);
    await beforeTheVisit(now);
    await who.send('POST', `${appointment(who, now)}/check-in`);
    return expectStatus(who, id, 'ARRIVED');
  };
  const bring: Record<string, (who: Resident) => Promise<string>> = {
    GATE_REVIEW: (who) => apply(who),
    RETURNED: async (who) => {
      const id = await apply(who);
      await decide(town, TOWN, who, id, 'gate-decision', { decision: 'RETURN', reason });
      return id;
    },
    OFFERED: async (who) => {
      const id = await apply(who);
      await approve(who, id);
      return id;
    },
    RESERVED: async (who) => {
      const id = await bring['OFFERED']?.(who);
      await accept(who, id ?? '');
      await expectStatus(who, id ?? '', 'RESERVED');
      return id ?? '';
    },
    CONFIRMED: async (who) => {
      const id = await bring['RESERVED']?.(who);
      await confirmed(who, id ?? '');
      return id ?? '';
    },
    ARRIVED: async (who) => {
      const id = await bring['RESERVED']?.(who);
      await arrived(who, id ?? '');
      return id ?? '';
    },
  };
  const nothingIsHeld = async (who: Resident): Promise<void> => {
    const { appointments } = await who.get<{ appointments: readonly { status: string }[] }>(
      `/booking/patients/${who.patientId}/appointments`,
    );
    assert.deepEqual(
      appointments.filter(({ status }) =>
        ['HELD', 'PENDING_PAYMENT', 'BOOKED', 'CHECKED_IN'].includes(status),
      ),
      [],
    );
  };
  for (const [status, to] of Object.entries(bring)) {
    await step(`王桂芳 withdraws in the state ${status}: nothing stays reserved`, async () => {
      const id = await to(wang);
      await wang.send('POST', home(wang, id, 'withdrawal'), { reason: '不去了' });
      await expectStatus(wang, id, 'WITHDRAWN');
      await nothingIsHeld(wang);
    });
  }
  const ends = [
    ['GATE_REVIEW', 'PT4H', 'EXPIRED'],
    ['RETURNED', 'PT72H', 'EXPIRED'],
    ['OFFERED', 'PT24H', 'EXPIRED'],
    ['RESERVED', 'PT25H', 'EXPIRED'],
    ['CONFIRMED', 'P5D', 'NO_SHOW'],
  ] as const;
  for (const [status, wait, ending] of ends) {
    await step(
      `nobody does anything in the state ${status}: it ends as ${ending}, and nothing stays reserved`,
      async () => {
        const id = await bring[status]?.(zhang);
        await city.clock.advance(wait);
        await expectStatus(zhang, id ?? '', ending);
        await nothingIsHeld(zhang);
      },
    );
  }
  await step('the centre’s answer comes a day late: it is refused', async () => {
    const id = await bring['OFFERED']?.(zhang);
    await city.clock.advance('PT24H');
    await county.refused('POST', at(COUNTY, zhang, id ?? '', 'centre-decision'), 'WRONG_STATE', 409, {
      decision: 'ACCEPT',
    });
  });
  await step('the centre declines; the specialty is free for another application', async () => {
    const id = await bring['OFFERED']?.(wang);
    await decide(county, COUNTY, wang, id ?? '', 'centre-decision', { decision: 'DECLINE', reason });
    await expectStatus(wang, id ?? '', 'DECLINED');
  });
  await step(
    'a second application for the same specialty, and one out of the area, are refused',
    async () => {
      const id = await apply(wang);
      const again = await doctor.refused('POST', home(wang), 'OPEN_REFERRAL', 409, await application());
      assert.equal(again.context?.['referralId'], id);
      const far = {
        toInstitutionId: PROVINCE,
        toDepartmentId: PROVINCE_CARDIOLOGY,
        outsideReason: '本市无法开展',
      };
      const refusal = await doctor.refused(
        'POST',
        home(wang),
        'APPLICATION_REFUSED',
        422,
        await application(far),
      );
      assert.deepEqual(
        refusal.reasons?.map(({ code }) => code),
        ['OUT_OF_AREA_TITLE'],
      );
      await wang.send('POST', home(wang, id, 'withdrawal'), { reason: '不去了' });
    },
  );

  // ---- an emergency, a year, and down again

  await step(
    'an emergency from the village skips the gate; the ward answers nothing, and he is sent in',
    async () => {
      const path = `/referral/institutions/${VILLAGE}/patients/${liu.patientId}/emergencies`;
      const body = await application({
        toDepartmentId: CARDIOLOGY,
        criteria: ['CRITICAL'],
        toPractitionerId: undefined,
      });
      const { referralId, status } = await villageDoctor.send<Shown>('POST', path, body);
      assert.equal(status, 'OFFERED');
      await county.refused(
        'POST',
        at(COUNTY, liu, referralId, 'centre-decision'),
        'EMERGENCY_NOT_DECLINED',
        422,
        {
          decision: 'DECLINE',
          reason,
        },
      );
      await city.clock.advance('PT1H');
      assert.equal((await expectStatus(liu, referralId, 'CONFIRMED')).escalated, true);
      await decide(countyClerk, COUNTY, liu, referralId, 'arrival');
      await decide(endocrinologist, COUNTY, liu, referralId, 'completion', COMPLETION);
      await expectStatus(liu, referralId, 'COMPLETED');
    },
  );
  await step(
    'a standing referral books each of three returns by itself (a year: `referral-year`)',
    async () => {
      const id = await apply(wang, {
        standing: { intervalDays: 12, count: 3, until: addDays(await today(), 60) },
      });
      await approve(wang, id);
      await accept(wang, id);
      for (let round = 1; round <= 3; round += 1) {
        const now = await arrived(wang, id);
        assert.equal(now.round, round);
        await decide(endocrinologist, COUNTY, wang, id, 'completion', COMPLETION);
        if (round === 3) break;
        await expectStatus(wang, id, 'BETWEEN_VISITS');
        await city.clock.to(instantAt(addDays(now.number?.day ?? (await today()), 2), '08:05'));
      }
      assert.equal((await expectStatus(wang, id, 'COMPLETED')).summaries.length, 3);
    },
  );
  await step('the ward sends 张卫国 home with his plan; the town accepts and sees him', async () => {
    const path = `/referral/institutions/${COUNTY}/patients/${zhang.patientId}/referrals`;
    const down = {
      direction: 'DOWN',
      toInstitutionId: TOWN,
      toDepartmentId: TOWN_GP,
      toPractitionerId: undefined,
      criteria: ['ACUTE_RECOVERY'],
      plan: { treatment: '继续降糖治疗', medication: '二甲双胍 0.5g 每日两次' },
    };
    const { referralId } = await endocrinologist.send<Shown>('POST', path, await application(down));
    await decide(doctor, TOWN, zhang, referralId, 'community-decision', { decision: 'ACCEPT' });
    await expectStatus(zhang, referralId, 'FIRST_VISIT');
    await city.clock.advance('P7D');
    await decide(doctor, TOWN, zhang, referralId, 'first-visit', { on: await today(), findings: '血糖平稳' });
    await expectStatus(zhang, referralId, 'COMPLETED');
  });
  await step('what went up and down is counted', async () => {
    const now = await today();
    const months = `from=${addDays(now, -700).slice(0, 7)}&until=${now.slice(0, 7)}`;
    const counts = await county.get<{
      received: { up: number; down: number };
      sent: { up: number; down: number };
    }>(`/referral/institutions/${COUNTY}/counts?${months}`);
    assert.ok(counts.received.up >= 6);
    assert.equal(counts.sent.down, 1);
  });
}
