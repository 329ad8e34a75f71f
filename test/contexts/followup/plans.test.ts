import { describe, expect, test } from 'vitest';
import { emergency, reminderDue } from '../../../functions/followup/contracts.ts';
import { openPlan } from '../../../functions/followup/open-plan.ts';
import { eventFor } from '../../../shared/data/events.ts';
import { daysBetween } from '../../../shared/kernel/china-time.ts';
import {
  ADULT,
  BABY,
  current,
  DAY_MS,
  hypertensive,
  OLD,
  OTHER_TEAM,
  openWorld,
  plansPath,
  pressure,
  report,
  type Shown,
  shown,
  TEAM,
  taskPath,
  type World,
} from './world.ts';

const typesOf = (world: World) => world.events.map(({ type }) => type);
const remindersOf = (world: World) =>
  world.events
    .filter(({ type }) => type === 'followup.reminder-due')
    .map(({ data }) => reminderDue.parse(data));
const openTasks = async (world: World, patientId = ADULT) =>
  (await world.tasksOf(patientId)).filter(({ lookupPk }) => lookupPk?.endsWith('#due'));

describe('a plan is opened', () => {
  test('by signing a resident of a priority group, with its first task on a working day', async () => {
    const world = await openWorld();
    const plan = await hypertensive(world);
    expect(plan).toMatchObject({ status: 'ACTIVE', careTeamId: TEAM, questionnaire: 'hypertension|2026-1' });
    expect(plan.task).toMatchObject({
      kind: 'VISIT',
      status: 'SCHEDULED',
      dueOn: '2026-03-09',
      provisional: false,
    });
    expect(await openTasks(world)).toHaveLength(1);
  });

  test('for the old and the young by age alone; what has to be told first is only proposed', async () => {
    const world = await openWorld();
    await world.sign(OLD);
    await world.sign(BABY);
    await world.sign(ADULT, ['PREGNANT']);
    expect((await world.plansOf(OLD)).map(({ template }) => template)).toEqual(['ELDERLY']);
    expect((await current(world, BABY, 'CHILD')).task?.dueOn).toBe('2026-03-02');
    const proposed = await current(world, ADULT, 'ANTENATAL');
    expect([proposed.status, proposed.task]).toEqual(['PROPOSED', undefined]);
    const { doctor } = world.people;
    const body = { template: 'ANTENATAL' };
    expect((await doctor.post(plansPath(ADULT), body)).code).toBe('ANCHOR_NEEDED');
    const opened = shown(await doctor.post(plansPath(ADULT), { ...body, anchor: '2026-01-05' }));
    expect([opened.planId, opened.status, opened.task?.until]).toEqual([
      proposed.planId,
      'ACTIVE',
      '2026-04-06',
    ]);
  });

  test('by a doctor of the signed team, once, and a repeat is answered as it was', async () => {
    const world = await openWorld();
    await world.sign(ADULT);
    const { doctor, otherDoctor } = world.people;
    const open = (who = doctor, key = 'the-same-key-1') =>
      who.post(plansPath(ADULT), { template: 'DIABETES' }, key);
    expect((await open(otherDoctor)).code).toBe('FORBIDDEN');
    const first = shown(await open());
    expect(shown(await open()).planId).toBe(first.planId);
    expect((await open(doctor, 'another-key-1')).code).toBe('PLAN_EXISTS');
    expect(await world.plansOf(ADULT)).toHaveLength(1);
  });

  test.each([
    [{ template: 'HOROSCOPE' }, 'TEMPLATE_UNKNOWN'],
    [{ template: 'POSTNATAL', anchor: '2026-03-03' }, 'ANCHOR_INVALID'],
    [{ template: 'POSTNATAL', anchor: '2025-03-03' }, 'ANCHOR_INVALID'],
  ])('not as %o', async (body, code) => {
    const world = await openWorld();
    await world.sign(ADULT);
    expect((await world.people.doctor.post(plansPath(ADULT), body)).code).toBe(code);
    expect(await world.plansOf(ADULT)).toEqual([]);
  });
});

