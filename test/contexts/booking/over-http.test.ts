import { beforeEach, describe, expect, test } from 'vitest';
import { booking } from '../../../functions/booking/context.ts';
import { practitioners, records } from '../../../functions/booking/store.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import type { DomainEvent } from '../../../shared/data/table.ts';
import { listAccess } from '../../../shared/privacy/audit.ts';
import { createWorker } from '../../../shared/worker.ts';
import { broughtBy, onTheBus } from '../../support/bus.ts';
import { cityWith } from '../../support/city-policy.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
import { type Answer, door, resident, staff } from './door.ts';
import { policyValues } from './policy-values.ts';
import {
  addDoctor,
  addPatient,
  addSchedule,
  DEPARTMENT,
  DOCTOR,
  FRIDAY,
  HOSPITAL,
  LAMBDA,
  slotsOf,
  sweep,
} from './scene.ts';

const ME = 'pat00001';
const OTHER = 'pat00002';
const SCHEDULE = '20260306A-doctor1';

/** What no answer may hold: how things are stored, by whom, and with which request. */
const INSIDE =
  /requestKey|bookedBy|overrideReason|"token"|"pk"|"sk"|lookup|dueAt|eventId|cancellableUntil|extraRequests|releasedAt|closings|acc-|pk#/;

let deps: TestDeps;
let events: DomainEvent[];
let ask: ReturnType<typeof door>;
let me: string;
let clerk: string;
let admin: string;
let doctor: string;

beforeEach(async () => {
  events = [];
  const onChange = (change: Change): void => {
    const event = broughtBy(change);
    if (event !== undefined) events.push(event);
  };
  deps = testDeps({ city: cityWith('demo', 'booking', policyValues), memory: { onChange } });
  ask = door(deps);
  await addPatient(deps, ME);
  await addPatient(deps, OTHER);
  await addSchedule(deps, { visitKind: 'general', feeFen: 500 });
  me = await resident(deps, 'acc-me', ME);
  clerk = await staff(deps, 'acc-clerk', ['clerk']);
  admin = await staff(deps, 'acc-admin', ['institution-administrator']);
  doctor = await staff(deps, 'acc-doctor', ['practitioner'], { practitionerId: DOCTOR });
});

const mine = (path: string) => `/booking/patients/${ME}${path}`;
const desk = (path: string) => `/booking/institutions/${HOSPITAL}/schedules/${SCHEDULE}${path}`;

async function bookMine(body: object = {}, key?: string): Promise<Answer> {
  const asking = { as: me, body: { scheduleId: SCHEDULE, ...body } };
  return ask('POST', mine('/appointments'), key === undefined ? asking : { ...asking, key });
}

/** All events so far reach booking's subscriptions, as often as told. */
async function deliver(times = 1): Promise<void> {
  const worker = createWorker(booking, deps);
  const declared = new Set(booking.subscriptions.map(({ event }) => event));
  for (const event of events.splice(0)) {
    if (!declared.has(event.type)) continue;
    for (let time = 0; time < times; time += 1)
      await worker({ detail: onTheBus(event) } as Parameters<typeof worker>[0], LAMBDA);
  }
}

