import { describe, expect, it } from 'vitest';
import { listAccess } from '../../../shared/privacy/audit.ts';
import { staff } from '../booking/door.ts';
import {
  CHILD,
  CITY_HOSPITAL,
  COUNTY,
  doctor,
  ELSEWHERE,
  home,
  homePath,
  LIN,
  openWorld,
  PATIENT,
  potassium,
  row,
  SMALL,
  staffPath,
  stranger,
  TOWN,
  TREATMENT,
  told,
  type World,
} from './world.ts';

interface Scene {
  readonly world: World;
  readonly reportId: string;
}

async function published(more: object = {}): Promise<Scene> {
  const world = await openWorld();
  await world.register(PATIENT, LIN);
  await world.register(CHILD, SMALL);
  const [{ reportId = '' } = {}] = await world.publish(row(more));
  return { world, reportId };
}

/** What a doctor is answered for a report, and for one that is not there. */
async function staffSees({ world, reportId }: Scene, practitionerId: string, institutionId: string) {
  const as = await doctor(world, practitionerId, institutionId);
  const ask = (path: string) => world.ask('GET', path, { as, query: TREATMENT });
  return {
    itself: await ask(staffPath(institutionId, reportId)),
    none: await ask(staffPath(institutionId, 'none00000000000000')),
    list: await ask(staffPath(institutionId)),
    ofNobody: await ask(staffPath(institutionId, '', 'nobody')),
  };
}

async function expectBlind(scene: Scene, practitionerId: string, institutionId: string): Promise<void> {
  const { itself, none, list, ofNobody } = await staffSees(scene, practitionerId, institutionId);
  expect(told(itself)).toEqual(told(none));
  expect([itself.status, itself.code]).toEqual([404, 'REPORT_NOT_FOUND']);
  expect(told(list)).toEqual(told(ofNobody));
  expect(list.body).toEqual({ reports: [] });
}

const consent = async ({ world }: Scene, kind: string, body: object) =>
  world.ask('PUT', `/report/patients/${PATIENT}/consents/${kind}`, { as: await home(world), body });

describe('at home', () => {
  it('a resident lists and reads their own reports, and a guardian those of the ward', async () => {
    const { world, reportId } = await published();
    const [{ reportId: childs } = {}] = await world.publish(row({ patient: SMALL }));
    const own = await world.ask('GET', homePath(), { as: await home(world) });
    expect(own.body).toMatchObject({
      reports: [{ reportId, title: '血常规', abnormal: false, institutionName: `机构${COUNTY}` }],
    });
    const detail = await world.ask('GET', homePath(reportId), { as: await home(world) });
    expect(detail.body).toMatchObject({
      patient: { patientId: PATIENT, name: '林**', sex: 'female', birthDate: '1988-07-21' },
      results: [{ code: 'K', value: 4.1, unit: 'mmol/L' }],
      keepUntil: '2041-03-01',
    });
    expect(JSON.stringify(detail.body)).not.toContain(LIN.idNumber);
    const guardian = await home(world, CHILD, 'GUARDIAN');
    expect((await world.ask('GET', homePath(childs, CHILD), { as: guardian })).status).toBe(200);
    // The ward's report does not stand below the guardian's own name.
    expect((await world.ask('GET', homePath(childs), { as: await home(world) })).code).toBe(
      'REPORT_NOT_FOUND',
    );
  });

  it('an adult family member sees none, as a stranger sees none, and as of nobody', async () => {
    const { world, reportId } = await published();
    const family = await home(world, PATIENT, 'FAMILY');
    const other = await stranger(world);
    for (const as of [family, other]) {
      for (const path of [
        homePath(),
        homePath(reportId),
        homePath('none'),
        `/report/patients/${PATIENT}/trends/K`,
      ]) {
        const answer = await world.ask('GET', path, { as });
        const ofNobody = await world.ask('GET', path.replace(PATIENT, 'nobody'), { as });
        expect([answer.status, answer.code]).toEqual([403, 'FORBIDDEN']);
        expect(told(answer)).toEqual(told(ofNobody));
      }
    }
  });

  it.each(['ORDERED', 'COLLECTED', 'PRELIMINARY', 'CANCELLED'])(
    'a report that is %s is as one that is not there',
    async (status) => {
      const { world, reportId } = await published({ status });
      const as = await home(world);
      const [itself, none] = [
        await world.ask('GET', homePath(reportId), { as }),
        await world.ask('GET', homePath('none'), { as }),
      ];
      expect(told(itself)).toEqual(told(none));
      expect((await world.ask('GET', homePath(), { as })).body).toEqual({ reports: [] });
    },
  );

  it('a cancelled report leaves list and trend', async () => {
    const world = await openWorld();
    await world.register(PATIENT, LIN);
    const given = row();
    await world.publish(given);
    await world.publish({ ...given, version: 2, status: 'CANCELLED' });
    const as = await home(world);
    expect((await world.ask('GET', homePath(), { as })).body).toEqual({ reports: [] });
    const trend = await world.ask('GET', `/report/patients/${PATIENT}/trends/K`, { as });
    expect(trend.body).toEqual({ code: 'K', series: [] });
  });

  it('the list comes in pages, the newest first, of one kind or of all', async () => {
    const { world } = await published();
    const day = (index: number) => `2026-01-${String(1 + (index % 28)).padStart(2, '0')}T01:00:00.000Z`;
    const rows = Array.from({ length: 44 }, (_, index) =>
      row({ effectiveAt: day(index), ...(index % 2 === 0 ? {} : { kind: 'ECG', results: [] }) }),
    );
    await world.publish(...rows);
    const as = await home(world);
    const walk = async (kind?: string): Promise<{ effectiveAt: string; kind: string }[]> => {
      const found: { effectiveAt: string; kind: string }[] = [];
      let after: string | undefined;
      do {
        const query = { ...(kind && { kind }), ...(after && { after }) };
        const { body } = await world.ask('GET', homePath(), { as, query });
        const page = body as { reports: typeof found; next?: string };
        expect(page.reports.length).toBeLessThanOrEqual(20);
        found.push(...page.reports);
        after = page.next;
      } while (after !== undefined);
      return found;
    };
    const all = await walk();
    expect(all).toHaveLength(45);
    const times = all.map(({ effectiveAt }) => effectiveAt);
    expect(times).toEqual(times.toSorted().toReversed());
    const ecgs = await walk('ECG');
    expect(ecgs).toHaveLength(22);
    expect(new Set(ecgs.map(({ kind }) => kind))).toEqual(new Set(['ECG']));
  });
});

