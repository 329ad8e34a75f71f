import fc from 'fast-check';
import { readSheet } from 'read-excel-file/node';
import { expect, test } from 'vitest';
import { payment } from '../../../functions/payment/context.ts';
import { csvOf } from '../../../functions/payment/export-csv.ts';
import { xlsxOf } from '../../../functions/payment/export-xlsx.ts';
import { payeeAccount } from '../../../functions/payment/ledger.ts';
import { ledgerSum } from '../../../functions/payment/ledger-queries.ts';
import { askRefund } from '../../../functions/payment/request-refund.ts';
import { createApi } from '../../../shared/http/api.ts';
import { formatYuan, parseYuan } from '../../../shared/kernel/fen.ts';
import { door, staff } from '../booking/door.ts';
import { LAMBDA } from '../booking/scene.ts';
import { DAY, ledgerOf, paid } from './bill-scene.ts';
import {
  ACCOUNT,
  atTheWindow,
  CLINIC,
  foreignCharge,
  HOSPITAL,
  ME,
  MINUTE,
  OPENID,
  paymentScene,
} from './scene.ts';

type Scene = Awaited<ReturnType<typeof paymentScene>>;

const TITLES = [
  '时间',
  '类型',
  '商户订单号',
  '微信订单号',
  '费用编号',
  '费用类别',
  '收支金额（元）',
  '统筹支付（元）',
  '个人账户（元）',
  '个人自付（元）',
  '支付方式',
  '退款单号',
  '结算单号',
];

/** A day with everything: a combined payment, one at the window, a partial refund, and the clinic's own. */
async function busyDay(): Promise<Scene> {
  const scene = await paymentScene();
  const settlement = await paid(scene, [2_001], [3_050, CLINIC]);
  await paid(scene, [15_050]);
  await foreignCharge(scene, {
    owner: 'dispensing',
    chargeId: 'drugs-1',
    amountFen: 8_808,
    category: 'MEDICATION',
  });
  await atTheWindow(scene, ['drugs-1']);
  await askRefund(scene.deps, settlement.settlementId, {
    chargeId: settlement.lines[0]?.chargeId ?? '',
    key: 'some',
    reason: '部分退费',
    by: 'clerk',
    amountFen: 99,
  });
  await scene.pass(5 * MINUTE);
  return scene;
}

/** The file as the browser gets it. */
async function download(scene: Scene, format: string, as: string, institutionId = HOSPITAL) {
  const api = createApi(payment, scene.deps);
  const path = `/payment/institutions/${institutionId}/days/${DAY}/export`;
  const answer = await api(
    {
      rawPath: path,
      headers: { authorization: `Bearer ${as}` },
      queryStringParameters: { format },
      requestContext: { http: { method: 'GET', path }, requestId: 'edge' },
      isBase64Encoded: false,
    } as unknown as Parameters<typeof api>[0],
    LAMBDA as unknown as Parameters<typeof api>[1],
  );
  return { status: answer.statusCode, headers: answer.headers, bytes: Buffer.from(answer.body, 'base64') };
}