describe('answers', () => {
  test('a booking shows the appointment, its number and its charge, and nothing of how it is stored', async () => {
    const { status, body } = await bookMine();
    expect(status).toBe(201);
    expect(body).toEqual({
      appointmentId: `${SCHEDULE}_1`,
      patientId: ME,
      scheduleId: SCHEDULE,
      institutionId: HOSPITAL,
      departmentId: DEPARTMENT,
      practitionerId: DOCTOR,
      day: FRIDAY,
      number: 1,
      slot: { start: '09:00', end: '09:50' },
      pool: 'PUBLIC',
      channel: 'MINI_PROGRAM',
      status: 'BOOKED',
      offeredFromWaitlist: false,
      charge: {
        chargeId: expect.stringMatching(`^${SCHEDULE}_1-[\\w-]{8}$`),
        category: 'REGISTRATION',
        amountFen: 500,
        payeeId: HOSPITAL,
        status: 'OPEN',
      },
      bookedAt: '2026-03-02T00:00:00.000Z',
    });
  });

  test('no answer on any route holds a field from inside', async () => {
    const seen: string[] = [];
    const step = async (
      method: string,
      path: string,
      as: string | undefined,
      body?: unknown,
    ): Promise<Answer> => {
      const asking = { ...(as === undefined ? {} : { as }), ...(body === undefined ? {} : { body }) };
      const answer = await ask(method, path, asking);
      seen.push(`${method} ${path}: ${answer.status}`);
      expect(JSON.stringify(answer.body)).not.toMatch(INSIDE);
      return answer;
    };
    const slots = slotsOf({});
    const base = {
      practitionerId: 'doctor2',
      departmentId: DEPARTMENT,
      half: 'A',
      visitKind: 'general',
      feeFen: 500,
    };
    await addDoctor(deps, 'doctor2');
    const clinic = { ...base, paymentMode: 'ONSITE', slots };
    await step('PUT', `/booking/institutions/${HOSPITAL}/templates/t-1`, clerk, {
      ...clinic,
      weekdays: [1],
      from: '2026-03-01',
    });
    await step('POST', `/booking/institutions/${HOSPITAL}/schedules`, clerk, {
      ...clinic,
      day: '2026-03-07',
    });
    await step('GET', `/booking/institutions/${HOSPITAL}/departments/${DEPARTMENT}/week`, undefined);
    await step('GET', `/booking/schedules/${SCHEDULE}`, undefined);
    await step('POST', desk('/extra-numbers'), doctor, { slot: '09:00', reason: '老病人' });
    const held = await step('POST', mine('/appointments'), me, { scheduleId: SCHEDULE, hold: true });
    const { appointmentId } = held.body as { appointmentId: string };
    await step('POST', mine(`/appointments/${appointmentId}/confirm`), me);
    await step('GET', mine('/appointments'), me);
    await step('GET', mine(`/appointments/${appointmentId}`), me);
    await step('GET', mine(`/schedules/${SCHEDULE}/standing`), me);
    await step('GET', mine('/record'), me);
    const moved = await step('POST', mine(`/appointments/${appointmentId}/reschedule`), me, {
      scheduleId: '20260307A-doctor2',
    });
    await step(
      'POST',
      mine(`/appointments/${(moved.body as { appointmentId: string }).appointmentId}/cancel`),
      me,
    );
    await step('POST', desk('/appointments'), admin, {
      patientId: OTHER,
      channel: 'ONSITE',
      override: { reason: '院长特批' },
    });
    await step('GET', desk('/appointments'), clerk);
    await step('POST', mine(`/schedules/${SCHEDULE}/waitlist`), me);
    await step('GET', mine(`/schedules/${SCHEDULE}/waitlist`), me);
    await step('DELETE', mine(`/schedules/${SCHEDULE}/waitlist`), me);
    deps.clock.set('2026-03-06T01:00:00.000Z');
    await step('POST', desk(`/patients/${OTHER}/check-in`), clerk);
    for (const visit of ['call', 'miss', 'call', 'start', 'fulfil'])
      await step('POST', desk(`/patients/${OTHER}/${visit}`), doctor);
    await step('POST', desk('/appointments'), clerk, { patientId: ME, channel: 'ONSITE' });
    await step('POST', desk(`/patients/${ME}/cancellation`), clerk, { reason: '本人要求' });
    const again = await step('POST', desk('/appointments'), clerk, { patientId: ME, channel: 'ONSITE' });
    await step(
      'POST',
      mine(`/appointments/${(again.body as { appointmentId: string }).appointmentId}/check-in`),
      me,
    );
    await step('POST', desk('/cancellation'), clerk, { reason: '医生生病' });
    await step('GET', `/booking/schedules/${SCHEDULE}/alternatives`, undefined);
    const refused = seen.filter((line) => !/: 20[01]$/.test(line));
    expect(refused).toEqual([
      // While numbers are free nobody waits, so there is no entry to show or leave.
      `POST ${mine(`/schedules/${SCHEDULE}/waitlist`)}: 409`,
      `GET ${mine(`/schedules/${SCHEDULE}/waitlist`)}: 404`,
      `DELETE ${mine(`/schedules/${SCHEDULE}/waitlist`)}: 404`,
    ]);
    expect(new Set(seen).size).toBeGreaterThanOrEqual(booking.routes.length);
  });

  test.each([
    ['GET', ''],
    ['POST', '/confirm'],
    ['POST', '/cancel'],
    ['POST', '/check-in'],
  ])('%s %s of an appointment on a day that does not exist finds nothing', async (method, verb) => {
    const body = method === 'GET' ? {} : { body: {} };
    const answer = await ask(method, mine(`/appointments/20269999A-${DOCTOR}_1${verb}`), { as: me, ...body });
    expect([answer.status, answer.code]).toEqual([404, 'APPOINTMENT_NOT_FOUND']);
  });

  test.each(['0001-01-01', '9999-12-31'])(
    'a week from %s, or a clinic on it, is a bad request: no day is reckoned from it',
    async (day) => {
      const week = `/booking/institutions/${HOSPITAL}/departments/${DEPARTMENT}/week`;
      const clinic = { practitionerId: DOCTOR, departmentId: DEPARTMENT, half: 'P', visitKind: 'general' };
      const body = { ...clinic, day, feeFen: 0, paymentMode: 'ONSITE', slots: slotsOf({}) };
      const made = await ask('POST', `/booking/institutions/${HOSPITAL}/schedules`, { as: clerk, body });
      expect([(await ask('GET', week, { query: { from: day } })).status, made.status]).toEqual([400, 400]);
    },
  );

  test('a refused booking lists its reasons in Chinese with codes and figures', async () => {
    deps.clock.set('2026-02-20T00:00:00.000Z');
    const { status, body } = await bookMine();
    expect(status).toBe(422);
    expect(body).toMatchObject({
      code: 'BOOKING_REFUSED',
      message: '暂时不能预约，请查看具体原因',
      reasons: [
        { code: 'NOT_OPEN_YET', message: '尚未到放号时间', detail: { opensAt: '2026-02-26T23:00:00.000Z' } },
      ],
    });
  });

  test('every fault of a request is named at once', async () => {
    const body = { scheduleId: 'friday', slot: '25:99', hold: 'yes', seat: 3 };
    const answer = await ask('POST', mine('/appointments'), { as: me, key: 'short', body });
    expect(answer.status).toBe(400);
    const { fields } = answer.body as { fields: { in: string; path: string }[] };
    expect(fields.map((fault) => `${fault.in} ${fault.path}`).toSorted()).toEqual([
      'body hold',
      'body scheduleId',
      'body seat',
      'body slot',
      'header Idempotency-Key',
    ]);
  });

  test('the same key is the same booking, also when nobody heard the first answer', async () => {
    const first = await bookMine({}, 'key-of-mine');
    const second = await bookMine({}, 'key-of-mine');
    expect(second.body).toEqual(first.body);
    const made = {
      practitionerId: DOCTOR,
      departmentId: DEPARTMENT,
      day: FRIDAY,
      half: 'P',
      visitKind: 'general',
    };
    const body = { ...made, feeFen: 0, paymentMode: 'ONSITE', slots: slotsOf({}) };
    const path = `/booking/institutions/${HOSPITAL}/schedules`;
    expect((await ask('POST', path, { as: clerk, key: 'key-of-clerk', body })).status).toBe(201);
    expect((await ask('POST', path, { as: clerk, key: 'key-of-clerk', body })).status).toBe(201);
    const refused = { status: 409, code: 'SCHEDULE_EXISTS' };
    expect(await ask('POST', path, { as: clerk, key: 'another-key', body })).toMatchObject(refused);
    // Another house makes a schedule of the same doctor's half-day, and names its request in the same way.
    const sites = [HOSPITAL, 'tcm-hospital'].map((institutionId) => ({
      institutionId,
      departmentId: DEPARTMENT,
    }));
    await practitioners.update(deps.table, DOCTOR, { set: { sites } });
    const theirs = await staff(deps, 'acc-theirs', ['clerk'], { institutionId: 'tcm-hospital' });
    const there = '/booking/institutions/tcm-hospital/schedules';
    expect(await ask('POST', there, { as: theirs, key: 'key-of-clerk', body })).toMatchObject(refused);
  });

  test('an extra number’s key may be any word, and is its own person’s', async () => {
    const add = async (as: string, key: string) => {
      const body = { slot: '09:00', reason: '老病人' };
      const answer = await ask('POST', desk('/extra-numbers'), { as, key, body });
      return (answer.body as { number?: number }).number;
    };
    const words = ['constructor', '__proto__', 'same-key'];
    const mine = await Promise.all(words.map((key) => add(doctor, key)));
    expect(mine.toSorted()).toEqual([4, 5, 6]);
    expect(await add(doctor, 'constructor')).toBe(mine[0]);
    expect(await add(admin, 'same-key')).toBe(7);
  });

  test('a family doctor books by COMMUNITY, a resident by MINI_PROGRAM, a desk by what it says', async () => {
    const signed = await staff(deps, 'acc-fd', ['family-doctor'], {
      institutionId: 'township-centre',
      practitionerId: 'fd-1',
      signed: [ME],
    });
    const path = mine('/appointments');
    const byDoctor = await ask('POST', path, { as: signed, body: { scheduleId: SCHEDULE } });
    expect(byDoctor.body).toMatchObject({ channel: 'COMMUNITY' });
    const byPhone = { patientId: OTHER, channel: 'CALL_CENTRE' };
    expect((await ask('POST', desk('/appointments'), { as: clerk, body: byPhone })).body).toMatchObject({
      channel: 'CALL_CENTRE',
    });
  });

  test('I6: only who sits at a window books by ONSITE, and only an administrator sets rules aside', async () => {
    const agent = await staff(deps, 'acc-agent', ['call-centre-agent']);
    const onSite = { patientId: OTHER, channel: 'ONSITE' };
    const before = deps.all();
    expect((await ask('POST', desk('/appointments'), { as: agent, body: onSite })).code).toBe(
      'CHANNEL_FORBIDDEN',
    );
    const override = { ...onSite, override: { reason: '熟人' } };
    expect((await ask('POST', desk('/appointments'), { as: clerk, body: override })).code).toBe(
      'OVERRIDE_FORBIDDEN',
    );
    expect(deps.all()).toEqual(before);
    expect((await ask('POST', desk('/appointments'), { as: admin, body: override })).status).toBe(201);
  });

  test('a desk of another house finds neither schedule nor patient', async () => {
    await bookMine();
    const stranger = await staff(deps, 'acc-else', ['clerk', 'practitioner', 'institution-administrator'], {
      institutionId: 'tcm-hospital',
      practitionerId: 'doctor9',
    });
    const theirs = (path: string) => `/booking/institutions/tcm-hospital/schedules/${SCHEDULE}${path}`;
    const body = { reason: '想看看' };
    for (const [method, path, sent] of [
      ['GET', '/appointments', undefined],
      ['POST', '/appointments', { patientId: ME, channel: 'ONSITE' }],
      ['POST', '/cancellation', body],
      ['POST', '/extra-numbers', { ...body, slot: '09:00' }],
      ['POST', `/patients/${ME}/check-in`, undefined],
      ['POST', `/patients/${ME}/cancellation`, body],
      ['POST', `/patients/${ME}/call`, undefined],
      ['POST', `/patients/${ME}/miss`, undefined],
      ['POST', `/patients/${ME}/start`, undefined],
      ['POST', `/patients/${ME}/fulfil`, undefined],
    ] as const) {
      const asking = { as: stranger, ...(sent === undefined ? {} : { body: sent }) };
      expect(await ask(method, theirs(path), asking)).toMatchObject({
        status: 404,
        code: 'SCHEDULE_NOT_FOUND',
      });
    }
  });

  test('once a clinic is over the desk changes nothing of who did not come, timer or no timer', async () => {
    await bookMine();
    deps.clock.set('2026-03-06T01:50:00.000Z');
    const reason = { reason: '没来' };
    for (const [path, code, body] of [
      ['/extra-numbers', 'SCHEDULE_ENDED', { ...reason, slot: '09:00' }],
      [`/patients/${ME}/cancellation`, 'WRONG_STATE', reason],
      [`/patients/${ME}/check-in`, 'CHECK_IN_TOO_LATE', undefined],
      ['/cancellation', 'SCHEDULE_ENDED', reason],
    ] as const) {
      const answer = await ask('POST', desk(path), { as: admin, ...(body === undefined ? {} : { body }) });
      expect(`${path} ${answer.code}`).toBe(`${path} ${code}`);
    }
    const { body } = await ask('GET', mine(`/appointments/${SCHEDULE}_1`), { as: me });
    expect(body).toMatchObject({ status: 'NO_SHOW', charge: { status: 'VOID' } });
  });

  test('an unknown patient is refused at the desk', async () => {
    const body = { patientId: 'stranger', channel: 'ONSITE' };
    expect((await ask('POST', desk('/appointments'), { as: clerk, body })).code).toBe('PATIENT_UNKNOWN');
  });

  test('the record shows bans and no-shows, and nothing else of the visits', async () => {
    const ban = {
      rule: 'no-shows',
      from: '2026-02-20',
      until: '2026-03-20',
      cause: '20260220A-doctor1_1',
    } as const;
    const entries = {
      '20260220A-doctor1_1': 'N|jx-hospital|cardiology|abcdefgh|2026-02-20',
      '20260225A-doctor1_1': 'A|jx-hospital|cardiology|abcdefgi|',
    };
    await records.put(deps.table, ME, { version: 1, entries, bans: [ban] });
    expect((await ask('GET', mine('/record'), { as: me })).body).toEqual({
      bans: [{ rule: 'no-shows', from: '2026-02-20', until: '2026-03-20' }],
      noShows: [{ day: '2026-02-20', institutionId: HOSPITAL }],
    });
  });
});