describe('by staff', () => {
  it('the signed family doctor reads, until the consent is withdrawn, and again when it is given', async () => {
    const scene = await published();
    await expectBlind(scene, 'dr-family', TOWN);
    await scene.world.relate('SIGNED', 'dr-family');
    const before = await staffSees(scene, 'dr-family', TOWN);
    expect(before.itself.body).toMatchObject({ reportId: scene.reportId });
    expect(before.list.body).toMatchObject({ reports: [{ reportId: scene.reportId }] });
    await consent(scene, 'SIGNED', { granted: false });
    await expectBlind(scene, 'dr-family', TOWN);
    await consent(scene, 'SIGNED', { granted: true, until: '2026-03-02' });
    expect((await staffSees(scene, 'dr-family', TOWN)).itself.status).toBe(200);
    scene.world.deps.clock.advance(24 * 3_600_000);
    await expectBlind(scene, 'dr-family', TOWN);
  });

  it('a doctor of the institution that an open referral is at reads, until it is closed', async () => {
    const scene = await published();
    await expectBlind(scene, 'dr-city', CITY_HOSPITAL);
    await scene.world.relate('REFERRAL', CITY_HOSPITAL);
    expect((await staffSees(scene, 'dr-city', CITY_HOSPITAL)).itself.status).toBe(200);
    await expectBlind(scene, 'dr-elsewhere', ELSEWHERE);
    await scene.world.unrelate('REFERRAL', CITY_HOSPITAL);
    await expectBlind(scene, 'dr-city', CITY_HOSPITAL);
    await scene.world.relate('REFERRAL', CITY_HOSPITAL);
    await consent(scene, 'REFERRAL', { granted: false });
    await expectBlind(scene, 'dr-city', CITY_HOSPITAL);
  });

  it('an institution that the resident named reads, and no other', async () => {
    const scene = await published();
    await consent(scene, 'INSTITUTION', { granted: true, holderId: ELSEWHERE });
    expect((await staffSees(scene, 'dr-elsewhere', ELSEWHERE)).itself.status).toBe(200);
    await expectBlind(scene, 'dr-city', CITY_HOSPITAL);
    await consent(scene, 'INSTITUTION', { granted: false, holderId: ELSEWHERE });
    await expectBlind(scene, 'dr-elsewhere', ELSEWHERE);
    expect((await consent(scene, 'INSTITUTION', { granted: true })).code).toBe('INVALID_REQUEST');
    expect((await consent(scene, 'SIGNED', { granted: true, holderId: TOWN })).code).toBe('INVALID_REQUEST');
  });

  it('who ordered it and their department read it, preliminary too; another department does not', async () => {
    const scene = await published({ status: 'PRELIMINARY' });
    for (const colleague of ['dr-order', 'dr-colleague'])
      expect((await staffSees(scene, colleague, COUNTY)).itself.body).toMatchObject({
        status: 'PRELIMINARY',
      });
    await expectBlind(scene, 'dr-surgeon', COUNTY);
    // A consent opens what is final and nothing earlier.
    await scene.world.relate('SIGNED', 'dr-family');
    await expectBlind(scene, 'dr-family', TOWN);
  });

  it('nobody reads in the name of an institution below or beside their own, and nobody without a purpose', async () => {
    const { world, reportId } = await published();
    await world.relate('REFERRAL', TOWN);
    const as = await doctor(world, 'dr-order', COUNTY);
    expect((await world.ask('GET', staffPath(TOWN, reportId), { as, query: TREATMENT })).code).toBe(
      'FORBIDDEN',
    );
    const silent = await world.ask('GET', staffPath(COUNTY, reportId), { as });
    expect([silent.status, silent.code]).toEqual([400, 'INVALID_REQUEST']);
    const clerk = await staff(world.deps, 'acc-clerk', ['clerk'], { institutionId: COUNTY });
    expect((await world.ask('GET', staffPath(COUNTY, reportId), { as: clerk, query: TREATMENT })).code).toBe(
      'FORBIDDEN',
    );
  });
});

