import { beforeEach, describe, expect, test } from 'vitest';
import { payment } from '../../../functions/payment/context.ts';
import { payees, settlements } from '../../../functions/payment/store.ts';
import { loadPayees } from '../../../infra/local/city/load-payees.ts';
import { payeesOf } from '../../../infra/local/city/merchants.ts';
import { readCity } from '../../../infra/local/city/read-city.ts';
import { testDeps } from '../../support/deps.ts';
import { type Door, door, staff } from '../booking/door.ts';
import {
  foreignCharge,
  HOSPITAL,
  heldAppointment,
  MERCHANTS,
  opened,
  type PaymentScene,
  paymentScene,
} from './scene.ts';

const PAYEE = `/payment/institutions/${HOSPITAL}/payee`;

describe('a payee', () => {
  let scene: PaymentScene;
  let ask: Door;
  let authority: string;

  beforeEach(async () => {
    scene = await paymentScene();
    ask = door(scene.deps, payment);
    await scene.deps.table.put({ pk: `institution#${HOSPITAL}`, sk: 'place', ancestors: ['bureau'] });
    authority = await staff(scene.deps, 'acc-authority', ['health-authority'], { institutionId: 'bureau' });
  });

  test('is put by a health authority for an institution below it, with who did it and when', async () => {
    const body = { mchid: MERCHANTS.clinic };
    const answer = await ask('PUT', PAYEE, { as: authority, body });
    expect(answer).toMatchObject({ status: 200, body: { institutionId: HOSPITAL, mchid: MERCHANTS.clinic } });
    expect(await payees.get(scene.deps.table, HOSPITAL)).toMatchObject({
      mchid: MERCHANTS.clinic,
      putBy: 'acc-authority',
      putAt: '2026-03-02T00:00:00.000Z',
    });
  });

  test('that is changed and changed back leaves a trace of both, for those of the house and above it', async () => {
    for (const mchid of [MERCHANTS.clinic, MERCHANTS.hospital]) {
      scene.deps.clock.advance(60_000);
      await ask('PUT', PAYEE, { as: authority, body: { mchid } });
    }
    const administrator = (institutionId: string) =>
      staff(scene.deps, `admin-${institutionId}`, ['institution-administrator'], { institutionId });
    const put = (mchid: string, putBy: string, minute: number) => ({
      institutionId: HOSPITAL,
      mchid,
      putBy,
      putAt: `2026-03-02T00:0${minute}:00.000Z`,
    });
    const last = put(MERCHANTS.hospital, 'acc-authority', 2);
    const history = [
      last,
      put(MERCHANTS.clinic, 'acc-authority', 1),
      put(MERCHANTS.hospital, 'authority', 0),
    ];
    for (const as of [authority, await administrator(HOSPITAL)]) {
      const { status, body } = await ask('GET', PAYEE, { as });
      expect([status, body]).toEqual([200, { payee: last, history }]);
    }
    const elsewhere = await administrator('jx-clinic');
    expect(await ask('GET', PAYEE, { as: elsewhere })).toMatchObject({ status: 403 });
  });

  test('that nobody has put has no history', async () => {
    await scene.deps.table.put({ pk: 'institution#jx-third', sk: 'place', ancestors: ['bureau'] });
    const answer = await ask('GET', '/payment/institutions/jx-third/payee', { as: authority });
    expect(answer).toMatchObject({ status: 200, body: { history: [] } });
    expect(answer.body).not.toHaveProperty('payee');
  });

  test('that is changed takes what is paid from now on; what is under way stays with the old one', async () => {
    const held = await heldAppointment(scene);
    const { settlement } = await opened(scene, [held]);
    await ask('PUT', PAYEE, { as: authority, body: { mchid: MERCHANTS.clinic } });
    const before = await settlements.get(scene.deps.table, settlement.settlementId);
    expect(before?.orders).toMatchObject([{ mchid: MERCHANTS.hospital }]);
    const later = await heldAppointment(scene, 'pat00002', { practitionerId: 'doctor2' });
    expect((await opened(scene, [later])).settlement.orders).toMatchObject([{ mchid: MERCHANTS.clinic }]);
  });

  test.each([
    ['no number', {}, 'mchid'],
    ['a number that is none', { mchid: '12345' }, 'mchid'],
    ['a sub-merchant that is none', { mchid: MERCHANTS.clinic, subMchid: 'x' }, 'subMchid'],
  ])('with %s is refused, and the field is named', async (_, body, path) => {
    const answer = await ask('PUT', PAYEE, { as: authority, body });
    expect(answer).toMatchObject({ status: 400, body: { fields: [{ in: 'body', path }] } });
    expect((await payees.get(scene.deps.table, HOSPITAL))?.mchid).toBe(MERCHANTS.hospital);
  });

  test('below a service provider is asked for under both numbers', async () => {
    const body = { mchid: MERCHANTS.combining, subMchid: '1900425777' };
    await ask('PUT', PAYEE, { as: authority, body });
    expect(await payees.get(scene.deps.table, HOSPITAL)).toMatchObject(body);
  });

  test('shared by two institutions makes one order, of which each has its line', async () => {
    await ask('PUT', PAYEE, { as: authority, body: { mchid: MERCHANTS.clinic } });
    const held = await heldAppointment(scene);
    const other = await foreignCharge(scene, {
      owner: 'laboratory',
      chargeId: 'lab-1',
      payeeId: 'jx-clinic',
    });
    const { settlement } = await opened(scene, [held, { ...held, charge: other }]);
    expect(settlement.orders).toMatchObject([{ mchid: MERCHANTS.clinic, totalFen: 17_050 }]);
    expect(settlement.combinedBy).toBeUndefined();
    expect(settlement.lines.map(({ payeeId }) => payeeId)).toEqual([HOSPITAL, 'jx-clinic']);
  });
});

test('the demo county’s institutions have one each, put when the city is loaded', async () => {
  const folder = 'infra/local/city/jiaxian';
  const deps = testDeps();
  await loadPayees(deps, folder);
  await loadPayees(deps, folder);
  const expected = payeesOf(readCity(folder));
  expect(deps.all().filter(({ sk }) => sk === 'account')).toHaveLength(expected.size);
  expect(expected.size).toBeGreaterThan(300);
  for (const [institutionId, mchid] of expected)
    expect(await payees.get(deps.table, institutionId)).toMatchObject({ institutionId, mchid });
});
