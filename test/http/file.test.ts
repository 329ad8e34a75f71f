import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { relationItem } from '../../shared/access/care-relations.ts';
import { allow, none, patient } from '../../shared/access/grants.ts';
import { route } from '../../shared/context.ts';
import { contentDisposition } from '../../shared/http/content-disposition.ts';
import { type FileAnswer, file, MOST_FILE_BYTES } from '../../shared/http/file-answer.ts';
import { call } from './edge.ts';
import { onLaptop } from './laptop.ts';
import { residentToken, staffToken } from './logins.ts';
import { smallCity, smallErrors } from './small-context.ts';

const CSV = 'text/csv; charset=utf-8';
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

type Statement = FileAnswer<typeof CSV | typeof XLSX>;
const usual: Statement = {
  fileName: '对账单 2026-03.csv',
  contentType: CSV,
  bytes: Buffer.from('\uFEFF金额\r\n1\r\n'),
};
let answered: Statement | Error = usual;

const { api, deps } = smallCity([
  route({
    method: 'GET',
    path: '/things/statement',
    summary: '下载对账单',
    access: allow('clerk', none),
    response: file(CSV, XLSX),
    errors: ['THING_GONE'],
    handle: async () => {
      if (answered instanceof Error) throw answered;
      return answered;
    },
  }),
  route({
    method: 'POST',
    path: '/things/patients/{patientId}/exports',
    summary: '导出',
    access: allow('resident', patient()),
    request: { params: z.object({ patientId: z.string() }), body: z.object({ from: z.string() }) },
    response: file('application/octet-stream'),
    status: 201,
    audit: {
      subject: 'export',
      action: 'READ',
      of: ({ params, response }) => [{ patientId: params.patientId, subjectId: response.fileName }],
    },
    handle: async (_deps, { body }) => ({
      fileName: 'export.bin',
      contentType: 'application/octet-stream' as const,
      bytes: Buffer.from(body.from),
    }),
  }),
]);

const token = await staffToken(deps, 'clerk');

beforeEach(() => {
  answered = usual;
  deps.lines.length = 0;
});

function download(headers: Record<string, string> = {}) {
  return call(api, 'GET /things/statement', { token, headers });
}

