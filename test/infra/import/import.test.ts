import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addDays, dayOf } from '../../../shared/kernel/china-time.ts';
import { startCity, type TestCity } from '../../support/city.ts';
import { type Person, staff } from '../../support/people.ts';
import { nameOf, numberOf } from '../../support/register.ts';
import {
  command,
  csvOf,
  faultsIn,
  fileOf,
  imported,
  RESIDENTS,
  residentRow,
  SIGNINGS,
  signingRow,
  TEAM,
  TOWN,
  VILLAGE,
} from './registers.ts';

let city: TestCity;
let doctor: Person;
let yesterday: string;
beforeAll(async () => {
  city = await startCity();
  doctor = staff(city, 'zhongtou-doctor');
  yesterday = addDays(dayOf(await city.clock.now()), -1);
}, 300_000);
afterAll(() => city?.stop());

const TIMEOUT = { timeout: 300_000 };

/** What the register of the village comes to, and what is left of the team's places. */
async function counted(): Promise<{ signed: number; free: number; unsigned: number }> {
  const rates = await doctor.get<{ careTeams: { careTeamId: string; rates: { numerator: number }[] }[] }>(
    `/signing/institutions/${TOWN}/rates`,
  );
  const team = rates.careTeams.find(({ careTeamId }) => careTeamId === TEAM);
  const { freePlaces } = await doctor.get<{ freePlaces: number }>(`/signing/care-teams/${TEAM}`);
  const gap = `/signing/institutions/${TOWN}/divisions/${VILLAGE}/must-cover?group=POVERTY`;
  const { residents } = await doctor.get<{ residents: unknown[] }>(gap);
  return { signed: team?.rates[0]?.numerator ?? 0, free: freePlaces, unsigned: residents.length };
}

describe('a register of residents', TIMEOUT, () => {
  test('is imported, in any of the usual forms, and a second time doubles nothing', async () => {
    const rows = [RESIDENTS, ...[1, 2, 3].map((index) => residentRow(index, '贫困户'))];
    const file = fileOf(`\uFEFF${csvOf(rows)}`);
    expect(await imported(city, 'residents', file)).toMatchObject({ entered: 3, known: 0, faulty: 0 });
    expect((await counted()).unsigned).toBe(3);
    const turned = [RESIDENTS.toReversed(), ...rows.slice(1).map((row) => row.toReversed())];
    const again = await imported(city, 'residents', fileOf(csvOf(turned)));
    expect(again).toMatchObject({ entered: 0, known: 3, faulty: 0 });
    expect(existsSync(again.faultsFile)).toBe(false);
    expect((await counted()).unsigned).toBe(3);
  });

  test('gives back faulty rows with row, column and reason; mended, they go in', async () => {
    const spoilt = [
      RESIDENTS,
      ['x', numberOf(11), '12', VILLAGE, ''],
      residentRow(12),
      ['李明', '4.10425E+17', '', '4104', '外星人'],
      ['', '', '', '', ''],
      ['少了两列', numberOf(13)],
      [...residentRow(15).slice(0, 3), '4104', '外星人'],
      ['另一个人', numberOf(12), '', VILLAGE, ''],
      [...residentRow(14, '低保、特困人员；高血压'), '', ''],
    ];
    const file = fileOf(csvOf(spoilt));
    const first = await imported(city, 'residents', file);
    expect(first).toMatchObject({ entered: 2, known: 0, faulty: 5 });
    const faults = faultsIn(first);
    expect(faults.map((row) => [row['出错行号'], row['出错列'], row['错误代码']])).toEqual([
      ['2', '手机号', 'invalid_format'],
      ['4', '身份证号', 'ID_NUMBER_LENGTH'],
      ['6', '', 'COLUMN_COUNT'],
      ['7', '居住地区划代码；重点人群', 'invalid_format；invalid_value'],
      ['8', '姓名', 'NAME_MISMATCH'],
    ]);
    expect(faults.every((row) => /\p{Script=Han}/u.test(String(row['错误说明'])))).toBe(true);
    const mended = readFileSync(first.faultsFile, 'utf8')
      .split('\r\n')
      .map((line) => {
        const [, , , , , ...ours] = line.split(',');
        const row = ours[0];
        if (row === '2') return [nameOf(11), numberOf(11), '', VILLAGE, '', ...ours].join(',');
        return line;
      });
    writeFileSync(first.faultsFile, mended.join('\r\n'));
    const second = await imported(city, 'residents', first.faultsFile);
    expect(second).toMatchObject({ entered: 1, known: 0, faulty: 4 });
    // Told once, with the columns of the register and ours, and never over a file that somebody mended.
    expect(second.faultsFile).not.toBe(first.faultsFile);
    expect(Object.keys(faultsIn(second)[0] ?? {})).toEqual(Object.keys(faults[0] ?? {}));
    expect((await imported(city, 'residents', file)).faultsFile).toMatch(/faults-2\.csv$/);
  });

  test('with wrong columns is refused before anything is sent', async () => {
    const file = fileOf(
      csvOf([
        ['姓名', '证件号', '居住地区划代码', '姓名'],
        ['王小明', numberOf(21), VILLAGE, ''],
      ]),
    );
    await expect(imported(city, 'residents', file)).rejects.toThrow(
      'the first row does not name the columns: 姓名 is there twice, 身份证号 is missing',
    );
    await expect(imported(city, 'residents', fileOf(''))).rejects.toThrow('is empty');
    await expect(imported(city, 'residents', `${file}.no`)).rejects.toThrow('cannot be read');
  });

  test('names the row of a quote that is never closed; mended, the file goes in', async () => {
    const rows = csvOf([RESIDENTS, ...Array.from({ length: 120 }, (_, index) => residentRow(100 + index))]);
    const file = fileOf(`${rows}"王小明,${numberOf(300)},,${VILLAGE},\r\n${'x\r\n'.repeat(40_000)}`);
    await expect(imported(city, 'residents', file)).rejects.toThrow('row 122');
    const mended = fileOf(rows);
    const { known, entered } = await imported(city, 'residents', mended);
    expect(known + entered).toBe(120);
  });
});

