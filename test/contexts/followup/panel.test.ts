import { describe, expect, test } from 'vitest';
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
  shown,
  TEAM,
  taskPath,
} from './world.ts';

interface Panel {
  readonly dueToday: number;
  readonly overdue: number;
  readonly outOfControl: number;
}
interface Row {
  readonly patientId: string;
  readonly status: string;
  readonly reasons: readonly string[];
  readonly level?: string;
  readonly since?: string;
  readonly referralProposed?: boolean;
}

const panelPath = (team = TEAM, view = '', institutionId = 'town'): string =>
  `/followup/institutions/${institutionId}/care-teams/${team}/panel${view === '' ? '' : `/${view}`}`;

describe('the panel of a team', () => {
  test('counts what is due today, overdue and out of control, and lists each with its reasons', async () => {
    const world = await openWorld();
    const { doctor } = world.people;
    await hypertensive(world);
    await hypertensive(world, OLD);
    const rows = async (view: string) => shown<{ rows: Row[] }>(await doctor.get(panelPath(TEAM, view))).rows;
    const counts = async () => shown<Panel>(await doctor.get(panelPath()));
    expect(await counts()).toMatchObject({ dueToday: 0, overdue: 0, outOfControl: 0 });
    // Two visits for hypertension; the yearly one of the old is a month away.
    expect(await rows('coming')).toHaveLength(2);
    await world.pass(7 * DAY_MS);
    expect(await counts()).toMatchObject({ dueToday: 2, overdue: 0 });
    await report(world, pressure(186));
    await world.pass(DAY_MS);
    expect(await counts()).toMatchObject({ dueToday: 0, overdue: 1, outOfControl: 1 });
    expect(await rows('overdue')).toMatchObject([{ patientId: OLD, status: 'REMINDED' }]);
    expect(await rows('out-of-control')).toMatchObject([
      {
        patientId: ADULT,
        level: 'EMERGENCY',
        since: '2026-03-09',
        referralProposed: true,
        reasons: ['收缩压≥180mmHg', '收缩压≥140mmHg'],
      },
    ]);
    await report(world, pressure(120));
    expect(await rows('out-of-control')).toEqual([]);
  });

  test('puts the worst first, and goes on page by page', async () => {
    const world = await openWorld();
    const { doctor } = world.people;
    await hypertensive(world);
    await hypertensive(world, OLD);
    await report(world, pressure(150));
    await report(world, pressure(190), { patientId: OLD });
    const { rows } = shown<{ rows: Row[] }>(await doctor.get(panelPath(TEAM, 'out-of-control')));
    expect(rows.map(({ level }) => level)).toEqual(['EMERGENCY', 'UNSATISFACTORY']);
    const [plan] = world.deps
      .all()
      .filter(({ sk, lookupPk }) => sk.startsWith('plan#') && String(lookupPk).endsWith('control'));
    for (let index = 0; index < 60; index += 1)
      await world.deps.table.put({
        ...plan,
        pk: `followup#patient#more${index}`,
        sk: `plan#p${index}`,
        patientId: `more${index}`,
        planId: `p${index}`,
      });
    const first = shown<{ rows: Row[]; next: string }>(await doctor.get(panelPath(TEAM, 'out-of-control')));
    const second = shown<{ rows: Row[]; next?: string }>(
      await doctor.get(panelPath(TEAM, 'out-of-control'), { after: first.next }),
    );
    expect([first.rows.length, second.rows.length, second.next]).toEqual([50, 12, undefined]);
    const other = await doctor.get(panelPath(TEAM, 'overdue'), { after: first.next });
    expect(other.code).toBe('INVALID_REQUEST');
  });

  test('shows what waits to be opened, and who was lost', async () => {
    const world = await openWorld();
    await world.sign(ADULT, ['PREGNANT', 'HYPERTENSION']);
    await world.pass(61 * DAY_MS);
    const { villageDoctor } = world.people;
    const list = async (view: string) =>
      shown<{ rows: Row[] }>(await villageDoctor.get(panelPath(TEAM, view, 'village'))).rows.map(
        ({ status }) => status,
      );
    expect([await list('proposed'), await list('lost')]).toEqual([['PROPOSED'], ['LOST']]);
  });

  test('writes down whom the doctor looked at, and counts without naming anybody', async () => {
    const world = await openWorld();
    await hypertensive(world);
    const entries = () => world.deps.all().filter(({ pk }) => pk.startsWith(`audit#${ADULT}`));
    const before = entries().length;
    await world.people.doctor.get(panelPath());
    expect(entries()).toHaveLength(before);
    await world.people.doctor.get(panelPath(TEAM, 'coming'));
    expect(entries()).toHaveLength(before + 1);
  });
});

