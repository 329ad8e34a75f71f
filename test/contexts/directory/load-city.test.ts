import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import * as event from '../../../functions/directory/event-contracts.ts';
import { isServiceCategory } from '../../../functions/directory/service-categories.ts';
import { CityFilesError, describeFaults } from '../../../infra/local/city/city-faults.ts';
import { CsvError, parseCsv } from '../../../infra/local/city/csv.ts';
import { loadCity } from '../../../infra/local/city/load-city.ts';
import { readCity } from '../../../infra/local/city/read-city.ts';
import { scene, written } from './scene.ts';

const DEMO = 'infra/local/city/jiaxian';
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A copy of the demo city to spoil. */
function copy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'city-files-'));
  folders.push(folder);
  cpSync(DEMO, folder, { recursive: true });
  return folder;
}

function edit(folder: string, file: string, change: (text: string) => string): void {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  const changed = change(text);
  expect(changed).not.toBe(text);
  writeFileSync(path, changed);
}

function faultsOf(folder: string): readonly unknown[] {
  try {
    readCity(folder);
  } catch (error) {
    if (error instanceof CityFilesError) return error.faults;
    throw error;
  }
  return [];
}

const NOTHING = { created: 0, changed: 0, unchanged: 0 };

describe('the demo city', () => {
  test('is 郏县: 15 towns, 377 villages, every village with a clinic below its town', () => {
    const divisions = JSON.parse(readFileSync(join(DEMO, 'divisions.json'), 'utf8'));
    const { institutions } = readCity(DEMO);
    const parentOf = new Map(institutions.map(({ institutionId, parentId }) => [institutionId, parentId]));
    expect(divisions.towns).toHaveLength(15);
    expect(divisions.licence).toContain('MIT');
    let villages = 0;
    for (const town of divisions.towns) {
      expect(parentOf.has(`hc-${town.code}`)).toBe(true);
      for (const { code } of town.villages) {
        villages += 1;
        expect(parentOf.get(`clinic-${code}`)).toBe(`hc-${town.code}`);
      }
    }
    expect(villages).toBe(377);
    expect(institutions).toHaveLength(8 + 15 + 377);
  });

  test('invents its doctors and says so', () => {
    const { practitioners, departments } = readCity(DEMO);
    expect(practitioners.length).toBeGreaterThanOrEqual(60);
    expect(practitioners.every(({ synthetic }) => synthetic === true)).toBe(true);
    expect(departments.every(({ serviceCategory }) => isServiceCategory(serviceCategory))).toBe(true);
  });

  test('names in its list of people only institutions, doctors and teams that are there', () => {
    const people = JSON.parse(readFileSync(join(DEMO, 'people.json'), 'utf8'));
    const city = readCity(DEMO);
    const institutions = new Set(city.institutions.map(({ institutionId }) => institutionId));
    const doctors = new Map(city.practitioners.map((doctor) => [doctor.practitionerId, doctor]));
    const teams = new Set(city.careTeams.map(({ careTeamId }) => careTeamId));
    expect(people.synthetic).toBe(true);
    for (const { institutionId, practitionerId, name } of people.staff) {
      expect(institutions).toContain(institutionId);
      if (practitionerId === undefined) continue;
      expect(doctors.get(practitionerId)).toMatchObject({ name });
      expect(doctors.get(practitionerId)?.sites.map((site) => site.institutionId)).toContain(institutionId);
    }
    for (const { signedTeamId } of people.residents) {
      if (signedTeamId !== undefined) expect(teams).toContain(signedTeamId);
    }
  });
});