describe('a file', () => {
  it('goes out byte by byte, as an attachment that nobody on the way keeps or guesses the type of', async () => {
    const bytes = Buffer.from(Array.from({ length: 5_000 }, (_, index) => index % 256));
    answered = { fileName: 'report.xlsx', contentType: XLSX, bytes };
    const answer = await download({ 'accept-encoding': 'gzip', 'if-none-match': '*' });
    expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: true });
    expect(answer.bytes.equals(bytes)).toBe(true);
    expect(answer.headers).toEqual({
      'content-type': XLSX,
      'content-disposition': `attachment; filename="report.xlsx"; filename*=UTF-8''report.xlsx`,
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      'strict-transport-security': 'max-age=31536000',
    });
  });

  it('that is a part of longer bytes goes out as that part', async () => {
    answered = { ...usual, bytes: new Uint8Array(Buffer.from('before-text-after')).subarray(7, 11) };
    expect((await download()).text).toBe('text');
  });

  it('may be empty', async () => {
    answered = { ...usual, bytes: new Uint8Array() };
    expect(await download()).toMatchObject({ statusCode: 200, text: '' });
  });

  it('is refused in JSON like everything else', async () => {
    answered = smallErrors.refusal('THING_GONE');
    const answer = await download();
    expect(answer).toMatchObject({ statusCode: 410, json: { code: 'THING_GONE' } });
    expect(answer.headers['content-disposition']).toBeUndefined();
    expect(await call(api, 'GET /things/statement')).toMatchObject({ statusCode: 401 });
    const nurse = await staffToken(deps, 'nurse');
    expect(await call(api, 'GET /things/statement', { token: nurse })).toMatchObject({ statusCode: 403 });
  });

  it('may be as long as Lambda takes it and no longer', async () => {
    answered = { ...usual, bytes: new Uint8Array(MOST_FILE_BYTES) };
    const { statusCode, body } = await download();
    expect(statusCode).toBe(200);
    expect(body.length).toBeLessThan(6 * 1024 * 1024 - 200_000);
    answered = { ...usual, bytes: new Uint8Array(MOST_FILE_BYTES + 1) };
    expect((await download()).statusCode).toBe(500);
  });

  it.each<[string, object]>([
    ['of a type that the route does not declare', { contentType: 'text/html' }],
    ['whose name breaks the header', { fileName: 'a\r\nset-cookie: b' }],
    ['whose name is a path', { fileName: '../a.csv' }],
    ['whose name turns its direction', { fileName: 'a\u202evsc.exe' }],
    ['whose name is half a character', { fileName: 'a\ud800.csv' }],
    ['without a name', { fileName: '' }],
    ['of text instead of bytes', { bytes: 'text' }],
  ])('%s is a defect that tells nothing', async (_, wrong) => {
    answered = { ...usual, ...wrong };
    const answer = await download();
    expect(answer).toMatchObject({ statusCode: 500, json: { code: 'INTERNAL' } });
    expect(answer.headers['content-disposition']).toBeUndefined();
    expect(deps.lines.map(({ code }) => code)).toContain('HTTP_DEFECT');
  });

  it('of a patient is written down before it leaves', async () => {
    await deps.table.put(
      relationItem({
        patientId: 'p1',
        kind: 'SELF',
        holderId: 'resident-1',
        since: '2026-01-01T00:00:00.000Z',
      }),
    );
    const answer = await call(api, 'POST /things/patients/p1/exports', {
      token: await residentToken(deps),
      key: 'key-12345',
      body: { from: '2026-03-01' },
    });
    expect(answer).toMatchObject({ statusCode: 201, text: '2026-03-01' });
    expect(deps.all().filter(({ pk }) => pk.startsWith('audit#p1'))).toHaveLength(1);
  });

  it('comes through the laptop whole', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 128, 0xc3, 0x28]);
    answered = { ...usual, bytes };
    const port = await onLaptop(api, deps);
    const response = await fetch(`http://127.0.0.1:${port}/things/statement`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.headers.get('content-type')).toBe(CSV);
    expect(response.headers.get('content-disposition')).toContain('%E5%AF%B9%E8%B4%A6%E5%8D%95');
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
  });
});

describe("a file's name", () => {
  it.each([
    ['report-2026.csv', `filename="report-2026.csv"; filename*=UTF-8''report-2026.csv`],
    [
      '对账单 2026-03.csv',
      `filename="_ 2026-03.csv"; filename*=UTF-8''%E5%AF%B9%E8%B4%A6%E5%8D%95%202026-03.csv`,
    ],
    // RFC 8187 §3.2.2
    ['£ and € rates', `filename="_ and _ rates"; filename*=UTF-8''%C2%A3%20and%20%E2%82%AC%20rates`],
    [`a"b;c%41'd*.csv`, `filename="a_b_c_41_d_.csv"; filename*=UTF-8''a%22b%3Bc%2541%27d%2A.csv`],
    ['明细(一).csv', `filename="_(_).csv"; filename*=UTF-8''%E6%98%8E%E7%BB%86%28%E4%B8%80%29.csv`],
    ['🏥.csv', `filename="_.csv"; filename*=UTF-8''%F0%9F%8F%A5.csv`],
  ])('%s is told in ASCII and whole', (name, expected) => {
    const header = contentDisposition(name);
    expect(header).toBe(`attachment; ${expected}`);
    const [, encoded = ''] = header.split("UTF-8''");
    expect(decodeURIComponent(encoded)).toBe(name);
    expect(encoded).toMatch(/^(?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-F]{2})*$/);
  });
});