describe('a register of contracts', TIMEOUT, () => {
  test('needs no other before it, and takes each resident once, however often they stand in it', async () => {
    const before = await counted();
    const [year, month, day] = yesterday.split('-').map(Number);
    const rows = [
      SIGNINGS,
      ...[31, 32, 31, 33].map((index) => signingRow(index, `${year}/${month}/${day}`)),
      signingRow(34, '2020/1/1'),
      signingRow(35, yesterday, 'team-410425102-1'),
    ];
    const done = await imported(city, 'signings', fileOf(csvOf(rows)));
    expect(done).toMatchObject({ entered: 3, known: 1, faulty: 2 });
    expect(faultsIn(done).map((row) => [row['出错列'], row['错误代码']])).toEqual([
      ['签约日期', 'TERM_NOT_RUNNING'],
      ['签约团队编号', 'CARE_TEAM_NOT_FOUND'],
    ]);
    const after = await counted();
    expect([after.signed - before.signed, before.free - after.free]).toEqual([3, 3]);
  });

  test('goes on after kill -9 in the middle, and doubles nothing', async () => {
    const before = await counted();
    const rows = Array.from({ length: 400 }, (_, index) =>
      signingRow(1_000 + index, index % 40 === 7 ? '2020-01-01' : yesterday),
    );
    const file = fileOf(csvOf([SIGNINGS, ...rows]));
    const args = ['signings', file, '--url', city.url];
    const progress = `${file}.progress.json`;
    await city.clock.advance('PT31S');
    expect((await command(args, () => existsSync(progress))).code).toBeNull();
    const halfway = JSON.parse(readFileSync(progress, 'utf8')).row;
    expect(halfway).toBeLessThan(400);
    await city.clock.advance('PT31S');
    const resumed = await command(args);
    expect(resumed.code).toBe(2);
    expect(resumed.out).toContain(`goes on after row ${halfway}`);
    expect(resumed.out).toContain('10 faulty');
    expect(existsSync(progress)).toBe(false);
    const after = await counted();
    expect([after.signed - before.signed, before.free - after.free]).toEqual([390, 390]);
    const again = await imported(city, 'signings', file);
    expect(again).toMatchObject({ entered: 0, known: 390, faulty: 10 });
  });
});

test('says how it is used, and what is wrong with how it was', TIMEOUT, async () => {
  expect(await command(['--help'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('npm run import'),
  });
  expect(await command(['patients', 'x.csv'])).toMatchObject({
    code: 1,
    out: expect.stringContaining('residents'),
  });
  const file = fileOf(csvOf([RESIDENTS, residentRow(41)]));
  const nobody = await command(['residents', file, '--url', city.url, '--login', 'zhongtou-doctor']);
  expect(nobody).toMatchObject({ code: 1, out: expect.stringContaining('FORBIDDEN') });
});