describe('loading', () => {
  test('sends an event for all that is new, and nothing the second time', async () => {
    const city = scene();
    const first = await loadCity(city.deps, DEMO);
    expect(first).toEqual({
      institutions: { ...NOTHING, created: 400 },
      departments: { ...NOTHING, created: 88 },
      practitioners: { ...NOTHING, created: 64 },
      careTeams: { ...NOTHING, created: 15 },
      alliances: { ...NOTHING, created: 4 },
    });
    expect(city.events).toHaveLength(400 + 88 + 64 + 15 + 4);
    const before = written(city);
    const again = await loadCity(city.deps, DEMO);
    expect(again['institutions']).toEqual({ ...NOTHING, unchanged: 400 });
    expect(again['practitioners']).toEqual({ ...NOTHING, unchanged: 64 });
    expect(again['alliances']).toEqual({ ...NOTHING, unchanged: 4 });
    expect(written(city)).toBe(before);
    expect(city.events).toHaveLength(571);
  });

  test('changes the rows that changed, and only those', async () => {
    const city = scene();
    await loadCity(city.deps, DEMO);
    const folder = copy();
    edit(folder, 'institutions.csv', (text) =>
      text
        .replace('黄道镇卫生院', '黄道镇中心卫生院')
        .replace(/^(hc-410425108,.*),jiaxian-tcm-hospital,/m, '$1,jiaxian-people-hospital,'),
    );
    edit(folder, 'departments.csv', (text) => text.replace('门诊二楼东', '门诊五楼'));
    edit(folder, 'practitioners.csv', (text) =>
      text.replace(
        'jiaxian-people-hospital/dept-jxrm-0307,true',
        'jiaxian-people-hospital/dept-jxrm-0301,true',
      ),
    );
    edit(folder, 'care-teams.csv', (text) => text.replace(/2000$/m, '1800'));
    edit(folder, 'alliances.json', (text) => text.replace('2019-06-01', '2019-07-01'));
    const changed = await loadCity(city.deps, folder);
    expect(changed['institutions']).toEqual({ ...NOTHING, changed: 2, unchanged: 398 });
    for (const kind of ['departments', 'practitioners', 'careTeams', 'alliances']) {
      expect(changed[kind]).toMatchObject({ created: 0, changed: 1 });
    }
    await city.deliver();
    const { body } = await city.get('/directory/institutions/clinic-410425108201');
    expect(JSON.stringify(body['ancestors'])).toContain('jiaxian-people-hospital');
    expect((await city.get('/directory/institutions/hc-410425107')).body['name']).toBe('黄道镇中心卫生院');
    expect((await loadCity(city.deps, folder))['institutions']).toEqual({ ...NOTHING, unchanged: 400 });
  });

  test('finishes what a load that was cut off left', async () => {
    const city = scene();
    let writes = 0;
    const table = {
      ...city.deps.table,
      transact: (...call: Parameters<typeof city.deps.table.transact>) => {
        writes += 1;
        // 27 groups of institutions, then 30 of the 88 departments.
        if (writes > 57) throw new Error('the power went');
        return city.deps.table.transact(...call);
      },
    };
    await expect(loadCity({ ...city.deps, table }, DEMO)).rejects.toThrow('the power went');
    const report = await loadCity(city.deps, DEMO);
    expect(report['institutions']).toEqual({ ...NOTHING, unchanged: 400 });
    expect(report['departments']).toEqual({ ...NOTHING, created: 58, unchanged: 30 });
    expect(city.events).toHaveLength(571);
  });

  test('loads a JSON file as well as a spreadsheet', async () => {
    const folder = copy();
    const teams = readCity(folder).careTeams;
    rmSync(join(folder, 'care-teams.csv'));
    writeFileSync(join(folder, 'care-teams.json'), JSON.stringify(teams));
    expect(readCity(folder).careTeams).toEqual(teams);
  });
});

test('every event says exactly what its published schema declares', async () => {
  const city = scene();
  await loadCity(city.deps, DEMO);
  const schemas: Record<string, { parse(data: unknown): unknown }> = {
    'directory.institution-changed': event.institutionChanged,
    'directory.department-changed': event.departmentChanged,
    'directory.practitioner-changed': event.practitionerChanged,
    'directory.care-team-changed': event.careTeamChanged,
    'directory.alliance-changed': event.allianceChanged,
  };
  expect(new Set(city.events.map(({ type }) => type))).toEqual(new Set(Object.keys(schemas)));
  for (const { type, data } of city.events) expect(schemas[type]?.parse(data)).toEqual(data);
});