describe('every read', () => {
  it('is written down with its ground and purpose, and a refused one is not', async () => {
    const { world, reportId } = await published();
    const scene = { world, reportId };
    await world.relate('SIGNED', 'dr-family');
    const as = await home(world);
    await world.ask('GET', homePath(), { as });
    await world.ask('GET', homePath(reportId), { as });
    await world.ask('GET', `/report/patients/${PATIENT}/trends/K`, { as });
    await world.ask('GET', staffPath(TOWN, reportId), {
      as: await doctor(world, 'dr-family', TOWN),
      query: { purpose: 'FOLLOW_UP' },
    });
    await expectBlind(scene, 'dr-elsewhere', ELSEWHERE);
    const { items } = await listAccess(world.deps.table, PATIENT, { limit: 100 });
    const reads = items.filter(({ action }) => action === 'READ');
    expect(
      reads.map(({ actor, purpose, subject }) => [actor.role, purpose, subject.kind, subject.id]).toSorted(),
    ).toEqual(
      [
        ['resident', 'self-or-guardian', 'report-list', 'all'],
        ['resident', 'self-or-guardian', 'report', reportId],
        ['resident', 'self-or-guardian', 'report-trend', 'K'],
        ['practitioner', 'signed-team:follow_up', 'report', reportId],
      ].toSorted(),
    );
    const writes = items.filter(({ action }) => action === 'WRITE');
    expect(writes).toMatchObject([
      { actor: { role: 'report-publisher', institutionId: COUNTY }, purpose: 'report-final' },
    ]);
    expect((await listAccess(world.deps.table, 'nobody')).items).toEqual([]);
  });
});

