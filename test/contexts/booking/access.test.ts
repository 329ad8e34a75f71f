import { beforeAll, describe, expect, test } from 'vitest';
import { booking } from '../../../functions/booking/context.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
import { type Answer, door, resident, staff } from './door.ts';
import { addPatient, addSchedule, book, DEPARTMENT, HOSPITAL } from './scene.ts';

const ME = 'pat00001';

/** Who may pass which door, written down apart from the code that decides it. */
const SELF = ['self', 'guardian', 'family'];
const SIGNED = ['signed doctor', 'signed village doctor'];
const DESK = ['administrator', 'clerk', 'nurse', 'call-centre agent', 'administrator above'];
const CLINIC = ['doctor', 'family doctor here', 'nurse', 'clerk'];
const EVERYBODY = 'everybody';

const MATRIX: Record<string, readonly string[] | typeof EVERYBODY> = {
  'GET /booking/institutions/{institutionId}/departments/{departmentId}/week': EVERYBODY,
  'GET /booking/schedules/{scheduleId}': EVERYBODY,
  'GET /booking/schedules/{scheduleId}/alternatives': EVERYBODY,
  'POST /booking/patients/{patientId}/appointments': [...SELF, ...SIGNED],
  'GET /booking/patients/{patientId}/appointments': [...SELF, ...SIGNED],
  'GET /booking/patients/{patientId}/appointments/{appointmentId}': [...SELF, ...SIGNED],
  'POST /booking/patients/{patientId}/appointments/{appointmentId}/confirm': [...SELF, ...SIGNED],
  'POST /booking/patients/{patientId}/appointments/{appointmentId}/cancel': [...SELF, ...SIGNED],
  'POST /booking/patients/{patientId}/appointments/{appointmentId}/reschedule': [...SELF, ...SIGNED],
  'POST /booking/patients/{patientId}/appointments/{appointmentId}/check-in': SELF,
  'GET /booking/patients/{patientId}/schedules/{scheduleId}/standing': [...SELF, ...SIGNED],
  'GET /booking/patients/{patientId}/record': [...SELF, ...SIGNED],
  'POST /booking/patients/{patientId}/schedules/{scheduleId}/waitlist': SELF,
  'GET /booking/patients/{patientId}/schedules/{scheduleId}/waitlist': SELF,
  'DELETE /booking/patients/{patientId}/schedules/{scheduleId}/waitlist': SELF,
  'PUT /booking/institutions/{institutionId}/templates/{templateId}': [
    'administrator',
    'clerk',
    'administrator above',
  ],
  'POST /booking/institutions/{institutionId}/schedules': ['administrator', 'clerk', 'administrator above'],
  'POST /booking/institutions/{institutionId}/schedules/{scheduleId}/cancellation': [
    'administrator',
    'clerk',
    'administrator above',
  ],
  'POST /booking/institutions/{institutionId}/schedules/{scheduleId}/extra-numbers': [
    'administrator',
    'administrator above',
    'doctor',
  ],
  'GET /booking/institutions/{institutionId}/schedules/{scheduleId}/appointments': [
    ...DESK,
    'doctor',
    'family doctor here',
  ],
  'POST /booking/institutions/{institutionId}/schedules/{scheduleId}/appointments': DESK,
  'POST /booking/institutions/{institutionId}/schedules/{scheduleId}/patients/{patientId}/check-in': DESK,
  'POST /booking/institutions/{institutionId}/schedules/{scheduleId}/patients/{patientId}/cancellation': DESK,
  'POST /booking/institutions/{institutionId}/schedules/{scheduleId}/patients/{patientId}/call': CLINIC,
  'POST /booking/institutions/{institutionId}/schedules/{scheduleId}/patients/{patientId}/miss': CLINIC,
  'POST /booking/institutions/{institutionId}/schedules/{scheduleId}/patients/{patientId}/start': CLINIC,
  'POST /booking/institutions/{institutionId}/schedules/{scheduleId}/patients/{patientId}/fulfil': CLINIC,
};

