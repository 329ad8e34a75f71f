import { describe, expect, it } from 'vitest';
import { findPerson, personItems } from '../../../shared/access/person-view.ts';
import {
  COUNTY,
  ELSEWHERE,
  home,
  homePath,
  LIN,
  NAMESAKE,
  openWorld,
  PATIENT,
  potassium,
  publisher,
  row,
  TOWN,
  type World,
} from './world.ts';

async function withPatient(): Promise<World> {
  const world = await openWorld();
  await world.register(PATIENT, LIN);
  return world;
}

const editionsOf = ({ deps }: World) => deps.all().filter(({ sk }) => sk.startsWith('edition#'));

async function shown(world: World, reportId: string | undefined) {
  return world.ask('GET', homePath(reportId), { as: await home(world) });
}

describe('a report', () => {
  it('is published once, however often it comes', async () => {
    const world = await withPatient();
    const given = row();
    const [first] = await world.publish(given);
    const before = world.deps.all().length;
    const [again] = await world.publish(given);
    const [inOneBatch, twice] = await world.publish(given, given);
    expect(first).toMatchObject({ outcome: 'PUBLISHED', matched: true });
    for (const repeat of [again, inOneBatch, twice])
      expect(repeat).toEqual({ ...first, outcome: 'REPEATED', row: expect.any(Number) });
    expect(world.deps.all()).toHaveLength(before);
    expect(editionsOf(world)).toHaveLength(1);
  });

  it('of the same number, version and other content is a conflict and changes nothing', async () => {
    const world = await withPatient();
    const given = row();
    const [{ reportId } = { reportId: '' }] = await world.publish(given);
    const before = JSON.stringify(world.deps.all());
    const [conflict] = await world.publish({ ...given, results: [potassium(4.2)] });
    expect(conflict).toMatchObject({ outcome: 'REFUSED', code: 'REPORT_CONFLICT', reportId });
    expect(JSON.stringify(world.deps.all().filter(({ pk }) => pk.startsWith('report#')))).toBe(
      JSON.stringify(JSON.parse(before).filter(({ pk }: { pk: string }) => pk.startsWith('report#'))),
    );
  });

  it('of the same number is another one at another institution', async () => {
    const world = await withPatient();
    const given = row();
    const [here] = await world.publish(given);
    const answer = await world.ask('POST', `/report/institutions/${TOWN}/reports`, {
      as: await publisher(world),
      body: { reports: [given] },
    });
    const { rows } = answer.body as { rows: { reportId: string; outcome: string }[] };
    expect(rows[0]?.outcome).toBe('PUBLISHED');
    expect(rows[0]?.reportId).not.toBe(here?.reportId);
  });

  it('is amended by a newer version, and every version is kept', async () => {
    const world = await withPatient();
    const given = row();
    const [{ reportId } = {}] = await world.publish(given);
    await world.publish({ ...given, version: 2, status: 'AMENDED', results: [potassium(5.9)] });
    expect((await shown(world, reportId)).body).toMatchObject({
      version: 2,
      status: 'AMENDED',
      results: [{ value: 5.9 }],
    });
    const { body } = await world.ask('GET', homePath(reportId, PATIENT, 'editions'), {
      as: await home(world),
    });
    expect(body).toMatchObject({
      editions: [
        { version: 2, results: [{ value: 5.9 }] },
        { version: 1, results: [{ value: 4.1 }] },
      ],
    });
  });

  it('keeps a late older version without being replaced by it', async () => {
    const world = await withPatient();
    const given = row();
    const [{ reportId } = {}] = await world.publish({ ...given, version: 3, status: 'AMENDED' });
    const [late] = await world.publish({ ...given, version: 2, results: [potassium(9.9)] });
    const [later] = await world.publish({ ...given, version: 1, status: 'PRELIMINARY' });
    expect([late?.outcome, later?.outcome]).toEqual(['OLDER', 'OLDER']);
    expect((await shown(world, reportId)).body).toMatchObject({ version: 3, results: [{ value: 4.1 }] });
    expect(editionsOf(world)).toHaveLength(3);
    const [repeated] = await world.publish({ ...given, version: 2, results: [potassium(9.9)] });
    const [conflict] = await world.publish({ ...given, version: 2, results: [potassium(1)] });
    expect([repeated?.outcome, conflict?.code]).toEqual(['REPEATED', 'REPORT_CONFLICT']);
  });

  it('is amended though the final version it amends comes only afterwards', async () => {
    const world = await withPatient();
    const given = row({ status: 'PRELIMINARY' });
    await world.publish(given);
    const [amended, final] = await world.publish(
      { ...given, version: 3, status: 'AMENDED' },
      { ...given, version: 2, status: 'FINAL' },
    );
    expect([amended?.outcome, final?.outcome]).toEqual(['PUBLISHED', 'OLDER']);
  });

  it('keeps to numbered versions, or to those without a number', async () => {
    const world = await withPatient();
    for (const [first, then] of [
      [2, undefined],
      [undefined, 2],
    ]) {
      const given = row({ version: first });
      const [{ reportId } = {}] = await world.publish(given);
      const amended = {
        ...given,
        status: 'AMENDED',
        issuedAt: '2026-03-01T05:00:00Z',
        results: [potassium(5.9)],
      };
      const [mixed] = await world.publish({ ...amended, version: then });
      expect(mixed).toMatchObject({ outcome: 'REFUSED', code: 'VERSIONS_MIXED', reportId });
      const [kept] = await world.publish({ ...amended, version: first === undefined ? first : first + 1 });
      expect(kept?.outcome).toBe('PUBLISHED');
    }
  });

  it('without versions is put in order by when it was issued', async () => {
    const world = await withPatient();
    const { version: _none, ...given } = row() as { version: number };
    const [{ reportId } = {}] = await world.publish({ ...given, issuedAt: '2026-03-01T05:00:00Z' });
    const [amended] = await world.publish({
      ...given,
      status: 'AMENDED',
      issuedAt: '2026-03-01T05:00:01Z',
      conclusion: '已复核',
    });
    const [older] = await world.publish({ ...given, issuedAt: '2026-03-01T04:59:59.000Z' });
    expect([amended?.outcome, older?.outcome]).toEqual(['PUBLISHED', 'OLDER']);
    expect((await shown(world, reportId)).body).toMatchObject({ conclusion: '已复核' });
  });

  it.each([
    ['FINAL', 'PRELIMINARY'],
    ['FINAL', 'FINAL'],
    ['CANCELLED', 'AMENDED'],
    ['COLLECTED', 'ORDERED'],
    ['AMENDED', 'FINAL'],
  ])('that is %s does not become %s', async (from, to) => {
    const world = await withPatient();
    const given = row({ status: from });
    await world.publish(given);
    const before = editionsOf(world).length;
    const [refused] = await world.publish({ ...given, version: 2, status: to });
    expect(refused).toMatchObject({ outcome: 'REFUSED', code: 'WRONG_STATE' });
    expect(editionsOf(world)).toHaveLength(before);
  });
});

