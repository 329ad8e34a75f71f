import { beforeAll, describe, expect, test } from 'vitest';
import { payment } from '../../../functions/payment/context.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
import { type Door, door, resident, staff } from '../booking/door.ts';
import { HOSPITAL, ME } from './scene.ts';

/** Who may pass which door, written down apart from the code that decides it. */
const PAYER = ['self', 'guardian', 'family'];
const DESK = ['clerk', 'administrator', 'administrator above'];
const AUTHORITY = ['authority above'];
/** A merchant stands below no institution; nothing personal is behind its sums. */
const ANY_AUTHORITY = ['authority above', 'authority elsewhere'];
const ADMINISTRATOR = ['administrator', 'administrator above'];

const AT = '/payment/institutions/{institutionId}';

const MATRIX: Readonly<Record<string, readonly string[]>> = {
  'GET /payment/patients/{patientId}/charges': PAYER,
  'POST /payment/patients/{patientId}/settlements': PAYER,
  'GET /payment/patients/{patientId}/settlements': PAYER,
  'GET /payment/patients/{patientId}/settlements/{settlementId}': PAYER,
  'POST /payment/patients/{patientId}/settlements/{settlementId}/launch': PAYER,
  'POST /payment/patients/{patientId}/settlements/{settlementId}/check': PAYER,
  'POST /payment/patients/{patientId}/settlements/{settlementId}/close': PAYER,
  [`GET ${AT}/patients/{patientId}/charges`]: DESK,
  [`POST ${AT}/onsite-settlements`]: DESK,
  [`GET ${AT}/settlements/{settlementId}`]: DESK,
  [`POST ${AT}/settlements/{settlementId}/refunds`]: DESK,
  [`POST ${AT}/settlements/{settlementId}/refunds/{refundNo}/confirm`]: DESK,
  [`POST ${AT}/settlements/{settlementId}/refunds/{refundNo}/retry`]: DESK,
  [`PUT ${AT}/payee`]: AUTHORITY,
  [`GET ${AT}/payee`]: [...ADMINISTRATOR, ...AUTHORITY],
  [`GET ${AT}/work-items`]: DESK,
  [`POST ${AT}/work-items/{workItemId}/resolve`]: DESK,
  [`GET ${AT}/days/{day}/summary`]: DESK,
  [`GET ${AT}/days/{day}/export`]: DESK,
  [`GET ${AT}/reconciliations/{day}`]: DESK,
  [`POST ${AT}/reconciliations/{day}`]: ADMINISTRATOR,
  'GET /payment/reconciliations/{day}': ANY_AUTHORITY,
  'GET /payment/merchants/{mchid}/reconciliations/{day}': ANY_AUTHORITY,
  'POST /payment/merchants/{mchid}/reconciliations/{day}': ANY_AUTHORITY,
  'GET /payment/merchants/{mchid}/work-items': ANY_AUTHORITY,
  'POST /payment/merchants/{mchid}/work-items/{workItemId}/resolve': ANY_AUTHORITY,
};

/** Proven by its signature alone, see notifications.test.ts. */
const PUBLIC = ['POST /payment/notifications/wechat/{mchid}'];