describe('what is released in person', () => {
  const SYPHILIS = { examination: { code: 'TPPA', name: '梅毒螺旋体抗体' }, results: [] };
  const clerkAt = ({ deps }: World, institutionId: string) =>
    staff(deps, `acc-clerk-${institutionId}`, ['clerk'], { institutionId });
  const release = async ({ world, reportId }: Scene, idNumber: string, institutionId = COUNTY) =>
    world.ask('POST', `/report/institutions/${institutionId}/reports/${reportId}/release`, {
      as: await clerkAt(world, institutionId),
      body: { idNumber },
    });

  it('is announced without a word of what it is, and opens once a clerk has seen the card', async () => {
    const scene = await published(SYPHILIS);
    const { world, reportId } = scene;
    const as = await home(world);
    const list = await world.ask('GET', homePath(), { as });
    expect(list.body).toMatchObject({ reports: [{ reportId, release: 'AT_COUNTER' }] });
    expect(JSON.stringify(list.body)).not.toMatch(/title|abnormal|梅毒|TPPA/);
    expect((await world.ask('GET', homePath(reportId), { as })).code).toBe('RELEASED_IN_PERSON');
    expect((await release(scene, SMALL.idNumber)).code).toBe('CARD_MISMATCH');
    expect((await release(scene, LIN.idNumber, TOWN)).code).toBe('REPORT_NOT_FOUND');
    expect((await world.ask('GET', homePath(reportId), { as })).code).toBe('RELEASED_IN_PERSON');
    expect((await release(scene, LIN.idNumber)).status).toBe(200);
    expect((await release(scene, LIN.idNumber)).status).toBe(200);
    expect((await world.ask('GET', homePath(reportId), { as })).body).toMatchObject({
      examination: { name: '梅毒螺旋体抗体' },
    });
    expect((await world.ask('GET', homePath(), { as })).body).toMatchObject({
      reports: [{ release: 'RELEASED', title: '梅毒螺旋体抗体' }],
    });
  });

  it('may be hidden altogether, by what the sender says or by the code of one value', async () => {
    for (const more of [
      { category: 'HIV' },
      { results: [{ code: 'HIV-AB', name: '抗体', value: '待复检' }] },
    ]) {
      const { world, reportId } = await published(more);
      const as = await home(world);
      expect((await world.ask('GET', homePath(), { as })).body).toEqual({ reports: [] });
      expect(told(await world.ask('GET', homePath(reportId), { as }))).toEqual(
        told(await world.ask('GET', homePath('none'), { as })),
      );
    }
  });

  it('is not opened by a consent, even when it was handed over; who treats the patient for it reads it', async () => {
    const scene = await published(SYPHILIS);
    await scene.world.relate('SIGNED', 'dr-family');
    await expectBlind(scene, 'dr-family', TOWN);
    await release(scene, LIN.idNumber);
    await expectBlind(scene, 'dr-family', TOWN);
    expect((await staffSees(scene, 'dr-order', COUNTY)).itself.status).toBe(200);
  });

  it('is closed again by an amendment', async () => {
    const world = await openWorld();
    await world.register(PATIENT, LIN);
    const given = row(SYPHILIS);
    const [{ reportId = '' } = {}] = await world.publish(given);
    await release({ world, reportId }, LIN.idNumber);
    await world.publish({ ...given, version: 2, status: 'AMENDED', conclusion: '更正' });
    expect((await world.ask('GET', homePath(reportId), { as: await home(world) })).code).toBe(
      'RELEASED_IN_PERSON',
    );
  });

  it('stays closed when a newer version is open, and opens with one that was handed over', async () => {
    const world = await openWorld();
    await world.register(PATIENT, LIN);
    await world.relate('SIGNED', 'dr-family');
    const versions = async (as: string, path: string, query = {}): Promise<unknown> => {
      const { body } = await world.ask('GET', path, { as, query });
      return (body as { editions: { version: number }[] }).editions.map(({ version }) => version);
    };
    const given = row();
    const [{ reportId = '' } = {}] = await world.publish({ ...given, category: 'HIV' });
    await world.publish({ ...given, version: 2, status: 'AMENDED' });
    const atHome = await home(world);
    expect(await versions(atHome, homePath(reportId, PATIENT, 'editions'))).toEqual([2]);
    const family = await doctor(world, 'dr-family', TOWN);
    expect(await versions(family, staffPath(TOWN, reportId, PATIENT, 'editions'), TREATMENT)).toEqual([2]);
    const treating = await doctor(world, 'dr-order', COUNTY);
    expect(await versions(treating, staffPath(COUNTY, reportId, PATIENT, 'editions'), TREATMENT)).toEqual([
      2, 1,
    ]);
    await world.publish({ ...given, version: 3, status: 'AMENDED', category: 'HIV' });
    await release({ world, reportId }, LIN.idNumber);
    expect(await versions(atHome, homePath(reportId, PATIENT, 'editions'))).toEqual([3, 2, 1]);
  });

  it('is in no trend, and no event tells the resident of it', async () => {
    const { world } = await published({ ...SYPHILIS, results: [potassium(4)] });
    const trend = await world.ask('GET', `/report/patients/${PATIENT}/trends/K`, { as: await home(world) });
    expect(trend.body).toEqual({ code: 'K', series: [] });
    expect(world.events.at(-1)).toMatchObject({ type: 'report.final', data: { tells: false } });
  });

  it('needs no release where it is open', async () => {
    const scene = await published();
    expect((await release(scene, LIN.idNumber)).code).toBe('NOTHING_TO_RELEASE');
  });
});