describe('an answer', () => {
  test('that is good is followed by the next visit on the grid', async () => {
    const world = await openWorld();
    await hypertensive(world);
    const plan = await report(world, pressure(128));
    expect(plan.task).toMatchObject({ kind: 'VISIT', dueOn: '2026-06-09' });
    expect(plan.outOfControl).toBeUndefined();
    expect(await openTasks(world)).toHaveLength(1);
  });

  test('that is not is followed by a check within two weeks, the second of its kind by a proposed referral', async () => {
    const world = await openWorld();
    await hypertensive(world);
    const first = await report(world, pressure(150));
    expect(first.task).toMatchObject({ kind: 'RECHECK', until: '2026-03-16' });
    expect(first.proposal).toBeUndefined();
    await world.pass(13 * DAY_MS);
    const second = await report(world, pressure(146));
    expect(second.proposal?.reasons).toEqual(['收缩压≥140mmHg']);
    expect(second.task?.kind).toBe('REFERRAL_CHECK');
    expect(daysBetween(world.today(), second.task?.until ?? '2026-01-01')).toBe(14);
    expect(typesOf(world).filter((type) => type === 'followup.referral-proposed')).toHaveLength(1);
    const { doctor } = world.people;
    const draft = shown<{ history: string; criteria: string[]; diagnosis: { icd10: string } }>(
      await doctor.get(plansPath(ADULT, second.planId, 'referral-draft')),
    );
    expect([draft.criteria, draft.diagnosis.icd10]).toEqual([['BEYOND_CAPABILITY'], 'I10']);
    expect(draft.history).toContain('本次（2026-03-15）：收缩压 146mmHg');
    expect(draft.history).toContain('此前（2026-03-02）：收缩压 150mmHg');
  });

  test('that is dangerous is told at once, and checked within two weeks', async () => {
    const world = await openWorld();
    await hypertensive(world);
    const plan = await report(world, pressure(180));
    expect(plan.task?.kind).toBe('EMERGENCY_CHECK');
    const [alarm] = world.events.filter(({ type }) => type === 'followup.emergency');
    expect(emergency.parse(alarm?.data)).toMatchObject({
      patientId: ADULT,
      careTeamId: TEAM,
      institutionId: 'town',
      reason: 'SBP_DANGER',
    });
    expect(typesOf(world)).toContain('followup.referral-proposed');
  });

  test('is measured by the thresholds of the patient’s age', async () => {
    const world = await openWorld();
    await hypertensive(world, OLD);
    expect((await report(world, pressure(149), { patientId: OLD })).outOfControl).toBeUndefined();
    expect((await report(world, pressure(150), { patientId: OLD })).outOfControl?.reasons).toEqual([
      '65岁及以上收缩压≥150mmHg',
    ]);
  });

  test('is given once: a repeat is answered as it stands, another one is refused, a faulty one changes nothing', async () => {
    const world = await openWorld();
    const { planId, task } = await hypertensive(world);
    const path = taskPath(ADULT, planId, task?.taskId ?? '');
    const home = world.people.of(ADULT);
    const faulty = await home.post(path, { questionnaire: 'hypertension|2026-1', item: [] });
    expect([faulty.status, (faulty.body as { fields: unknown[] }).fields.length]).toEqual([400, 6]);
    expect((await home.post(path, { ...pressure(120), questionnaire: 'hypertension|2020' })).code).toBe(
      'QUESTIONNAIRE_CHANGED',
    );
    expect((await current(world)).task?.taskId).toBe(task?.taskId);
    shown(await home.post(path, pressure(120), 'the-same-key-1'));
    const again = shown<{ task: { status: string } }>(await home.post(path, pressure(120), 'the-same-key-1'));
    expect(again.task.status).toBe('DONE');
    expect((await home.post(path, pressure(120))).code).toBe('WRONG_STATE');
    expect(await world.tasksOf(ADULT)).toHaveLength(2);
  });

  test('is sealed, with who gave it in which relation and the version of what was asked', async () => {
    const world = await openWorld();
    await hypertensive(world);
    await report(world, pressure(173), { by: world.people.relativeOf(ADULT) });
    const [answer] = world.deps.all().filter(({ sk }) => sk.startsWith('answer#'));
    expect(answer).toMatchObject({
      by: 'account-relative',
      relation: 'FAMILY',
      questionnaire: 'hypertension|2026-1',
    });
    // As a number of its own: an id or a ciphertext may have these digits by chance.
    for (const place of [answer, world.events])
      expect(JSON.stringify(place)).not.toMatch(/(?<![\w+/=-])173(?![\w+/=-])/);
    await world.pass(DAY_MS);
    await report(world, pressure(141), { by: world.people.villageDoctor });
    const { planId } = await current(world);
    const { trends } = shown<{ trends: { linkId: string; points: unknown[] }[] }>(
      await world.people.of(ADULT).get(plansPath(ADULT, planId, 'trends')),
    );
    expect(trends.find(({ linkId }) => linkId === 'sbp')).toMatchObject({
      unit: 'mmHg',
      points: [
        { on: '2026-03-02', value: 173 },
        { on: '2026-03-03', value: 141 },
      ],
    });
  });
});

