import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tryMove } from '../../../functions/booking/appointment-moves.ts';
import { appointments } from '../../../functions/booking/store.ts';
import {
  APPOINTMENT_STATUSES,
  type AppointmentStatus,
  statesBefore,
  TERMINAL,
  TRANSITIONS,
  VACATING,
} from '../../../functions/booking/transitions.ts';
import { testDeps } from '../../support/deps.ts';
import { addSchedule, appointmentNow, book } from './scene.ts';

const README = new URL('../../../functions/booking/README.md', import.meta.url);

/** The table once more, told a second time: a change of the code's table has to be made here too. */
const ALLOWED: Record<AppointmentStatus, string> = {
  HELD: 'PENDING_PAYMENT BOOKED EXPIRED CANCELLED_BY_PATIENT CANCELLED_BY_HOSPITAL',
  PENDING_PAYMENT: 'HELD BOOKED EXPIRED CANCELLED_BY_HOSPITAL',
  BOOKED: 'CHECKED_IN NO_SHOW CANCELLED_BY_PATIENT CANCELLED_BY_HOSPITAL',
  CHECKED_IN: 'CALLED CANCELLED_BY_HOSPITAL NO_SHOW',
  CALLED: 'IN_SERVICE CHECKED_IN NO_SHOW CANCELLED_BY_HOSPITAL',
  IN_SERVICE: 'FULFILLED',
  FULFILLED: '',
  CANCELLED_BY_PATIENT: '',
  CANCELLED_BY_HOSPITAL: '',
  EXPIRED: '',
  NO_SHOW: '',
};

const pairs = APPOINTMENT_STATUSES.flatMap((from) =>
  APPOINTMENT_STATUSES.map((to) => ({ from, to, allowed: ALLOWED[from].split(' ').includes(to) })),
);

test.each(pairs)('I7: $from → $to is allowed: $allowed', async ({ from, to, allowed }) => {
  const deps = testDeps();
  const id = await book(deps, await addSchedule(deps), 'pat00001');
  await appointments.update(deps.table, id, { set: { status: from } });
  const before = deps.all();
  const moved = await tryMove(deps, id, { to, doer: { by: 'account-1' } });
  expect(moved.ok).toBe(allowed);
  expect((await appointmentNow(deps, id)).status).toBe(allowed ? to : from);
  if (!allowed) expect(deps.all()).toEqual(before);
});

test('I7: an appointment that is not there moves nowhere and is not made by moving it', async () => {
  const deps = testDeps();
  const before = deps.all();
  const id = { patientId: 'pat00001', appointmentId: '20260306A-doctor1_1' };
  const moved = await tryMove(deps, id, { to: 'BOOKED', doer: { by: 'account-1' } });
  expect(moved).toEqual({ ok: false, current: undefined });
  expect(deps.all()).toEqual(before);
});

test('I7: what comes before a state and what ends is read off the table', () => {
  expect(statesBefore('BOOKED')).toEqual(['HELD', 'PENDING_PAYMENT']);
  expect(TERMINAL.toSorted()).toEqual([
    'CANCELLED_BY_HOSPITAL',
    'CANCELLED_BY_PATIENT',
    'EXPIRED',
    'FULFILLED',
    'NO_SHOW',
  ]);
  // A missed or finished visit leaves no number to give to somebody else.
  expect(VACATING.toSorted()).toEqual(['CANCELLED_BY_HOSPITAL', 'CANCELLED_BY_PATIENT', 'EXPIRED']);
  for (const status of VACATING) expect(TRANSITIONS[status]).toEqual([]);
});

test('I7: the diagram of the README is the transition table', () => {
  const [, diagram = ''] =
    /```mermaid\nstateDiagram-v2\n([\s\S]*?)```/.exec(readFileSync(README, 'utf8')) ?? [];
  const drawn = diagram
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .toSorted();
  const first = ['HELD', 'BOOKED'].map((status) => `[*] --> ${status}`);
  const moves = APPOINTMENT_STATUSES.flatMap((from) => TRANSITIONS[from].map((to) => `${from} --> ${to}`));
  const last = TERMINAL.map((status) => `${status} --> [*]`);
  expect(drawn).toEqual([...first, ...moves, ...last].toSorted());
});
