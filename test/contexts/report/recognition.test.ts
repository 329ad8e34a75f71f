import { describe, expect, it } from 'vitest';
import { alliances } from '../../../functions/report/store.ts';
import { listAccess } from '../../../shared/privacy/audit.ts';
import { staff } from '../booking/door.ts';
import {
  CITY_HOSPITAL,
  COUNTY,
  doctor,
  ELSEWHERE,
  home,
  LIN,
  openWorld,
  PATIENT,
  row,
  TOWN,
  type World,
} from './world.ts';

/** The county's blood count of 1 March, and a town of its alliance whose doctor may read it. */
async function examined(more: object = {}): Promise<{ world: World; reportId: string }> {
  const world = await openWorld();
  await world.register(PATIENT, LIN);
  await alliances.put(world.deps.table, 'county-alliance', {
    allianceId: 'county-alliance',
    leadId: COUNTY,
    members: [
      { institutionId: TOWN, joinedOn: '2020-01-01' },
      { institutionId: ELSEWHERE, joinedOn: '2020-01-01', leftOn: '2026-03-02' },
    ],
    capabilities: ['result-recognition'],
    exceptions: [],
    active: true,
    version: 1,
  });
  await world.relate('SIGNED', 'dr-family');
  for (const [practitionerId] of [['dr-city'], ['dr-elsewhere']] as const) {
    await world.relate('SIGNED', practitionerId);
  }
  const [{ reportId = '' } = {}] = await world.publish(row({ results: [], ...more }));
  return { world, reportId };
}

async function ask(world: World, what: string, body: object, by = 'dr-family', at = TOWN, key?: string) {
  const path = `/report/institutions/${at}/patients/${PATIENT}/examination-${what}`;
  return world.ask('POST', path, { as: await doctor(world, by, at), body, ...(key && { key }) });
}

const offers = async (world: World, code = 'CBC', by = 'dr-family', at = TOWN) =>
  ((await ask(world, 'checks', { codes: [code] }, by, at)).body as { offers: object[] }).offers;

const counts = async (world: World, institutionId = TOWN) =>
  (
    await world.ask('GET', `/report/institutions/${institutionId}/recognition-counts`, {
      as: await staff(world.deps, `acc-admin-${institutionId}`, ['institution-administrator'], {
        institutionId,
      }),
      query: { from: '2026-01', until: '2026-12' },
    })
  ).body;

describe('an equal result is offered', () => {
  it('inside the alliance, with where it is from and until when it counts', async () => {
    const { world, reportId } = await examined();
    expect(await offers(world)).toEqual([
      {
        code: 'CBC',
        reportId,
        institutionId: COUNTY,
        institutionName: `机构${COUNTY}`,
        effectiveAt: '2026-03-01T01:00:00.000Z',
        validUntil: '2026-03-04',
        scope: 'ALLIANCE',
      },
    ]);
  });

  it.each([
    ['CBC', 'LABORATORY', 3],
    ['HBA1C', 'LABORATORY', 60],
    ['FERRITIN', 'LABORATORY', 7],
    ['CT-CHEST', 'IMAGING', 30],
    ['MR-KNEE', 'IMAGING', 30],
    ['BIOPSY', 'PATHOLOGY', 180],
    ['ECG-12', 'ECG', 3],
  ])('of %s (%s) for %i days, and not on the day after', async (code, kind, days) => {
    const { world } = await examined({ kind, examination: { code, name: '项目' } });
    world.deps.clock.set('2026-03-01T03:00:00.000Z');
    world.deps.clock.advance(days * 24 * 3_600_000);
    expect(await offers(world, code)).toHaveLength(1);
    world.deps.clock.advance(24 * 3_600_000);
    expect(await offers(world, code)).toEqual([]);
  });

  it('outside the alliance only if it is listed and bears a mark that counts here', async () => {
    for (const [more, expected] of [
      [{ tag: '河南HR' }, ['CITY']],
      [{ tag: '平顶山HR' }, ['CITY']],
      [{}, []],
      [{ tag: '广东HR' }, []],
      [{ tag: '河南HR', examination: { code: 'FERRITIN', name: '铁蛋白' } }, []],
      [{ tag: '河南HR', examination: { code: 'ABO', name: '血型' } }, []],
    ] as const) {
      const { world } = await examined(more);
      const code = 'examination' in more ? more.examination.code : 'CBC';
      const found = (await offers(world, code, 'dr-city', CITY_HOSPITAL)) as { scope: string }[];
      expect(found.map(({ scope }) => scope)).toEqual(expected);
    }
  });

  it('by one of its values, by that value’s own mark', async () => {
    const value = { code: 'HBSAG', name: '表面抗原', value: '阴性', tag: '全国HR' };
    const { world } = await examined({ results: [value] });
    expect(await offers(world, 'HBSAG', 'dr-city', CITY_HOSPITAL)).toMatchObject([
      { scope: 'PROVINCE', tag: '全国HR' },
    ]);
  });

  it('not from a member that has left, nor between two that switched it off', async () => {
    const { world } = await examined();
    world.deps.clock.set('2026-03-01T10:00:00.000Z');
    expect(await offers(world, 'CBC', 'dr-elsewhere', ELSEWHERE)).toHaveLength(1);
    world.deps.clock.set('2026-03-02T00:00:00.000Z');
    expect(await offers(world, 'CBC', 'dr-elsewhere', ELSEWHERE)).toEqual([]);
    await alliances.update(world.deps.table, 'county-alliance', {
      set: { exceptions: [{ capability: 'result-recognition', between: [TOWN, COUNTY], enabled: false }] },
    });
    expect(await offers(world)).toEqual([]);
  });

  it('neither preliminary, nor cancelled, nor what is released in person', async () => {
    for (const more of [{ status: 'PRELIMINARY' }, { status: 'CANCELLED' }, { category: 'STI' }]) {
      const { world } = await examined(more);
      expect(await offers(world)).toEqual([]);
    }
  });

  it('to nobody who may not read it', async () => {
    const { world } = await examined();
    const consent = { as: await home(world), body: { granted: false } };
    await world.ask('PUT', `/report/patients/${PATIENT}/consents/SIGNED`, consent);
    expect(await offers(world)).toEqual([]);
    expect(await offers(world, 'CBC', 'dr-surgeon', COUNTY)).toEqual([]);
    expect(await offers(world, 'CBC', 'dr-order', COUNTY)).toHaveLength(1);
  });
});