/** Everybody who might come: those with a right somewhere, and each of them again at another house. */
async function people(deps: TestDeps): Promise<Record<string, string>> {
  const elsewhere = { institutionId: 'tcm-hospital' };
  const above = { institutionId: 'county-health-bureau' };
  return {
    self: await resident(deps, 'acc-self', ME, 'SELF'),
    guardian: await resident(deps, 'acc-guardian', ME, 'GUARDIAN'),
    family: await resident(deps, 'acc-family', ME, 'FAMILY'),
    'somebody else': await resident(deps, 'acc-other', 'pat00002', 'SELF'),
    'signed doctor': await staff(deps, 'acc-fd', ['family-doctor'], {
      practitionerId: 'fd-1',
      signed: [ME],
    }),
    clerk: await staff(deps, 'acc-clerk', ['clerk']),
    administrator: await staff(deps, 'acc-admin', ['institution-administrator']),
    nurse: await staff(deps, 'acc-nurse', ['nurse']),
    doctor: await staff(deps, 'acc-doctor', ['practitioner'], { practitionerId: 'doctor1' }),
    'call-centre agent': await staff(deps, 'acc-agent', ['call-centre-agent']),
    'administrator above': await staff(deps, 'acc-above', ['institution-administrator'], above),
    'authority above': await staff(deps, 'acc-authority', ['health-authority'], above),
    'authority elsewhere': await staff(deps, 'acc-authority2', ['health-authority'], elsewhere),
    'clerk elsewhere': await staff(deps, 'acc-clerk2', ['clerk'], elsewhere),
    'administrator elsewhere': await staff(deps, 'acc-admin2', ['institution-administrator'], elsewhere),
  };
}

const VALUES: Readonly<Record<string, string>> = {
  institutionId: HOSPITAL,
  patientId: ME,
  settlementId: `S${'0'.repeat(25)}`,
  refundNo: `R${'0'.repeat(25)}`,
  mchid: '1900425001',
  workItemId: 'refund-1',
  day: '2026-03-01',
};

let deps: TestDeps;
let ask: Door;
let everybody: Record<string, string>;

beforeAll(async () => {
  deps = testDeps();
  ask = door(deps, payment);
  await deps.table.put({
    pk: `institution#${HOSPITAL}`,
    sk: 'place',
    ancestors: ['county-health-bureau', 'city-health-bureau'],
  });
  everybody = await people(deps);
});

const routes = payment.routes
  .map(({ method, path }) => ({ method, path, name: `${method} ${path}` }))
  .filter(({ name }) => !PUBLIC.includes(name));
const placed = (path: string): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => VALUES[name] ?? '');

test('every route stands in the matrix, and nothing else', () => {
  expect(routes.map(({ name }) => name).toSorted()).toEqual(Object.keys(MATRIX).toSorted());
});

describe.each(routes)('$name', ({ method, path, name }) => {
  test('opens to whom the matrix names, and to nobody else', async () => {
    const allowed = MATRIX[name] ?? [];
    for (const [who, as] of Object.entries(everybody)) {
      const before = deps.all().length;
      // With a body nobody takes, so that a change is let in and goes no further.
      const body = method === 'GET' ? {} : { body: { surprise: 1 } };
      const { status, code } = await ask(method, placed(path), { as, ...body });
      const isIn = allowed.includes(who);
      expect([who, status === 403, code === 'FORBIDDEN']).toEqual([who, !isIn, !isIn]);
      if (!isIn) expect(deps.all()).toHaveLength(before);
      else if (method !== 'GET') expect([who, status, code]).toEqual([who, 400, 'INVALID_REQUEST']);
    }
  });

  test('asks for a session, and staff for their second factor', async () => {
    expect(await ask(method, placed(path))).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    const roles = ['clerk', 'institution-administrator', 'health-authority'] as const;
    const hasty = await staff(deps, 'acc-hasty', roles, { secondFactor: false });
    const expected =
      MATRIX[name] === PAYER ? { status: 403 } : { status: 401, code: 'SECOND_FACTOR_REQUIRED' };
    expect(await ask(method, placed(path), { as: hasty })).toMatchObject(expected);
  });
});

test('a clerk who has no right to a patient’s settlement learns nothing from it: not even that it is there', async () => {
  const at = (institutionId: string) =>
    `/payment/institutions/${institutionId}/settlements/${VALUES['settlementId']}`;
  const as = everybody['clerk'] ?? '';
  expect(await ask('GET', at(HOSPITAL), { as })).toMatchObject({ status: 404, code: 'SETTLEMENT_NOT_FOUND' });
  expect(await ask('GET', at('tcm-hospital'), { as })).toMatchObject({ status: 403, code: 'FORBIDDEN' });
});
