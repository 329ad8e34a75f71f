import { describe, expect, it } from 'vitest';
import { listAccess } from '../../../shared/privacy/audit.ts';
import { type Answer, expectOk, HOSPITAL, idNumber, NOTICE, type Scene, scene } from './scene.ts';

const LIN = { name: '林晓梅', idNumber: idNumber('19880721', '982') };
const ZHAO = { name: '赵大山', idNumber: idNumber('19520101', '001'), phone: '13800000009' };

async function page(
  { call, staffToken }: Scene,
  lines: readonly object[],
  more: object = {},
): Promise<Answer> {
  const body = { lines, noticeVersion: NOTICE, ...more };
  return call('POST', `/identity/institutions/${HOSPITAL}/patient-register`, {
    token: await staffToken(),
    body,
  });
}

async function linesOf(made: Scene, lines: readonly object[]): Promise<readonly Record<string, unknown>[]> {
  return (await expectOk(page(made, lines))).body.lines;
}

describe('a page of a register', () => {
  it('registers whoever is not, with everything that a desk leaves behind, and finds the others', async () => {
    const made = await scene();
    const { patientId } = await made.resident('lin', LIN);
    const [known, fresh] = await linesOf(made, [LIN, ZHAO]);
    expect(known).toEqual({ patientId, isNew: false });
    expect(fresh).toMatchObject({ isNew: true });
    const id = String(fresh?.['patientId']);
    expect(made.items(`patient#${id}`)).toHaveLength(1);
    expect(made.events.filter(({ data }) => data['patientId'] === id)).toMatchObject([
      { type: 'identity.patient-registered' },
    ]);
    for (const [who, action] of [
      [patientId, 'READ'],
      [id, 'WRITE'],
    ] as const) {
      const { items } = await listAccess(made.deps.table, who);
      expect(items.filter(({ purpose }) => purpose === 'register')).toMatchObject([{ action }]);
    }
    const stored = JSON.stringify(made.items('identity#patient#'));
    for (const personal of [ZHAO.name, ZHAO.idNumber, ZHAO.phone]) expect(stored).not.toContain(personal);
  });

  it('is answered the same when it comes again, and doubles nobody who stands on it twice', async () => {
    const made = await scene();
    const first = await linesOf(made, [LIN, ZHAO, LIN]);
    expect(first.map(({ isNew }) => isNew)).toEqual([true, true, false]);
    const again = await linesOf(made, [LIN, ZHAO, LIN]);
    expect(again.map(({ patientId }) => patientId)).toEqual(first.map(({ patientId }) => patientId));
    expect(again.every(({ isNew }) => isNew === false)).toBe(true);
    expect(made.items('identity#id-number#')).toHaveLength(2);
  });

  it('tells every problem of a line by its field, and enters the rest', async () => {
    const made = await scene();
    await linesOf(made, [ZHAO]);
    const lines = await linesOf(made, [
      { name: 'x', idNumber: '11010519491231002Y' },
      { ...ZHAO, name: '赵小山' },
      LIN,
    ]);
    expect(lines).toMatchObject([
      {
        faults: [
          { field: 'name', code: 'NAME_FORMAT' },
          { field: 'idNumber', code: 'ID_NUMBER_LENGTH' },
        ],
      },
      { faults: [{ field: 'name', code: 'NAME_MISMATCH', message: '姓名与身份证号不匹配' }] },
      { isNew: true },
    ]);
  });

  it('takes nobody whom the authority does not know by this name, and tells apart that it did not answer', async () => {
    const made = await scene({
      verifier: {
        verify: async ({ name }) => (name === LIN.name ? { answer: 'mismatch' } : { answer: 'unavailable' }),
      },
    });
    const lines = await linesOf(made, [LIN, ZHAO]);
    expect(lines).toMatchObject([
      { faults: [{ field: 'name', code: 'NAME_MISMATCH' }] },
      { faults: [{ field: 'idNumber', code: 'VERIFIER_UNAVAILABLE' }] },
    ]);
    expect(made.items('identity#id-number#')).toEqual([]);
  });

  it('enters everybody once when two desks send it at once', async () => {
    const made = await scene();
    made.raceNext(2);
    const [one, other] = await Promise.all([linesOf(made, [LIN, ZHAO]), linesOf(made, [LIN, ZHAO])]);
    expect(one.map(({ patientId }) => patientId)).toEqual(other.map(({ patientId }) => patientId));
    expect([...one, ...other].filter(({ isNew }) => isNew === true)).toHaveLength(2);
    expect(made.items('identity#id-number#')).toHaveLength(2);
  });

  it('takes more people than a transaction holds', async () => {
    const made = await scene();
    const many = Array.from({ length: 60 }, (_, index) => ({
      name: '王小明',
      idNumber: idNumber(`19${String(10 + index)}0101`, '001'),
    }));
    const lines = await linesOf(made, many);
    expect(lines.every(({ isNew }) => isNew === true)).toBe(true);
    expect(new Set(lines.map(({ patientId }) => patientId)).size).toBe(60);
  });

  it('is a clerk’s, under the notice in force, and names malformed fields before anything is written', async () => {
    const made = await scene();
    expect((await page(made, [LIN], { noticeVersion: 'old' })).body).toMatchObject({
      code: 'NOTICE_OUTDATED',
      context: { noticeVersion: NOTICE },
    });
    const malformed = await page(made, [LIN, { ...ZHAO, phone: '12' }]);
    expect(malformed.body.fields).toMatchObject([{ path: 'lines.1.phone' }]);
    const token = await made.staffToken({ roles: ['family-doctor'] });
    const body = { lines: [LIN], noticeVersion: NOTICE };
    const path = `/identity/institutions/${HOSPITAL}/patient-register`;
    expect((await made.call('POST', path, { token, body })).status).toBe(403);
    expect(made.items('identity#id-number#')).toEqual([]);
  });
});