describe('an examination asked for', () => {
  it('again without a reason is refused with the results and the six reasons, and the trail keeps the warning', async () => {
    const { world, reportId } = await examined();
    const refused = await ask(world, 'orders', { code: 'CBC' });
    expect([refused.status, refused.code]).toEqual([422, 'REPEAT_NEEDS_REASON']);
    const { reasons } = refused.body as { reasons: { code: string; detail: object }[] };
    expect(reasons[0]).toMatchObject({ code: 'EQUAL_RESULT', detail: { reportId } });
    expect(reasons.filter(({ code }) => code === 'PERMITTED_REASON')).toHaveLength(6);
    expect(await counts(world)).toMatchObject({ recognised: 0, repeated: 0 });
    const { items } = await listAccess(world.deps.table, PATIENT);
    expect(items.map(({ purpose }) => purpose)).toContain('report-examination-refused');
  });

  it('is recognised, or repeated with a reason, and each is counted once, however often it is sent', async () => {
    const { world, reportId } = await examined();
    for (const _ of [1, 2]) {
      const used = await ask(
        world,
        'orders',
        { code: 'CBC', recognises: reportId },
        'dr-family',
        TOWN,
        'order-0001',
      );
      expect(used.body).toEqual({ decision: 'RECOGNISED', code: 'CBC', recognises: reportId });
      const again = { code: 'CBC', repeatReason: 'CONDITION_CHANGED' };
      const done = await ask(world, 'orders', again, 'dr-family', TOWN, 'order-0002');
      expect(done.body).toMatchObject({ decision: 'REPEATED', repeatReason: 'CONDITION_CHANGED' });
    }
    expect((await ask(world, 'orders', { code: 'FERRITIN' })).body).toMatchObject({ decision: 'ORDERED' });
    expect(await counts(world)).toMatchObject({
      definition: 'results-recognised',
      recognised: 1,
      repeated: 1,
      percent: 50,
      months: [{ month: '2026-03', recognised: 1, repeated: 1, reasons: { CONDITION_CHANGED: 1 } }],
    });
    expect(await counts(world, COUNTY)).toMatchObject({ recognised: 0, repeated: 0, months: [] });
    expect(
      JSON.stringify([world.deps.all().filter(({ pk }) => pk.includes('examinations')), world.events]),
    ).not.toContain('FERRITIN');
  });

  it('cannot use a result that is not offered', async () => {
    const { world, reportId } = await examined();
    world.deps.clock.advance(30 * 24 * 3_600_000);
    expect((await ask(world, 'orders', { code: 'CBC', recognises: reportId })).code).toBe(
      'RESULT_NOT_RECOGNISED',
    );
    expect((await ask(world, 'orders', { code: 'CBC', recognises: 'none' })).code).toBe(
      'RESULT_NOT_RECOGNISED',
    );
  });
});