describe('a task', () => {
  test('is put off to a working day, so far and so often as policy allows', async () => {
    const world = await openWorld();
    const { planId, task } = await hypertensive(world);
    const home = world.people.of(ADULT);
    const defer = (to: string) => home.post(taskPath(ADULT, planId, task?.taskId ?? '', 'deferral'), { to });
    expect((await defer('2026-03-24')).code).toBe('DEFERRAL_REFUSED');
    expect((await defer('2026-03-02')).code).toBe('DEFERRAL_REFUSED');
    const put = shown<{ task: Shown['task'] }>(await defer('2026-03-14')).task;
    expect(put).toMatchObject({ status: 'DEFERRED', dueOn: '2026-03-16' });
    shown(await defer('2026-03-17'));
    expect((await defer('2026-03-18')).code).toBe('DEFERRAL_REFUSED');
    await world.pass(15 * DAY_MS);
    expect((await current(world)).task?.status).toBe('REMINDED');
  });

  test('that is put off into a holiday which policy does not let it outlast is due before it', async () => {
    const world = await openWorld({ start: '2026-09-15T00:00:00.000Z' });
    expect(await deferredTo(world, '2026-10-03')).toMatchObject({ from: '2026-09-30', dueOn: '2026-09-30' });
  });

  test('that is put off into a year without a notice stays there when it is opened', async () => {
    const world = await openWorld({ start: '2026-12-14T00:00:00.000Z' });
    const put = { dueOn: '2027-01-01', provisional: true };
    expect(await deferredTo(world, '2027-01-01')).toMatchObject({ status: 'DEFERRED', ...put });
    await world.pass(17 * DAY_MS);
    expect((await current(world)).task).toMatchObject({ status: 'DUE', ...put });
  });

  test('that a doctor cancels is followed by the next visit', async () => {
    const world = await openWorld();
    const { planId, task } = await hypertensive(world);
    shown(await world.people.doctor.post(taskPath(ADULT, planId, task?.taskId ?? '', 'cancellation')));
    expect((await current(world)).task).toMatchObject({ kind: 'VISIT', dueOn: '2026-06-09' });
  });

  test('that nobody answers is reminded of, overdue, reminded of again, and lost; the plan goes on', async () => {
    const world = await openWorld();
    await hypertensive(world);
    await world.pass(7 * DAY_MS);
    expect((await current(world)).task?.status).toBe('REMINDED');
    await world.pass(22 * DAY_MS);
    expect((await current(world)).task?.status).toBe('OVERDUE');
    await world.pass(31 * DAY_MS);
    const [lost, next] = await world.tasksOf(ADULT);
    expect([lost?.status, lost?.history.map(({ status }) => status)]).toEqual([
      'LOST',
      ['SCHEDULED', 'DUE', 'REMINDED', 'OVERDUE', 'LOST'],
    ]);
    expect(next).toMatchObject({ status: 'SCHEDULED', dueOn: '2026-06-09' });
    const sent = remindersOf(world).map(({ template }) => template);
    expect(sent).toEqual(['VISIT', 'OVERDUE', 'OVERDUE', 'OVERDUE']);
  });
});

