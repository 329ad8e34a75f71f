import { strict as assert } from 'node:assert';
import { addDays, type Day, dayOf, daysBetween, instantAt, timeOf } from '../../shared/kernel/china-time.ts';
import { type Person, type Resident, resident, staff } from '../support/people.ts';
import { expectStatus, type Journey } from './journey.ts';

const TOWN = 'hc-410425101';
const TOWN_GP = 'dept-410425101-02';
const TEAM = 'team-410425101-1';
const COUNTY = 'jiaxian-people-hospital';
const CARDIOLOGY = 'dept-jxrm-0304';

interface Task {
  readonly taskId: string;
  readonly kind: string;
  readonly status: string;
  readonly dueOn: Day;
  readonly until: Day;
  readonly provisional: boolean;
}
interface Plan {
  readonly planId: string;
  readonly template: string;
  readonly status: string;
  readonly task?: Task;
  readonly proposal?: { readonly referralId?: string };
  readonly control?: { readonly months: number; readonly grade?: string };
}
interface Message {
  readonly values: Readonly<Record<string, string>>;
  readonly at: string;
}

/** On a telephone. */
interface Text {
  readonly params: Readonly<Record<string, string>>;
}
/** What the clinic has to call about. */
interface PhoneTask {
  readonly template: string;
  readonly recipientId: string;
  readonly messageId: string;
  readonly patientId?: string;
  readonly lines: readonly { readonly text: string }[];
}

const WANG_PHONE = '13800000003';
const REMINDER = '请按时完成健康随访';
const ALARM = '请立即就医或拨打120';
const LEADER = 'doc-410425101-1';

const DIAGNOSIS = { icd10: 'I10', text: '原发性高血压' };