describe('the audit', () => {
  async function trail(patientId = ME): Promise<readonly string[]> {
    const { items } = await listAccess(deps.table, patientId);
    return items
      .map(({ actor, action, subject, purpose }) => `${actor.accountId} ${action} ${subject.kind} ${purpose}`)
      .toReversed();
  }

  test('writes down who read what, before the answer leaves', async () => {
    await bookMine();
    await ask('GET', mine('/appointments'), { as: me });
    deps.clock.advance(1000);
    await ask('GET', mine(`/appointments/${SCHEDULE}_1`), { as: me });
    deps.clock.advance(1000);
    await ask('GET', mine('/record'), { as: me });
    deps.clock.advance(1000);
    await ask('GET', mine(`/schedules/${SCHEDULE}/standing`), { as: me });
    deps.clock.advance(1000);
    await ask('GET', desk('/appointments'), { as: clerk });
    expect(await trail()).toEqual([
      'acc-me READ appointments self-or-family',
      'acc-me READ appointment self-or-family',
      'acc-me READ booking-record self-or-family',
      'acc-me READ booking-record self-or-family',
      'acc-clerk READ appointment care-at-institution',
    ]);
    // The desk's list names every patient on it, and nobody who is not.
    expect(await trail(OTHER)).toEqual([]);
  });

  test('writes down every change by its event, once however often that comes', async () => {
    const { body } = await bookMine({ hold: true });
    const { appointmentId } = body as { appointmentId: string };
    deps.clock.advance(1000);
    await ask('POST', mine(`/appointments/${appointmentId}/confirm`), { as: me });
    deps.clock.set('2026-03-06T01:00:00.000Z');
    await ask('POST', desk(`/patients/${ME}/check-in`), { as: clerk });
    for (const step of ['call', 'start', 'fulfil']) {
      deps.clock.advance(1000);
      await ask('POST', desk(`/patients/${ME}/${step}`), { as: doctor });
    }
    await deliver(2);
    expect(await trail()).toEqual([
      'acc-me WRITE appointment booking-held',
      'acc-me WRITE appointment booking-booked',
      'acc-clerk WRITE appointment booking-checked-in',
      'acc-doctor WRITE appointment booking-called',
      'acc-doctor WRITE appointment booking-in-service',
      'acc-doctor WRITE appointment booking-fulfilled',
    ]);
  });

  test('names the request a change came with, and the system where nobody asked', async () => {
    await bookMine({ hold: true });
    deps.clock.advance(15 * 60_000);
    await sweep(deps);
    await deliver();
    const { items } = await listAccess(deps.table, ME);
    const [expired, held] = items;
    expect(held?.requestId).toMatch(/^[0-9a-f]{32}$/);
    expect(expired).toMatchObject({
      actor: { accountId: 'system', role: 'system' },
      purpose: 'booking-expired',
      requestId: 'none',
    });
  });

  test('writes down joining and leaving a waitlist', async () => {
    const full = await addSchedule(deps, { practitionerId: 'doctor2', capacity: 1 });
    const path = `/booking/institutions/${HOSPITAL}/schedules/${full.scheduleId}/appointments`;
    await ask('POST', path, { as: clerk, body: { patientId: OTHER, channel: 'ONSITE' } });
    const waitlist = mine(`/schedules/${full.scheduleId}/waitlist`);
    expect((await ask('POST', waitlist, { as: me })).body).toEqual({
      scheduleId: full.scheduleId,
      patientId: ME,
      status: 'WAITING',
      ahead: 0,
    });
    deps.clock.advance(1000);
    await ask('DELETE', waitlist, { as: me });
    expect(await trail()).toEqual([
      'acc-me WRITE waitlist self-or-family',
      'acc-me WRITE waitlist self-or-family',
    ]);
  });
});