describe('a plan', () => {
  test('is kept for a year: four visits, a grade of control, working days of 2027 provisional', async () => {
    const world = await openWorld();
    await hypertensive(world);
    let provisional = 0;
    for (let visit = 0; visit < 4; visit += 1) {
      const { task } = await current(world);
      await world.pass(Date.parse(`${task?.dueOn}T02:00:00.000Z`) - world.deps.clock.now());
      const { task: after } = await report(world, pressure(128));
      if (after?.provisional === true) provisional += 1;
    }
    const done = (await world.tasksOf(ADULT)).filter(({ status }) => status === 'DONE');
    expect(done.filter(({ dueOn }) => dueOn < '2027-03-02')).toHaveLength(4);
    expect(provisional).toBeGreaterThan(0);
    expect((await current(world)).control?.grade).toBe('GOOD');
  });

  test('says of a year without control that it was one, though somebody looked every fortnight', async () => {
    const world = await openWorld();
    await hypertensive(world);
    for (let visit = 0; visit < 26; visit += 1) {
      await report(world, pressure(150));
      await world.pass(14 * DAY_MS);
    }
    await world.pass(DAY_MS);
    expect((await current(world)).control).toEqual({ months: 0, grade: 'POOR' });
  });

  test('pauses while the patient is at the hospital, and goes on within two weeks of the return', async () => {
    const world = await openWorld();
    await hypertensive(world);
    await report(world, pressure(150));
    await report(world, pressure(150));
    const moved = {
      patientId: ADULT,
      referralId: 'ref-1',
      round: 1,
      direction: 'UP',
      toInstitutionId: 'county',
    };
    await world.tell('referral.gate-review', moved);
    expect((await current(world)).proposal?.referralId).toBe('ref-1');
    await world.pass(DAY_MS);
    await world.tell('referral.in-treatment', moved);
    const away = await current(world);
    expect([away.status, away.task]).toEqual(['PAUSED', undefined]);
    expect((await world.tasksOf(ADULT)).at(-1)).toMatchObject({
      status: 'CANCELLED',
      cancelled: 'AT_HOSPITAL',
    });
    await world.pass(5 * DAY_MS);
    await world.tell('referral.completed', moved);
    await world.tell('referral.first-visit', {
      ...moved,
      referralId: 'ref-2',
      direction: 'DOWN',
      toInstitutionId: 'town',
      follows: 'ref-1',
    });
    const back = await current(world);
    expect([back.status, back.task?.kind, back.proposal]).toEqual(['ACTIVE', 'RETURN', undefined]);
    expect(daysBetween(world.today(), back.task?.until ?? '2026-01-01')).toBe(14);
    const down = await current(world, ADULT, 'DOWN_REFERRAL');
    expect(daysBetween(world.today(), down.task?.dueOn ?? '2026-01-01')).toBeLessThanOrEqual(14);
    // Two bad answers from before do not count with one after it.
    expect((await report(world, pressure(150))).task?.kind).toBe('RECHECK');
  });

  test.each(['rejected', 'declined', 'withdrawn', 'expired', 'no-show'])(
    'proposes again what was applied for when the referral is %s, in whichever order the two are heard of',
    async (end) => {
      for (const isLate of [false, true]) {
        const world = await openWorld();
        await hypertensive(world);
        await report(world, pressure(150));
        const { planId } = await report(world, pressure(150));
        const moved = {
          patientId: ADULT,
          referralId: 'ref-1',
          round: 1,
          direction: 'UP',
          toInstitutionId: 'county',
        };
        const heard = ['gate-review', end];
        for (const step of isLate ? heard.toReversed() : heard) await world.tell(`referral.${step}`, moved);
        expect((await current(world)).proposal).toMatchObject({ reasons: ['收缩压≥140mmHg'] });
        expect((await current(world)).proposal?.referralId).toBeUndefined();
        const draft = await world.people.doctor.get(plansPath(ADULT, planId, 'referral-draft'));
        expect(draft.status).toBe(200);
      }
    },
  );

  test('does not pause for a word that comes after the return', async () => {
    const world = await openWorld();
    await hypertensive(world);
    const data = {
      patientId: ADULT,
      referralId: 'ref-1',
      round: 1,
      direction: 'UP',
      toInstitutionId: 'county',
    };
    const late = eventFor(world.deps, 'referral.in-treatment', { data });
    world.deps.clock.advance(DAY_MS);
    await world.tell('referral.completed', data);
    await world.deps.table.put({ pk: 'outside#late', sk: 'event' }, { event: late });
    await world.settle();
    expect((await current(world)).status).toBe('ACTIVE');
  });

  test('of somebody handed down whom no team has signed stands with the institution', async () => {
    const world = await openWorld();
    await world.tell('referral.first-visit', {
      patientId: OLD,
      referralId: 'ref-3',
      round: 1,
      direction: 'DOWN',
      toInstitutionId: 'town',
    });
    const plan = await current(world, OLD, 'DOWN_REFERRAL');
    expect([plan.status, plan.careTeamId]).toEqual(['ACTIVE', undefined]);
    const path = (where: string) => `/followup/institutions/${where}/patients/${OLD}/plans/${plan.planId}`;
    expect((await world.people.clerk.get(path('town'))).status).toBe(200);
    expect((await world.people.otherClerk.get(path('other-town'))).code).toBe('PLAN_NOT_FOUND');
  });

  test('follows the patient to another team', async () => {
    const world = await openWorld();
    await hypertensive(world);
    await world.pass(DAY_MS);
    await world.tellSigning('active', { patientId: ADULT, signingId: 'other', careTeamId: OTHER_TEAM });
    expect((await current(world)).careTeamId).toBe(OTHER_TEAM);
    const [task] = await openTasks(world);
    expect(task?.lookupPk).toContain(OTHER_TEAM);
    expect(await world.plansOf(ADULT)).toHaveLength(1);
  });

  test('ends with the contract, unless it outlives it', async () => {
    const world = await openWorld();
    await hypertensive(world);
    await world.people.doctor.post(plansPath(ADULT), { template: 'POST_OPERATIVE', anchor: '2026-03-01' });
    await world.pass(DAY_MS);
    await world.tellSigning('terminated', { patientId: ADULT });
    expect(await current(world)).toMatchObject({ status: 'ENDED', endedReason: 'SIGNING_ENDED' });
    const left = await current(world, ADULT, 'POST_OPERATIVE');
    expect([left.status, left.careTeamId]).toEqual(['ACTIVE', undefined]);
    expect(await openTasks(world)).toHaveLength(1);
    // It is the institution's own now, and no more the team's, some of whom work elsewhere.
    const { clerk, villageDoctor } = world.people;
    const path = (house: string) => `/followup/institutions/${house}/patients/${ADULT}/plans/${left.planId}`;
    expect((await clerk.get(path('town'))).status).toBe(200);
    expect((await villageDoctor.get(path('village'))).code).toBe('PLAN_NOT_FOUND');
    const panel = (team: string) => clerk.get(`/followup/institutions/town/care-teams/${team}/panel/coming`);
    expect((await panel('none')).body).toMatchObject({ rows: [{ planId: left.planId }] });
    expect((await panel(TEAM)).body).toEqual({ rows: [] });
  });

  test('ends with a contract that was over before it was heard of', async () => {
    const world = await openWorld();
    await hypertensive(world);
    await world.pass(DAY_MS);
    const other = { patientId: ADULT, signingId: 'other', careTeamId: OTHER_TEAM };
    await world.tellSigning('terminated', other);
    expect((await current(world)).status).toBe('ACTIVE');
    await world.tellSigning('active', other);
    expect(await current(world)).toMatchObject({ status: 'ENDED', endedReason: 'SIGNING_ENDED' });
  });

  test.each(['signing', 'referral'])(
    'ends with a death that %s tells of, and none is opened after it',
    async (teller) => {
      const world = await openWorld();
      await hypertensive(world);
      await world.pass(DAY_MS);
      if (teller === 'signing') await world.tellSigning('deceased', { patientId: ADULT });
      else await world.tell('referral.died', { patientId: ADULT });
      expect(await current(world)).toMatchObject({ status: 'ENDED', endedReason: 'DEATH_REPORTED' });
      expect((await world.tasksOf(ADULT)).map(({ status }) => status)).toEqual(['DECEASED']);
      await expect(openPlan(world.deps, { patientId: ADULT, template: 'DIABETES' })).rejects.toMatchObject({
        code: 'DECEASED_RESIDENT',
      });
      const sent = world.events.length;
      await world.pass(60 * DAY_MS);
      expect(world.events.slice(sent).filter(({ type }) => type.startsWith('followup.'))).toEqual([]);
    },
  );

  test('ends with a death that is heard of late', async () => {
    const world = await openWorld();
    const death = eventFor(world.deps, 'referral.died', { data: { patientId: ADULT } });
    world.deps.clock.advance(DAY_MS);
    await hypertensive(world);
    await world.deps.table.put({ pk: 'outside#late', sk: 'event' }, { event: death });
    await world.settle();
    expect(await current(world)).toMatchObject({ status: 'ENDED', endedReason: 'DEATH_REPORTED' });
  });

  test('that a doctor has ended is not opened again by the same contract', async () => {
    const world = await openWorld();
    const { planId } = await hypertensive(world);
    shown(await world.people.doctor.post(plansPath(ADULT, planId, 'end')));
    await world.tellSigning('active', { patientId: ADULT });
    expect((await world.plansOf(ADULT)).map(({ status }) => status)).toEqual(['ENDED']);
  });
});

async function deferredTo(world: World, to: string): Promise<Shown['task']> {
  const { planId, task } = await hypertensive(world);
  const path = taskPath(ADULT, planId, task?.taskId ?? '', 'deferral');
  return shown<{ task: Shown['task'] }>(await world.people.of(ADULT).post(path, { to })).task;
}
