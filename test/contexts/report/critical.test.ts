import { describe, expect, it } from 'vitest';
import { acknowledgeCritical } from '../../../functions/report/answer-critical.ts';
import { criticalPolicy } from '../../../functions/report/policy.ts';
import { instantAt } from '../../../shared/kernel/china-time.ts';
import { cityNamed, cityWith } from '../../support/city-policy.ts';
import type { TestDepsOptions } from '../../support/deps.ts';
import { staff } from '../booking/door.ts';
import {
  CITY_HOSPITAL,
  COUNTY,
  doctor,
  LIN,
  openWorld,
  PATIENT,
  potassium,
  row,
  staffPath,
  TOWN,
  TREATMENT,
  told,
  type World,
} from './world.ts';

interface Scene {
  readonly world: World;
  readonly reportId: string;
  readonly given: object;
}

async function critical(more: object = {}, options: TestDepsOptions = {}): Promise<Scene> {
  const world = await openWorld(options);
  await world.register(PATIENT, LIN);
  const given = row({ results: [potassium(6.9)], ...more });
  const [{ reportId = '' } = {}] = await world.publish(given);
  return { world, reportId, given };
}

const nurse = ({ deps }: World) => staff(deps, 'acc-nurse', ['nurse'], { institutionId: COUNTY });

async function answer(
  { world, reportId }: Scene,
  as: string,
  step = 'acknowledgement',
  institutionId = COUNTY,
) {
  const path = `/report/institutions/${institutionId}/critical-values/${reportId}/${step}`;
  return world.ask('POST', path, {
    as,
    ...(step === 'resolution' ? { body: { measure: '静推葡萄糖酸钙' } } : {}),
  });
}

const news = ({ world }: Scene) =>
  world.events
    .filter(({ type }) => type.startsWith('report.critical-'))
    .map(({ type, data }) => `${type.slice('report.critical-'.length)} ${String(data['to'])}`);

