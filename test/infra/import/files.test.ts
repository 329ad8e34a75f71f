import { readFileSync, rmSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FaultsFile, newFaultsFile, placeToGoOn } from '../../../infra/import/faults-file.ts';
import { groupsIn } from '../../../infra/import/groups.ts';
import { readHeader } from '../../../infra/import/header.ts';
import { inspectFile } from '../../../infra/import/inspect-file.ts';
import { type Row, readRows } from '../../../infra/import/read-rows.ts';
import { registerOf } from '../../../infra/import/registers.ts';
import { csvOf, fileOf, SIGNINGS } from './registers.ts';

async function rowsOf(content: string | Uint8Array): Promise<readonly Row[]> {
  const file = fileOf(content);
  const rows: Row[] = [];
  for await (const row of readRows(file, await inspectFile(file))) rows.push(row);
  return rows;
}

/** Two bytes each, as Excel in China saves them. */
const GBK = new Map<string, readonly number[]>();
const gbk = new TextDecoder('gb18030');
for (let high = 0xb0; high <= 0xf7; high += 1)
  for (let low = 0xa1; low <= 0xfe; low += 1) GBK.set(gbk.decode(Uint8Array.of(high, low)), [high, low]);

function inGbk(text: string): Uint8Array {
  return Uint8Array.from([...text].flatMap((character) => GBK.get(character) ?? character.charCodeAt(0)));
}

const cell = fc.stringMatching(/^[\p{Script=Han}a-z0-9",;\n ]{0,12}$/u).filter((text) => {
  return [...text].every((character) => GBK.has(character) || character < '\u0080');
});
const table = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 12 });

describe('a file', () => {
  test('is read cell by cell, row by row, in each encoding that spreadsheets save', async () => {
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const text = csvOf([['姓名', '备注', '其他'], ...rows]);
        const expected = [['姓名', '备注', '其他'], ...rows]
          .map((cells, index) => ({ row: index + 1, cells }))
          .filter(({ cells }) => cells.some((one) => one.trim() !== ''));
        for (const content of [text, `\uFEFF${text}`, inGbk(text)])
          expect(await rowsOf(content)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('of any bytes is read or refused in words, and never anything else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        await rowsOf(bytes).catch((error: Error) => expect(error.name).toBe('ImportError'));
      }),
      { numRuns: 150 },
    );
  });

  test('is told from another by one byte', async () => {
    const [one, other] = await Promise.all(['a\n', 'b\n'].map((text) => inspectFile(fileOf(text))));
    expect(one?.sha256).not.toBe(other?.sha256);
    expect((await inspectFile(fileOf(inGbk('身份证号')))).encoding).toBe('gb18030');
  });
});

describe('the first row', () => {
  const register = registerOf('signings');

  test('names columns in any order, in Chinese or in English, and those that nobody reads are told', () => {
    const header = readHeader(['序号', 'idNumber', ' 姓名 ', ...SIGNINGS.slice(3)], register);
    expect(header.positions.get('idNumber')).toBe(1);
    expect(header.positions.get('name')).toBe(2);
    expect(header.positions.has('phone')).toBe(false);
    expect(header.ignored).toEqual(['序号']);
  });

  test('without a column that is needed, or with one twice, is refused with all of them', () => {
    expect(() => readHeader(['姓名', 'name', '居住地区划代码'], register)).toThrow(
      '姓名 is there twice, 身份证号 is missing, 签约团队编号 is missing, 签约日期 is missing',
    );
  });
});

describe('the faults of an import that broke off', () => {
  const header = readHeader([...SIGNINGS], registerOf('signings'));
  const fault = { column: '姓名', code: 'NAME_DIFFERS', message: '姓名不符' };
  const add = (name: string, bytes: number, row: number): number => {
    const faults = new FaultsFile(name, header, bytes);
    const written = faults.add([{ row, cells: SIGNINGS.map(() => 'x'), faults: [fault] }]);
    faults.close({ keep: true });
    return written;
  };

  test('go on in their file, and in a new one, whole, where that has been taken away', () => {
    const file = fileOf('');
    const faultsFile = newFaultsFile(file);
    const left = { faultsFile, faultsBytes: add(faultsFile, 0, 2) };
    expect(placeToGoOn(file, left)).toEqual(left);
    rmSync(faultsFile);
    const place = placeToGoOn(file, left);
    add(place.faultsFile, place.faultsBytes, 3);
    const text = readFileSync(place.faultsFile, 'utf8');
    expect(text).toMatch(/^\uFEFF姓名/);
    expect(text).not.toContain('\u0000');
  });
});

test.each([
  ['', []],
  ['贫困户', ['POVERTY']],
  ['低保、特困人员', ['LOW_INCOME']],
  ['高血压、糖尿病；老年人', ['HYPERTENSION', 'DIABETES', 'ELDERLY']],
  ['DISABLED|残疾人', ['DISABLED']],
  ['外星人', ['外星人']],
])('the cell “%s” lists %j', (text, codes) => {
  expect(groupsIn(text)).toEqual(codes);
});

test.each([
  ['2026/1/5', '2026-01-05'],
  ['2026-01-05', '2026-01-05'],
  ['2026年12月31日', '2026-12-31'],
  ['昨天', '昨天'],
])('the day %s is sent as %s', (text, day) => {
  const column = registerOf('signings').columns.find(({ field }) => field === 'signedOn');
  expect(column?.read(text)).toBe(day);
});