test('no log line names a patient, an account, a doctor’s name or what somebody typed', async () => {
  const { body } = await bookMine({ hold: true });
  const { appointmentId } = body as { appointmentId: string };
  await ask('POST', mine(`/appointments/${appointmentId}/cancel`), {
    as: me,
    body: { reason: '私人原因不便透露' },
  });
  await ask('POST', desk('/appointments'), {
    as: admin,
    body: { patientId: OTHER, channel: 'ONSITE', override: { reason: '院长特批秘密' } },
  });
  await ask('GET', desk('/appointments'), { as: clerk });
  await ask('POST', mine('/appointments'), { as: me, body: { scheduleId: '私人' } });
  // An appointment that cannot be settled at once, and a number that cannot be tidied.
  const table: TestDeps['table'] = {
    ...deps.table,
    update: async (key, changes, options) => {
      if (key.sk === 'claim' && changes.append !== undefined) throw new Error(`${ME} 测试医生`);
      return deps.table.update(key, changes, options);
    },
  };
  const held = await bookMine({ hold: true });
  deps.clock.advance(15 * 60_000);
  await createWorker(booking, { ...deps, table })({ sweep: true }, LAMBDA);
  deps.clock.set('2026-03-06T01:50:00.000Z');
  await sweep(deps);
  await deliver();
  expect(held.status).toBe(201);
  const codes = new Set(deps.lines.map(({ code }) => code));
  for (const code of ['HTTP_REQUEST_SERVED', 'TIMERS_SWEPT', 'BOOKING_SETTLING_LEFT'])
    expect(codes).toContain(code);
  for (const { code, facts } of deps.lines) {
    expect(`${code} ${JSON.stringify(facts)}`).not.toMatch(/pat0000|\bacc-|测试医生|私人|秘密|特批/);
  }
});