describe('a batch', () => {
  it.each([
    ['done after today', { effectiveAt: '2026-03-02T16:00:00Z' }],
    ['issued after today', { issuedAt: '2026-03-02T16:00:00Z' }],
    ['to be kept beyond the calendar', { effectiveAt: '9990-01-01T00:00:00Z' }],
    ['done before the calendar', { effectiveAt: '0000-01-01T00:00:00Z' }],
    ['issued before instants are counted', { issuedAt: '1969-12-31T23:59:59Z' }],
  ])('takes no report %s, and all others', async (_, more) => {
    const world = await withPatient();
    const rows = await world.publish(row(), row(more), row({ issuedAt: '2026-03-02T15:59:59Z' }));
    expect(rows.map(({ outcome, code }) => code ?? outcome)).toEqual([
      'PUBLISHED',
      'TIME_OUT_OF_RANGE',
      'PUBLISHED',
    ]);
  });

  it('judges each row by itself and names the faulty fields of those it refuses', async () => {
    const world = await withPatient();
    const rows = await world.publish(
      row(),
      row({
        status: 'DONE',
        results: [{ code: 'K', name: '钾' }],
        patient: { name: '林晓梅', idNumber: '1' },
      }),
      'nonsense',
      row({ order: { institutionId: 'nowhere' } }),
      row(),
    );
    expect(rows.map(({ outcome, code }) => code ?? outcome)).toEqual([
      'PUBLISHED',
      'ROW_INVALID',
      'ROW_INVALID',
      'INSTITUTION_UNKNOWN',
      'PUBLISHED',
    ]);
    expect(rows[1]?.fields?.map(({ path }) => path).toSorted()).toEqual([
      'patient.idNumber',
      'results.0.value',
      'status',
    ]);
    expect(JSON.stringify(rows)).not.toContain(LIN.idNumber);
  });

  it('is taken from the institution itself and from the house above it, and from nobody else', async () => {
    const world = await withPatient();
    const send = async (institutionId: string, from: string) =>
      world.ask('POST', `/report/institutions/${institutionId}/reports`, {
        as: await publisher(world, from),
        body: { reports: [row()] },
      });
    expect((await send(TOWN, COUNTY)).status).toBe(200);
    expect((await send(COUNTY, TOWN)).code).toBe('FORBIDDEN');
    expect((await send(COUNTY, ELSEWHERE)).code).toBe('FORBIDDEN');
    expect((await send('nowhere', COUNTY)).code).toBe('FORBIDDEN');
  });
});