describe('a critical value', () => {
  it.each([
    ['by the city’s limits', { results: [potassium(6.3)] }],
    ['by the sender’s word', { results: [potassium(5, { flag: 'CRITICAL_HIGH' })] }],
    ['in another unit', { results: [potassium(6.3, { unit: 'mEq/L' })] }],
    ['while it is preliminary', { status: 'PRELIMINARY' }],
    ['that an amendment brings', { version: 2, status: 'AMENDED' }],
  ])('starts its clock %s, for the doctor who ordered it', async (_, more) => {
    const scene = await critical(more);
    expect(news(scene)).toEqual(['notified ORDERING_DOCTOR']);
    const { data } = scene.world.events.find(({ type }) => type === 'report.critical-notified') ?? {};
    expect(data).toMatchObject({ institutionId: COUNTY, practitionerId: 'dr-order', patientId: PATIENT });
  });

  it.each([
    ['on the limit', { results: [potassium(6.2)] }],
    ['in a unit that cannot be compared', { results: [potassium(9, { unit: 'g/L' })] }],
    ['without a unit', { results: [potassium(9, { unit: undefined })] }],
    ['that was only ordered', { status: 'ORDERED' }],
    ['that is a text', { results: [potassium(0, { value: '9.9' })] }],
  ])('is none %s', async (_, more) => {
    expect(news(await critical(more))).toEqual([]);
  });

  it('climbs the ladder while nobody answers, and rests at its end', async () => {
    const scene = await critical();
    await scene.world.pass(9);
    expect(news(scene)).toHaveLength(1);
    await scene.world.pass(1);
    expect(news(scene).slice(1)).toEqual(['escalated DEPARTMENT_HEAD']);
    await scene.world.pass(19);
    expect(news(scene)).toHaveLength(2);
    await scene.world.pass(1);
    expect(news(scene).slice(2)).toEqual(['escalated DUTY_DESK']);
    await scene.world.pass(600);
    expect(news(scene)).toHaveLength(3);
    const as = await nurse(scene.world);
    const { body } = await scene.world.ask('GET', `/report/institutions/${COUNTY}/critical-values`, { as });
    expect(body).toMatchObject({ criticalValues: [{ reportId: scene.reportId, escalations: 2 }] });
  });

  it('climbs on where a policy that begins at midnight gives more time', async () => {
    const midnight = '2026-03-03';
    const policy = cityNamed('demo').policy(criticalPolicy).at(midnight);
    const ladder = policy.ladder.map((rung) => ({ ...rung, afterMinutes: rung.afterMinutes + 5 }));
    const later = [{ from: midnight, values: { ...policy, ladder } }] as const;
    const city = cityWith('demo', 'report-critical', policy, later);
    const scene = await critical({}, { city, start: instantAt('2026-03-02', '23:55') });
    await scene.world.pass(14);
    expect(news(scene)).toHaveLength(1);
    await scene.world.pass(1);
    expect(news(scene).slice(1)).toEqual(['escalated DEPARTMENT_HEAD']);
  });

  it('is answered by whom it was put before and by nobody else, who learns nothing', async () => {
    const scene = await critical();
    const { world } = scene;
    const [head, surgeon] = [
      await doctor(world, 'dr-head', COUNTY),
      await doctor(world, 'dr-surgeon', COUNTY),
    ];
    const stranger = await doctor(world, 'dr-city', CITY_HOSPITAL);
    const none = await answer({ ...scene, reportId: 'none' }, head);
    const blind = async (as: string, at = COUNTY): Promise<void> => {
      const list = await world.ask('GET', `/report/institutions/${at}/critical-values`, { as });
      expect(list.body).toEqual({ criticalValues: [] });
      expect(told(await answer(scene, as, 'acknowledgement', at))).toEqual(told(none));
    };
    for (const as of [head, surgeon, await nurse(world)]) await blind(as);
    await world.pass(10);
    await blind(surgeon);
    await blind(await nurse(world));
    await blind(stranger, CITY_HOSPITAL);
    const list = await world.ask('GET', `/report/institutions/${COUNTY}/critical-values`, { as: head });
    expect(list.body).toMatchObject({ criticalValues: [{ reportId: scene.reportId }] });
    expect((await answer(scene, head)).body).toMatchObject({ status: 'ACKNOWLEDGED' });
  });

  it('that came to the duty desk is read there, and not before', async () => {
    const { world, reportId } = await critical();
    const read = async () =>
      world.ask('GET', staffPath(COUNTY, reportId), {
        as: await doctor(world, 'dr-surgeon', COUNTY),
        query: TREATMENT,
      });
    await world.pass(29);
    expect((await read()).code).toBe('REPORT_NOT_FOUND');
    await world.pass(1);
    await world.pass(1);
    expect((await read()).status).toBe(200);
  });

  it('is acknowledged once and resolved once, and its clock stands still from then on', async () => {
    const scene = await critical();
    const { world } = scene;
    const order = await doctor(world, 'dr-order', COUNTY);
    expect((await answer(scene, order, 'resolution')).code).toBe('CRITICAL_WRONG_STATE');
    expect((await answer(scene, order)).body).toMatchObject({ status: 'ACKNOWLEDGED' });
    expect((await answer(scene, order)).body).toMatchObject({ status: 'ACKNOWLEDGED' });
    await world.pass(60);
    expect(news(scene)).toEqual(['notified ORDERING_DOCTOR', 'acknowledged ORDERING_DOCTOR']);
    expect((await answer(scene, order, 'resolution')).body).toMatchObject({ status: 'RESOLVED' });
    expect(news(scene)).toHaveLength(3);
    const list = await world.ask('GET', `/report/institutions/${COUNTY}/critical-values`, { as: order });
    expect(list.body).toEqual({ criticalValues: [] });
    expect(JSON.stringify(world.deps.all())).not.toContain('葡萄糖酸钙');
  });

  it('of two who answer at once is acknowledged by one, and the other is told', async () => {
    const scene = await critical();
    await scene.world.pass(10);
    const [order, head] = [
      await doctor(scene.world, 'dr-order', COUNTY),
      await doctor(scene.world, 'dr-head', COUNTY),
    ];
    const answers = await Promise.all([answer(scene, order), answer(scene, head)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect(news(scene).filter((one) => one.startsWith('acknowledged'))).toHaveLength(1);
  });

  it('has one clock, whatever is repeated, finalised or amended, before and after it was answered', async () => {
    const scene = await critical({ status: 'PRELIMINARY' });
    const { world, given } = scene;
    const next = { ...given, results: [potassium(7.5)] };
    await world.pass(5);
    const rows = await world.publish(
      given,
      { ...next, version: 2, status: 'FINAL' },
      { ...next, version: 3, status: 'AMENDED' },
    );
    expect(rows.map(({ outcome }) => outcome)).toEqual(['REPEATED', 'PUBLISHED', 'PUBLISHED']);
    await world.pass(5);
    expect(news(scene)).toEqual(['notified ORDERING_DOCTOR', 'escalated DEPARTMENT_HEAD']);
    await answer(scene, await doctor(world, 'dr-order', COUNTY));
    await world.publish({ ...next, version: 4, status: 'AMENDED', conclusion: '复核' });
    await world.pass(120);
    expect(news(scene)).toHaveLength(3);
  });

  it('is put before whom a later version says to have ordered it, while nobody has answered', async () => {
    const scene = await critical({ order: {}, status: 'PRELIMINARY' });
    const { world, given } = scene;
    await world.pass(5);
    const order = { institutionId: CITY_HOSPITAL, practitionerId: 'dr-city' };
    await world.publish({ ...given, version: 2, status: 'FINAL', order });
    expect(news(scene)).toEqual(['notified DUTY_DESK', 'notified ORDERING_DOCTOR']);
    expect((await answer(scene, await nurse(world))).code).toBe('CRITICAL_NOT_FOUND');
    await world.pass(5);
    expect(news(scene).slice(2)).toEqual(['escalated DEPARTMENT_HEAD']);
    const as = await doctor(world, 'dr-city', CITY_HOSPITAL);
    const list = await world.ask('GET', `/report/institutions/${CITY_HOSPITAL}/critical-values`, { as });
    expect(list.body).toMatchObject({ criticalValues: [{ reportId: scene.reportId, escalations: 1 }] });
    expect((await answer(scene, as, 'acknowledgement', CITY_HOSPITAL)).status).toBe(200);
    await world.publish({ ...given, version: 3, status: 'AMENDED', order: {} });
    expect(news(scene)).toHaveLength(4);
  });

  it('is not acknowledged by whom it was taken from in that moment', async () => {
    const scene = await critical({ order: {} });
    const { world, given, reportId } = scene;
    const order = { institutionId: CITY_HOSPITAL, practitionerId: 'dr-city' };
    const { table } = world.deps;
    const late = {
      ...table,
      put: async (...write: Parameters<typeof table.put>) => {
        await world.publish({ ...given, version: 2, status: 'AMENDED', order });
        return table.put(...write);
      },
    };
    const doer = { by: 'acc-nurse', role: 'nurse', institutionId: COUNTY } as const;
    const taken = acknowledgeCritical({ ...world.deps, table: late }, { reportId, doer });
    await expect(taken).rejects.toMatchObject({ code: 'CRITICAL_NOT_FOUND' });
    expect(news(scene)).toEqual(['notified DUTY_DESK', 'notified ORDERING_DOCTOR']);
  });

  it('of a cancelled report is withdrawn, unless somebody has answered already', async () => {
    const scene = await critical();
    await scene.world.publish({ ...scene.given, version: 2, status: 'CANCELLED' });
    await scene.world.pass(120);
    expect(news(scene)).toEqual(['notified ORDERING_DOCTOR', 'withdrawn ORDERING_DOCTOR']);
    const answered = await critical();
    await answer(answered, await doctor(answered.world, 'dr-order', COUNTY));
    await answered.world.publish({ ...answered.given, version: 2, status: 'CANCELLED' });
    expect(news(answered)).toEqual(['notified ORDERING_DOCTOR', 'acknowledged ORDERING_DOCTOR']);
  });

  it('without a doctor’s name is put before the department, and without either before the house', async () => {
    expect(news(await critical({ order: { departmentId: 'cardiology' } }))).toEqual([
      'notified DEPARTMENT_HEAD',
    ]);
    expect(news(await critical({ order: {} }))).toEqual(['notified DUTY_DESK']);
  });

  it('that was put before the house first is answered there while the ladder climbs', async () => {
    const scene = await critical({ order: {} });
    await scene.world.pass(10);
    expect(news(scene)).toEqual(['notified DUTY_DESK', 'escalated DEPARTMENT_HEAD']);
    expect((await answer(scene, await nurse(scene.world))).body).toMatchObject({ status: 'ACKNOWLEDGED' });
  });

  it('of a house that has village doctors and nobody else is answered by them', async () => {
    const scene = await critical({ order: { institutionId: TOWN } });
    const as = await staff(scene.world.deps, 'acc-village', ['village-doctor'], { institutionId: TOWN });
    expect((await answer(scene, as, 'acknowledgement', TOWN)).body).toMatchObject({ status: 'ACKNOWLEDGED' });
  });

  it('ordered elsewhere concerns that house, and not the one that examined', async () => {
    const scene = await critical({ order: { institutionId: CITY_HOSPITAL, practitionerId: 'dr-city' } });
    const { world } = scene;
    const as = await doctor(world, 'dr-city', CITY_HOSPITAL);
    expect((await answer(scene, await doctor(world, 'dr-order', COUNTY))).code).toBe('CRITICAL_NOT_FOUND');
    expect((await answer(scene, as, 'acknowledgement', CITY_HOSPITAL)).status).toBe(200);
  });
});