describe('nobody else', () => {
  test('sees the panel of a team that is neither theirs nor their institution’s', async () => {
    const world = await openWorld();
    const { otherDoctor, otherClerk, clerk, villageDoctor } = world.people;
    expect((await otherDoctor.get(panelPath(TEAM, '', 'other-town'))).code).toBe('CARE_TEAM_NOT_FOUND');
    expect((await otherClerk.get(panelPath())).code).toBe('FORBIDDEN');
    expect((await villageDoctor.get(panelPath(OTHER_TEAM, '', 'village'))).code).toBe('CARE_TEAM_NOT_FOUND');
    expect((await clerk.get(panelPath('no-such-team'))).code).toBe('CARE_TEAM_NOT_FOUND');
    expect((await clerk.get(panelPath())).status).toBe(200);
  });

  test('opens, answers or ends what is a patient’s', async () => {
    const world = await openWorld();
    const { planId, task } = await hypertensive(world);
    const { stranger, otherDoctor, otherClerk, clerk, relativeOf } = world.people;
    const path = taskPath(ADULT, planId, task?.taskId ?? '');
    expect((await stranger.get(plansPath(ADULT))).code).toBe('FORBIDDEN');
    expect((await stranger.post(path, pressure(120))).code).toBe('FORBIDDEN');
    expect((await otherDoctor.post(path, pressure(120))).code).toBe('FORBIDDEN');
    expect((await relativeOf(ADULT).post(plansPath(ADULT, planId, 'end'))).code).toBe('FORBIDDEN');
    const atHouse = (where: string) => `/followup/institutions/${where}${path.slice('/followup'.length)}`;
    const elsewhere = await otherClerk.post(atHouse('other-town'), pressure(120));
    const nowhere = await otherClerk.post(atHouse('other-town').replace(planId, 'none'), pressure(120));
    expect([elsewhere.code, elsewhere.status]).toEqual([nowhere.code, nowhere.status]);
    expect((await world.tasksOf(ADULT)).map(({ status }) => status)).toEqual(['SCHEDULED']);
    expect((await clerk.post(atHouse('town'), pressure(120))).status).toBe(200);
  });

  test('reads another plan through a patient of their own', async () => {
    const world = await openWorld();
    const { planId } = await hypertensive(world);
    await world.sign(BABY);
    expect((await world.people.of(BABY).get(plansPath(BABY, planId))).code).toBe('PLAN_NOT_FOUND');
    expect((await world.people.of(BABY).get(plansPath(BABY, planId, 'trends'))).code).toBe('PLAN_NOT_FOUND');
  });
});

test('what is finished is exported whole, once, by the month, to staff of the institution', async () => {
  const world = await openWorld();
  await hypertensive(world);
  await report(world, pressure(133, 84));
  const { planId } = await current(world);
  const month = await world.people.clerk.get('/followup/institutions/town/finished/2026-03');
  expect(shown<{ followUps: unknown[] }>(month).followUps).toMatchObject([
    {
      patientId: ADULT,
      planId,
      template: 'HYPERTENSION',
      level: 'SATISFACTORY',
      role: 'resident',
      values: { sbp: 133, dbp: 84, medication: 'REGULAR' },
    },
  ]);
  const next = await world.people.clerk.get('/followup/institutions/town/finished/2026-04');
  expect(shown<{ followUps: unknown[] }>(next).followUps).toEqual([]);
  expect((await world.people.otherClerk.get('/followup/institutions/town/finished/2026-03')).code).toBe(
    'FORBIDDEN',
  );
});