describe('a report of somebody the city does not know', () => {
  it('waits, and is theirs when they register', async () => {
    const world = await openWorld();
    const given = row();
    const [{ reportId, matched } = {}] = await world.publish(given);
    expect(matched).toBe(false);
    const clerk = { as: await publisher(world) };
    const waiting = await world.ask('GET', `/report/institutions/${COUNTY}/unmatched-reports`, clerk);
    expect(waiting.body).toMatchObject({ reports: [{ reportId }] });
    expect((await shown(world, reportId)).code).toBe('REPORT_NOT_FOUND');
    await world.register(PATIENT, LIN);
    expect((await shown(world, reportId)).status).toBe(200);
    const none = await world.ask('GET', `/report/institutions/${COUNTY}/unmatched-reports`, clerk);
    expect(none.body).toEqual({ reports: [] });
    expect(world.deps.all().filter(({ pk }) => pk.startsWith('report#waiting'))).toEqual([]);
  });

  it('is never shown to a namesake, nor to the holder of the number under another name', async () => {
    const world = await openWorld();
    const [byName] = await world.publish(row());
    await world.register('pat00009', NAMESAKE);
    const [byNumber] = await world.publish(row({ patient: { ...NAMESAKE, name: '王五' } }));
    expect([byName?.matched, byNumber?.matched]).toEqual([false, false]);
    const as = await home(world, 'pat00009');
    expect((await world.ask('GET', homePath('', 'pat00009'), { as })).body).toEqual({ reports: [] });
    for (const { reportId } of [byName, byNumber].flatMap((one) => one ?? []))
      expect((await world.ask('GET', homePath(reportId, 'pat00009'), { as })).code).toBe('REPORT_NOT_FOUND');
  });

  it('moves to whom an amended version names, and leaves whom it stood with', async () => {
    const world = await withPatient();
    await world.register('pat00009', NAMESAKE);
    const given = row();
    const [{ reportId } = {}] = await world.publish(given);
    await world.publish({ ...given, version: 2, status: 'AMENDED', patient: NAMESAKE });
    expect((await shown(world, reportId)).code).toBe('REPORT_NOT_FOUND');
    expect((await world.ask('GET', homePath(), { as: await home(world) })).body).toEqual({ reports: [] });
    const as = await home(world, 'pat00009');
    expect((await world.ask('GET', homePath(reportId, 'pat00009'), { as })).status).toBe(200);
    // What was said of the one before is not the other's to read.
    const { body } = await world.ask('GET', homePath(reportId, 'pat00009', 'editions'), { as });
    expect(body).toMatchObject({ editions: [{ version: 2 }] });
    expect((body as { editions: unknown[] }).editions).toHaveLength(1);
  });

  it('finds a patient who registered between the look and the write', async () => {
    const world = await openWorld();
    await world.publish(row());
    // Their registration's news came before the report was written: only the timer is left.
    for (const item of await personItems(world.deps, PATIENT, LIN)) await world.deps.table.put(item);
    expect(await findPerson(world.deps, LIN)).toBe(PATIENT);
    await world.pass(2);
    const { body } = await world.ask('GET', homePath(), { as: await home(world) });
    expect(body).toMatchObject({ reports: [{ status: 'FINAL' }] });
  });
});

it('keeps nothing personal in clear: not in the table, not in events, not in logs', async () => {
  const world = await withPatient();
  await world.publish(
    row({
      conclusion: '标记结论',
      examination: { code: 'CBC', name: '标记检查' },
      results: [potassium(4.777)],
    }),
  );
  await world.publish(row({ patient: { ...LIN, idNumber: '110105194912310XX2' } }));
  const kept = JSON.stringify([
    world.deps.all().filter(({ pk }) => pk.startsWith('report#')),
    world.events,
    world.deps.lines,
  ]);
  for (const marker of [LIN.name, LIN.idNumber, '标记结论', '标记检查', '4.777'])
    expect(kept).not.toContain(marker);
});