/** Everybody who might come: those with a right somewhere, and each of them again at another house. */
async function people(deps: TestDeps): Promise<Record<string, string>> {
  const elsewhere = { institutionId: 'tcm-hospital' };
  const here = { practitionerId: 'doctor1' };
  return {
    self: await resident(deps, 'acc-self', ME, 'SELF'),
    guardian: await resident(deps, 'acc-guardian', ME, 'GUARDIAN'),
    family: await resident(deps, 'acc-family', ME, 'FAMILY'),
    'somebody else': await resident(deps, 'acc-other', 'pat00002', 'SELF'),
    'signed doctor': await staff(deps, 'acc-fd', ['family-doctor'], {
      institutionId: 'township-centre',
      practitionerId: 'fd-1',
      signed: [ME],
    }),
    'signed village doctor': await staff(deps, 'acc-vd', ['village-doctor'], {
      institutionId: 'village-1',
      practitionerId: 'vd-1',
      signed: [ME],
    }),
    'unsigned doctor': await staff(deps, 'acc-fd2', ['family-doctor', 'village-doctor'], {
      institutionId: 'township-centre',
      practitionerId: 'fd-2',
    }),
    administrator: await staff(deps, 'acc-admin', ['institution-administrator']),
    clerk: await staff(deps, 'acc-clerk', ['clerk']),
    nurse: await staff(deps, 'acc-nurse', ['nurse']),
    'call-centre agent': await staff(deps, 'acc-agent', ['call-centre-agent']),
    doctor: await staff(deps, 'acc-doctor', ['practitioner'], here),
    'family doctor here': await staff(deps, 'acc-fdh', ['family-doctor'], here),
    'administrator above': await staff(deps, 'acc-above', ['institution-administrator'], {
      institutionId: 'county-health-bureau',
    }),
    'administrator elsewhere': await staff(deps, 'acc-admin2', ['institution-administrator'], elsewhere),
    'clerk elsewhere': await staff(deps, 'acc-clerk2', ['clerk'], elsewhere),
    'nurse elsewhere': await staff(deps, 'acc-nurse2', ['nurse'], elsewhere),
    'agent elsewhere': await staff(deps, 'acc-agent2', ['call-centre-agent'], elsewhere),
    'doctor elsewhere': await staff(deps, 'acc-doctor2', ['practitioner', 'family-doctor'], {
      ...elsewhere,
      practitionerId: 'doctor2',
    }),
    coordinator: await staff(deps, 'acc-coordinator', ['referral-coordinator']),
    authority: await staff(deps, 'acc-authority', ['health-authority']),
  };
}

let deps: TestDeps;
let ask: ReturnType<typeof door>;
let everybody: Record<string, string>;
let paths: (path: string) => string;

beforeAll(async () => {
  deps = testDeps();
  ask = door(deps);
  const { scheduleId } = await addSchedule(deps);
  await addPatient(deps, 'pat00002');
  const { appointmentId } = await book(deps, { scheduleId }, ME);
  await deps.table.put({
    pk: `institution#${HOSPITAL}`,
    sk: 'place',
    ancestors: ['county-health-bureau', 'city-health-bureau'],
  });
  everybody = await people(deps);
  const values: Record<string, string> = {
    institutionId: HOSPITAL,
    departmentId: DEPARTMENT,
    templateId: 'template-1',
    patientId: ME,
    scheduleId,
    appointmentId,
  };
  paths = (path) => path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
});

const routes = booking.routes.map(({ method, path }) => ({ method, path, name: `${method} ${path}` }));

test('every route stands in the matrix, and nothing else', () => {
  expect(routes.map(({ name }) => name).toSorted()).toEqual(Object.keys(MATRIX).toSorted());
});

describe.each(routes)('$name', ({ method, path, name }) => {
  test('opens to whom the matrix names, and to nobody else', async () => {
    const allowed = MATRIX[name] ?? [];
    for (const [who, as] of Object.entries(everybody)) {
      const before = deps.all().length;
      // Without a key, so that a change is let in and goes no further.
      const { status, code } = await ask(method, paths(path), { as, key: null });
      const isIn = allowed === EVERYBODY || allowed.includes(who);
      expect([who, status === 403, code === 'FORBIDDEN']).toEqual([who, !isIn, !isIn]);
      if (!isIn) expect(deps.all()).toHaveLength(before);
    }
  });

  test('asks for a session, and staff for their second factor', async () => {
    if (MATRIX[name] === EVERYBODY) {
      expect((await ask(method, paths(path))).status).toBe(200);
      return;
    }
    expect(await ask(method, paths(path))).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    const roles = ['institution-administrator', 'clerk', 'practitioner', 'family-doctor'] as const;
    const as = await staff(deps, 'acc-hasty', roles, {
      secondFactor: false,
      practitionerId: 'fd-9',
      signed: [ME],
    });
    const isForResidents = booking.routes.some(
      (route) =>
        route.path === path &&
        route.method === method &&
        route.access !== 'public' &&
        route.access.every(({ role }) => role === 'resident'),
    );
    const expected = isForResidents ? { status: 403 } : { status: 401, code: 'SECOND_FACTOR_REQUIRED' };
    expect(await ask(method, paths(path), { as })).toMatchObject(expected);
  });

  test('a change without a key of its own, or with a field nobody knows, is refused with all faults', async () => {
    if (method === 'GET' || method === 'DELETE') return;
    const [who] = MATRIX[name] ?? [];
    const as = everybody[who ?? ''] ?? '';
    const { status, code, body }: Answer = await ask(method, paths(path), {
      as,
      key: null,
      body: { surprise: 1 },
    });
    expect([status, code]).toEqual([400, 'INVALID_REQUEST']);
    const { fields } = body as { fields: { in: string; path: string; code: string }[] };
    const faults = fields.map((fault) => `${fault.in} ${fault.path} ${fault.code}`);
    expect(faults).toContain('body surprise unknown_field');
    if (method === 'POST') expect(faults).toContain('header Idempotency-Key missing');
  });
});

test('a relation that has ended opens nothing', async () => {
  const as = await resident(deps, 'acc-former');
  await deps.table.put({
    pk: `relation#${ME}`,
    sk: 'FAMILY#acc-former',
    patientId: ME,
    kind: 'FAMILY',
    holderId: 'acc-former',
    since: '2025-01-01T00:00:00.000Z',
    until: '2026-03-01T00:00:00.000Z',
  });
  expect((await ask('GET', `/booking/patients/${ME}/record`, { as })).status).toBe(403);
});