/** A year of 郏县's follow-up: reminded, measured, rechecked, referred, sent home, and seen four times at least. */
export async function journey({ city, step }: Journey): Promise<void> {
  const today = async (): Promise<Day> => dayOf(await city.clock.now());
  const doctor = staff(city, 'zhongtou-doctor');
  const villageDoctor = staff(city, 'zhongtou-village');
  const town = staff(city, 'zhongtou-referral');
  const county = staff(city, 'jxrm-referral');
  const countyClerk = staff(city, 'jxrm-clerk');
  const ward = staff(city, 'jxrm-cardiology');

  const plansOf = ({ patientId }: Resident): string => `/followup/patients/${patientId}/plans`;
  const plan = async (who: Resident, template: string): Promise<Plan> => {
    // Events have to reach follow-up: until then the clock stands.
    await city.clock.advance('PT1S');
    const { plans } = await who.get<{ plans: readonly Plan[] }>(plansOf(who));
    const found = plans.find((one) => one.template === template);
    if (found === undefined) throw new Error(`no plan ${template}`);
    return found;
  };
  const answer = async (
    who: Resident,
    by: Person,
    template: string,
    item: readonly object[],
  ): Promise<Plan> => {
    const { planId, task } = await plan(who, template);
    const questionnaire = `${template.toLowerCase()}|2026-1`;
    const path = `${plansOf(who)}/${planId}/tasks/${task?.taskId}/answer`;
    return (await by.send<{ plan: Plan }>('POST', path, { questionnaire, item })).plan;
  };
  const no = (linkId: string): object => ({ linkId, answer: [{ valueBoolean: false }] });
  const measured = (linkId: string, valueDecimal: number): object => ({ linkId, answer: [{ valueDecimal }] });
  const usual = [
    { linkId: 'medication', answer: [{ valueCoding: { code: 'REGULAR' } }] },
    ...['dangerSigns', 'adverseReaction', 'complication'].map(no),
  ];
  const pressure = (sbp: number, dbp: number): readonly object[] => [
    measured('sbp', sbp),
    measured('dbp', dbp),
    ...usual,
  ];
  const delivered = async <T>(channel: 'wechat' | 'sms', query: string): Promise<readonly T[]> =>
    expectStatus<{ messages: readonly T[] }>(
      await city.http('GET', `/local/${channel}/messages?${query}`),
      200,
    ).messages;
  const onWeChat = (person: string) => delivered<Message>('wechat', `person=${person}`);
  const textsTo = async (phone: string, note: string): Promise<number> =>
    (await delivered<Text>('sms', `phone=${phone}`)).filter(({ params }) => params['note'] === note).length;
  const toReminder = async (who: Resident): Promise<Task> => {
    const { task } = await plan(who, 'HYPERTENSION');
    if (task === undefined) throw new Error('nothing is planned');
    await city.clock.to(instantAt(addDays(task.dueOn, -1), '10:00'));
    return task;
  };

  // ---- the plan, and its first visit

  await step('a new day begins in 郏县; the clock is moved to 08:00', async () =>
    city.clock.to(instantAt(addDays(await today(), 1), '08:00')),
  );
  const { zhang, wang } = await step('two signed residents of 冢头镇 open the mini-program', async () => ({
    zhang: await resident(city, 'demo-zhang-wei'),
    wang: await resident(city, 'demo-wang-fang'),
  }));
  await step('signing has opened the yearly plan of whoever is 65 by itself', async () => {
    assert.equal((await plan(zhang, 'ELDERLY')).status, 'ACTIVE');
  });
  const opened = await today();
  await step('the family doctor opens 张卫国’s plan for hypertension: one, and no second', async () => {
    await doctor.send('POST', plansOf(zhang), { template: 'HYPERTENSION' });
    await doctor.refused('POST', plansOf(zhang), 'PLAN_EXISTS', 409, { template: 'HYPERTENSION' });
    const { task } = await plan(zhang, 'HYPERTENSION');
    assert.equal(task?.kind, 'VISIT');
    assert.ok(daysBetween(opened, task.dueOn) >= 7);
  });
  await step(
    '张卫国 agrees to be told on WeChat; the morning before his visit he is reminded, by day',
    async () => {
      const agreed = { person: 'demo-zhang-wei' };
      expectStatus(await city.http('POST', '/local/wechat/consents', { body: agreed }), 200);
      const results = [{ template: 'FOLLOW_UP_REMINDER', result: 'accept' }];
      await zhang.send('POST', '/notification/consents', { results });
      const task = await toReminder(zhang);
      const told = (await onWeChat('demo-zhang-wei')).at(-1);
      assert.ok(told !== undefined, 'nobody has reminded him');
      assert.equal(dayOf(told.at), addDays(task.dueOn, -1));
      assert.ok(timeOf(told.at) >= '08:30' && timeOf(told.at) < '20:00');
      assert.doesNotMatch(JSON.stringify(told), /高血压|HYPERTENSION/);
      assert.equal((await plan(zhang, 'HYPERTENSION')).task?.status, 'REMINDED');
    },
  );

  // ---- two bad values, a referral, and home again

  await step(
    'he reports 156/88 himself: at 68 that is too high, and he is checked within two weeks',
    async () => {
      const { task, proposal } = await answer(zhang, zhang, 'HYPERTENSION', pressure(156, 88));
      assert.deepEqual([task?.kind, proposal], ['RECHECK', undefined]);
      assert.ok(daysBetween(await today(), task?.until ?? opened) <= 14);
    },
  );
  const proposed = await step(
    'the village doctor measures 158/92 at the check: a referral is proposed, filled in',
    async () => {
      await city.clock.advance('P2D');
      const { planId, proposal, task } = await answer(
        zhang,
        villageDoctor,
        'HYPERTENSION',
        pressure(158, 92),
      );
      assert.deepEqual([proposal !== undefined, task?.kind], [true, 'REFERRAL_CHECK']);
      const draft = await doctor.get<{
        criteria: readonly string[];
        diagnosis: typeof DIAGNOSIS;
        history: string;
      }>(`${plansOf(zhang)}/${planId}/referral-draft`);
      assert.deepEqual(draft.diagnosis, DIAGNOSIS);
      return draft;
    },
  );
  const at = (institutionId: string, referralId: string, verb: string): string =>
    `/referral/institutions/${institutionId}/patients/${zhang.patientId}/referrals/${referralId}/${verb}`;
  const referralId = await step(
    'the doctor applies by referral’s own route; the county admits him, and nobody reminds him',
    async () => {
      const { criteria, diagnosis, history } = proposed;
      const { referralId: id } = await doctor.send<{ referralId: string }>(
        'POST',
        `/referral/patients/${zhang.patientId}/referrals`,
        {
          toInstitutionId: COUNTY,
          toDepartmentId: CARDIOLOGY,
          criteria,
          diagnosis,
          history,
          attachments: [{ kind: 'REPORT', id: 'report-1' }],
          consent: { by: 'PATIENT', form: 'WRITTEN', on: await today() },
        },
      );
      await town.send('POST', at(TOWN, id, 'gate-decision'), { decision: 'APPROVE' });
      assert.equal((await plan(zhang, 'HYPERTENSION')).proposal?.referralId, id);
      await county.send('POST', at(COUNTY, id, 'centre-decision'), {
        decision: 'ADMIT',
        expectedOn: await today(),
      });
      await city.clock.advance('PT1S');
      await countyClerk.send('POST', at(COUNTY, id, 'arrival'));
      await ward.send('POST', at(COUNTY, id, 'treatment'));
      const { status, task } = await plan(zhang, 'HYPERTENSION');
      assert.deepEqual([status, task], ['PAUSED', undefined]);
      return id;
    },
  );
  await step(
    'treated, he is sent down with his plan; the town takes him, and follow-up goes on within two weeks',
    async () => {
      await city.clock.advance('P3D');
      const completion = { diagnosis: DIAGNOSIS, summary: '调整降压方案后血压平稳' };
      await ward.send('POST', at(COUNTY, referralId, 'completion'), completion);
      const { referralId: down } = await ward.send<{ referralId: string }>(
        'POST',
        `/referral/institutions/${COUNTY}/patients/${zhang.patientId}/referrals`,
        {
          direction: 'DOWN',
          toInstitutionId: TOWN,
          toDepartmentId: TOWN_GP,
          criteria: ['CLEAR_OR_CHRONIC'],
          diagnosis: DIAGNOSIS,
          history: '住院调整降压方案，血压平稳',
          attachments: [{ kind: 'DOCUMENT', id: 'summary-1' }],
          consent: { by: 'PATIENT', form: 'WRITTEN', on: await today() },
          plan: { treatment: '继续服药，定期监测血压', medication: '氨氯地平 5mg 每日一次' },
          follows: referralId,
        },
      );
      await doctor.send('POST', at(TOWN, down, 'community-decision'), { decision: 'ACCEPT' });
      const { status, task } = await plan(zhang, 'HYPERTENSION');
      assert.deepEqual([status, task?.kind], ['ACTIVE', 'RETURN']);
      assert.ok(daysBetween(await today(), task?.until ?? opened) <= 14);
      const first = (await plan(zhang, 'DOWN_REFERRAL')).task;
      assert.ok(daysBetween(await today(), first?.dueOn ?? opened) <= 14);
    },
  );

  // ---- who cannot be told by WeChat, and who is in danger

  await step('王桂芳 has agreed to nothing: her reminder reaches her by the next channel', async () => {
    await doctor.send('POST', plansOf(wang), { template: 'DIABETES' });
    const before = await textsTo(WANG_PHONE, REMINDER);
    const { task } = await plan(wang, 'DIABETES');
    await city.clock.to(instantAt(addDays(task?.dueOn ?? opened, -1), '10:00'));
    assert.equal((await plan(wang, 'DIABETES')).task?.status, 'REMINDED');
    assert.deepEqual(await onWeChat('demo-wang-fang'), []);
    assert.equal(await textsTo(WANG_PHONE, REMINDER), before + 1);
  });
  await step(
    'she reports a fasting glucose of 17.2: she and the team are told at once, and the panel shows it first',
    async () => {
      assert.equal(await textsTo(WANG_PHONE, ALARM), 0);
      const { task } = await answer(wang, wang, 'DIABETES', [measured('fpg', 17.2), ...usual]);
      assert.equal(task?.kind, 'EMERGENCY_CHECK');
      await city.clock.advance('PT1S');
      assert.equal(await textsTo(WANG_PHONE, ALARM), 1);
      const panel = `/followup/institutions/${TOWN}/care-teams/${TEAM}/panel`;
      const { rows } = await doctor.get<{
        rows: readonly { patientId: string; level: string; reasons: readonly string[] }[];
      }>(`${panel}/out-of-control`);
      assert.deepEqual(
        [rows[0]?.patientId, rows[0]?.level, rows[0]?.reasons[0]],
        [wang.patientId, 'EMERGENCY', '空腹血糖≥16.7mmol/L'],
      );
      const counts = await doctor.get<{ outOfControl: number }>(panel);
      // 张卫国 has not been measured since his return.
      assert.equal(counts.outOfControl, 2);
    },
  );
  await step(
    'the team’s leader has left no telephone: a nurse finds the alert on the town’s list, calls and is done',
    async () => {
      const nurse = staff(city, 'zhongtou-nurse');
      const path = `/notification/institutions/${TOWN}/phone-tasks`;
      const alerts = async (): Promise<readonly PhoneTask[]> =>
        (await nurse.get<{ tasks: readonly PhoneTask[] }>(path)).tasks.filter(
          ({ template }) => template === 'FOLLOW_UP_ALERT',
        );
      const [alert, ...more] = await alerts();
      assert.ok(alert !== undefined, 'nobody has alerted the team');
      assert.deepEqual([alert.recipientId, alert.patientId, more], [LEADER, undefined, []]);
      assert.ok(alert.lines.some(({ text }) => text === '随访出现紧急情况，请处理'));
      const task = `${path}/${alert.recipientId}/${alert.messageId}`;
      await nurse.send('POST', `${task}/claim`);
      await nurse.send('POST', `${task}/done`);
      assert.deepEqual(await alerts(), []);
    },
  );

  // ---- a year

  await step(
    'the year passes: each visit is reminded of and answered, four at least, into a year without a notice',
    async () => {
      const lastDay = addDays(opened, 360);
      let provisional = 0;
      for (;;) {
        const { task } = await plan(zhang, 'HYPERTENSION');
        if (task === undefined || task.dueOn > lastDay) break;
        if (task.provisional) provisional += 1;
        await city.clock.to(instantAt(task.dueOn, '10:00'));
        await answer(zhang, zhang, 'HYPERTENSION', pressure(132, 80));
      }
      const { planId, control } = await plan(zhang, 'HYPERTENSION');
      const { tasks } = await zhang.get<{ tasks: readonly Task[] }>(`${plansOf(zhang)}/${planId}/tasks`);
      const done = tasks.filter(({ status }) => status === 'DONE');
      assert.ok(done.length >= 4, `${done.length} visits`);
      assert.ok(provisional > 0);
      assert.ok((control?.months ?? 0) > 5, `${control?.months} months`);
      const { trends } = await zhang.get<{
        trends: readonly { linkId: string; points: readonly unknown[] }[];
      }>(`${plansOf(zhang)}/${planId}/trends`);
      assert.equal(trends.find(({ linkId }) => linkId === 'sbp')?.points.length, done.length);
    },
  );
}