/** RFC 4180, read by somebody who did not write it. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let cells: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  for (let found = field.exec(text); found !== null; found = field.exec(text)) {
    cells.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    if (found[3] === ',') continue;
    rows.push(cells);
    cells = [];
  }
  return rows;
}

async function earnedFen(scene: Scene, institutionId: string): Promise<number> {
  return -(ledgerSum(await ledgerOf(scene)).byAccount.get(payeeAccount(institutionId)) ?? 0);
}

test('a CSV has one row a movement, and its total is the ledger’s to the fen', async () => {
  const scene = await busyDay();
  const { status, headers, bytes } = await download(
    scene,
    'csv',
    await staff(scene.deps, 'clerk-1', ['clerk']),
  );
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/csv; charset=utf-8');
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  const [titles, ...rows] = readCsv(bytes.toString('utf8').slice(1));
  expect(titles).toEqual(TITLES);
  expect(rows.map((row) => row[6]).toSorted()).toEqual(['-0.99', '150.50', '20.01', '88.08']);
  const total = rows.reduce((sum, row) => sum + parseYuan(row[6] ?? ''), 0);
  expect(total).toBe(await earnedFen(scene, HOSPITAL));
  expect(rows.map((row) => row[10]).toSorted()).toEqual(['微信支付', '微信支付', '微信支付', '窗口现金']);
  const refund = rows.find((row) => row[1] === '退款');
  expect(refund?.[0]).toMatch(/^2026-03-02 08:\d\d:\d\d$/);
  expect(refund?.[11]).toMatch(/^R[0-9a-f]{25}$/);
  expect(refund?.[3]).toMatch(/^\d{28}$/);
});

test('a workbook is read back by another reader with the same cells and the same total', async () => {
  const scene = await busyDay();
  const clerk = await staff(scene.deps, 'clerk-1', ['clerk']);
  const { headers, bytes } = await download(scene, 'xlsx', clerk);
  expect(headers['content-disposition']).toContain('.xlsx');
  const [titles, ...rows] = await readSheet(bytes);
  expect(titles).toEqual(TITLES);
  const csv = await download(scene, 'csv', clerk);
  const [, ...lines] = readCsv(csv.bytes.toString('utf8').slice(1));
  const asText = rows.map((row) =>
    row.map((cell) => (typeof cell === 'number' ? formatYuan(Math.round(cell * 100)) : (cell ?? ''))),
  );
  expect(asText).toEqual(lines);
  expect(rows[0]?.map((cell) => typeof cell).slice(6, 10)).toEqual(['number', 'number', 'number', 'number']);
  const total = rows.reduce((sum, row) => sum + Math.round(Number(row[6]) * 100), 0);
  expect(total).toBe(await earnedFen(scene, HOSPITAL));
});

test('the summary of a day counts by method and category, and is the ledger’s to the fen', async () => {
  const scene = await busyDay();
  const ask = door(scene.deps, payment);
  const as = await staff(scene.deps, 'clerk-1', ['clerk']);
  const { status, body } = await ask('GET', `/payment/institutions/${HOSPITAL}/days/${DAY}/summary`, { as });
  expect(status).toBe(200);
  expect(body).toEqual({
    institutionId: HOSPITAL,
    day: DAY,
    payments: 3,
    paidFen: 25_859,
    refunds: 1,
    refundedFen: 99,
    netFen: 25_760,
    parts: [
      { kind: 'PAYMENT', method: 'CASH', category: 'MEDICATION', count: 1, fen: 8_808 },
      { kind: 'PAYMENT', method: 'WECHAT', category: 'EXAMINATION', count: 2, fen: 17_051 },
      { kind: 'REFUND', method: 'WECHAT', category: 'EXAMINATION', count: 1, fen: 99 },
    ],
  });
  expect(await earnedFen(scene, HOSPITAL)).toBe(25_760);
  const nothing = await ask('GET', `/payment/institutions/${HOSPITAL}/days/2026-03-01/summary`, { as });
  expect(nothing.body).toMatchObject({ payments: 0, netFen: 0, parts: [] });
});

test('P2: the day’s postings sum up to nothing, each and all together', async () => {
  const scene = await busyDay();
  const postings = await ledgerOf(scene);
  expect(postings).toHaveLength(4);
  const { sumFen, unbalanced, byAccount } = ledgerSum(postings);
  expect({ sumFen, unbalanced }).toEqual({ sumFen: 0, unbalanced: [] });
  expect(byAccount.get(payeeAccount(CLINIC))).toBe(-3_050);
  const [first, ...others] = postings;
  if (first === undefined) throw new Error('no posting');
  const spoilt = {
    ...first,
    lines: first.lines.map((line, index) => ({ ...line, fen: line.fen + (index ? 0 : 1) })),
  };
  expect(ledgerSum([spoilt, ...others])).toMatchObject({ sumFen: 1, unbalanced: [first.postingId] });
});

test('an export says nothing of patients', async () => {
  const scene = await busyDay();
  const clerk = await staff(scene.deps, 'clerk-1', ['clerk']);
  const csv = await download(scene, 'csv', clerk);
  const text = `${csv.bytes.toString('utf8')}${csv.headers['content-disposition']}`;
  const cells = (await readSheet((await download(scene, 'xlsx', clerk)).bytes)).flat().join(' ');
  for (const personal of [ME, ACCOUNT, OPENID]) {
    expect(text).not.toContain(personal);
    expect(cells).not.toContain(personal);
  }
});

test('another institution’s clerk, the authority and a patient are refused', async () => {
  const scene = await paymentScene();
  const others = [
    await staff(scene.deps, 'clerk-2', ['clerk'], { institutionId: CLINIC }),
    await staff(scene.deps, 'doctor-1', ['practitioner'], { practitionerId: 'doctor1' }),
    await staff(scene.deps, 'authority-1', ['health-authority'], { institutionId: 'bureau' }),
  ];
  for (const as of others) expect((await download(scene, 'csv', as)).status).toBe(403);
  const own = await staff(scene.deps, 'administrator-1', ['institution-administrator']);
  expect((await download(scene, 'csv', own)).status).toBe(200);
  expect((await download(scene, 'pdf', own)).status).toBe(400);
});

test('what a spreadsheet would take for a formula leaves a CSV as text, and quotes and commas stay what they are', () => {
  const dangerous = [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '＝1',
    'a,b',
    'say "so"',
    'two\r\nlines',
    '平常',
  ];
  const text = Buffer.from(csvOf({ titles: dangerous, rows: [[{ fen: -5 }, '-5']] })).toString('utf8');
  expect(readCsv(text.slice(1))).toEqual([
    ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "'＝1", 'a,b', 'say "so"', 'two\r\nlines', '平常'],
    ['-0.05', "'-5"],
  ]);
});

test('what means something in XML is text in a workbook', async () => {
  const texts = ['<t>', '&amp;', 'a & b', '"', ']]>', ' edges '];
  const bytes = Buffer.from(xlsxOf({ titles: texts, rows: [] }, Date.parse('2026-03-02T00:00:00Z')));
  expect(await readSheet(bytes, { trim: false })).toEqual([texts]);
});

test('whatever stands in a cell, both files give it back, and never as a formula', async () => {
  const cell = fc
    .string({ unit: 'binary', maxLength: 12 })
    .filter((text) => !/[\p{Cc}\uFFFE\uFFFF]/u.test(text));
  await fc.assert(
    fc.asyncProperty(
      fc.array(cell, { minLength: 2, maxLength: 4 }),
      fc.maxSafeInteger(),
      async (texts, big) => {
        const fen = big % 10_000_000_000;
        const table = {
          titles: ['first', ...texts.map((_, index) => `t${index}`)],
          rows: [[{ fen }, ...texts]],
        };
        const [, fromCsv] = readCsv(Buffer.from(csvOf(table)).toString('utf8').slice(1));
        expect(fromCsv?.[0]).toBe(formatYuan(fen));
        for (const [index, text] of texts.entries()) {
          const read = fromCsv?.[index + 1] ?? '';
          expect(/^[=+\-@\s＝＋－＠]/u.test(read)).toBe(false);
          expect(read.replace(/^'/, '')).toBe(text.replace(/^'/, ''));
        }
        const [, fromXlsx = []] = await readSheet(
          Buffer.from(xlsxOf(table, Date.parse('2026-03-02T00:00:00Z'))),
          {
            trim: false,
          },
        );
        expect(Math.round(Number(fromXlsx[0]) * 100)).toBe(fen);
        expect(texts.map((_, index) => fromXlsx[index + 1] ?? '')).toEqual(texts);
      },
    ),
    { numRuns: 60 },
  );
});