describe('faulty files', () => {
  test('are told by file, row and column, all of them at once, and nothing is written', async () => {
    const folder = copy();
    edit(folder, 'institutions.csv', (text) =>
      text
        .replace(',tertiary,general-hospital,henan', ',huge,general-hospital,henan')
        .replace('33.7430', 'north'),
    );
    edit(folder, 'practitioners.csv', (text) =>
      text.replace(',chief,', ',boss,').replace(',false,', ',maybe,'),
    );
    edit(folder, 'departments.csv', (text) => text.replace(',03.04,', ',99.99,'));
    const city = scene();
    await expect(loadCity(city.deps, folder)).rejects.toBeInstanceOf(CityFilesError);
    expect(written(city)).toBe('[]');
    expect(faultsOf(folder)).toEqual([
      { file: 'institutions.csv', row: 5, column: 'level', message: expect.stringContaining('tertiary') },
      { file: 'institutions.csv', row: 6, column: 'latitude', message: '缺少该字段，或类型不正确' },
      { file: 'departments.csv', row: 2, column: 'serviceCategory', message: '不在医疗机构诊疗科目名录中' },
      {
        file: 'practitioners.csv',
        row: 2,
        column: 'title',
        message: expect.stringContaining('associate-chief'),
      },
      { file: 'practitioners.csv', row: 2, column: 'familyDoctor', message: '缺少该字段，或类型不正确' },
    ]);
  });

  test('are told where an id is named that is nowhere, or given twice', () => {
    const folder = copy();
    edit(folder, 'institutions.csv', (text) =>
      text
        .replace(',jiaxian-maternal-hospital,', ',x,')
        .replace('\njiaxian-maternal-hospital,', '\njiaxian-tcm-hospital,'),
    );
    edit(folder, 'care-teams.csv', (text) => text.replace('doc-410425001-1', 'doc-none'));
    const faults = faultsOf(folder);
    expect(faults).toContainEqual({
      file: 'institutions.csv',
      row: 9,
      column: 'institutionId',
      message: '编号重复',
    });
    expect(faults).toContainEqual({
      file: 'departments.csv',
      row: 34,
      column: 'institutionId',
      message: '所指的编号不存在',
    });
    expect(faults).toContainEqual({
      file: 'care-teams.csv',
      row: 2,
      column: 'leaderId',
      message: '所指的编号不存在',
    });
  });

  test('are told where parents run in a circle', () => {
    const folder = copy();
    edit(folder, 'institutions.csv', (text) =>
      text.replace(
        'henan-health-commission,河南省卫生健康委员会,authority,health-authority,,',
        'henan-health-commission,河南省卫生健康委员会,authority,health-authority,jiaxian-health-commission,',
      ),
    );
    const faults = faultsOf(folder);
    expect(faults).toContainEqual({
      file: 'institutions.csv',
      row: 2,
      column: 'parentId',
      message: '上级机构形成循环',
    });
    expect(describeFaults(faults as never)).toContain('institutions.csv 第 2 行 parentId：上级机构形成循环');
  });

  test('are told when a column is unknown, a quote open or JSON broken', () => {
    const folder = copy();
    edit(folder, 'institutions.csv', (text) => text.replace('level', 'grade'));
    edit(folder, 'departments.csv', (text) => text.replace('心血管内科', '"心血管内科'));
    edit(folder, 'alliances.json', (text) => text.slice(5));
    expect(faultsOf(folder)).toEqual([
      { file: 'institutions.csv', row: 1, column: 'grade', message: '不认识的列' },
      { file: 'departments.csv', row: 2, column: '', message: '引号没有配对' },
      { file: 'alliances.json', row: 0, column: '', message: '不是 JSON 数组' },
    ]);
  });
});

describe('a spreadsheet', () => {
  test('is read as Excel saves it', () => {
    const text = '\uFEFFa,b\r\n"1,5","say ""hi""\nthere"\r\n\r\n中文,\r\n';
    expect(parseCsv(text)).toEqual([
      { row: 1, cells: ['a', 'b'] },
      { row: 2, cells: ['1,5', 'say "hi"\nthere'] },
      { row: 4, cells: ['中文', ''] },
    ]);
  });

  test('with an open quote is refused with its row', () => {
    expect(() => parseCsv('a,b\n"1,2\n3,4')).toThrow(CsvError);
  });

  test('whatever its cells hold, quoted writing reads back the same', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '中', ',', '"', '\n', ' ', ';') });
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 }), (rows) => {
        const text = rows
          .map((cells) => cells.map((each) => `"${each.replaceAll('"', '""')}"`).join(','))
          .join('\n');
        expect(parseCsv(text).map(({ cells }) => cells)).toEqual(rows);
      }),
    );
  });
});
