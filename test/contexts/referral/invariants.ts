import { strict as assert } from 'node:assert';
import { appointments } from '../../../functions/booking/store.ts';
import { TERMINAL } from '../../../functions/booking/transitions.ts';
import { referrals } from '../../../functions/referral/store.ts';
import { isEnded, TRANSITIONS } from '../../../functions/referral/transitions.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import type { World } from './world.ts';

/** The rules told a second time: they hold after every write, whoever makes it. */
export class RuleWatch {
  writes = 0;
  /** Open referral by patient and specialty. */
  readonly #open = new Map<string, string>();

  onChange({ key, old, new: item }: Change): void {
    this.writes += 1;
    if (!key.sk.startsWith('referral#') || item === undefined) return;
    const after = referrals.from(item);
    const before = old === undefined ? undefined : referrals.from(old);
    if (before !== undefined) {
      const isMove = before.turn !== after.turn || before.status !== after.status;
      const next: readonly string[] = TRANSITIONS[before.status];
      assert.ok(!isMove || next.includes(after.status), `${before.status} became ${after.status}`);
      assert.ok(after.turn - before.turn <= 1 && after.turn >= before.turn, 'a turn was left out');
      assert.ok(
        !isMove || after.timeline.length === before.timeline.length + 1,
        'the timeline misses a step',
      );
      this.#open.delete(`${before.patientId} ${before.specialty}`);
    }
    const name = `${after.patientId} ${after.specialty}`;
    if (isEnded(after)) {
      assert.equal(after.lookupPk, undefined, 'an ended referral is on a worklist');
      return;
    }
    const other = this.#open.get(name);
    assert.ok(other === undefined || other === after.referralId, 'two referrals of one specialty are open');
    this.#open.set(name, after.referralId);
    assert.ok(after.waitUntil !== undefined || after.status === 'BETWEEN_VISITS', 'a wait has no end');
  }
}

/** When nothing is due any more: every referral and every execution has ended, and no number is kept. */
export async function checkAtRest({ deps, sfn, machineArn }: World): Promise<void> {
  const items = deps.all();
  const all = items.filter(({ sk }) => sk.startsWith('referral#')).map((item) => referrals.from(item));
  const completed = new Set<string>();
  for (const one of all) {
    assert.ok(isEnded(one), `a referral still is ${one.status}`);
    assert.equal(one.owesRelease, false, `a referral that ended as ${one.status} may hold a number`);
    // A visit that took place used its number, whatever the doctor's screen says.
    for (const { appointmentId } of [one.number ?? { appointmentId: '' }])
      if (one.status === 'COMPLETED') completed.add(appointmentId);
  }
  const held = items
    .filter(({ sk }) => sk.startsWith('appointment#'))
    .map((item) => appointments.from(item))
    .filter(({ status, appointmentId }) => !TERMINAL.includes(status) && !completed.has(appointmentId))
    // Checked in for the last round but one of a standing referral, or in the doctor's room.
    .filter(({ status }) => ['HELD', 'PENDING_PAYMENT', 'BOOKED'].includes(status));
  assert.deepEqual(held, []);
  for (const { referralId, round, undoes } of all) {
    const visits = Array.from({ length: round }, (_, index) => `${referralId}-${index + 1}`);
    const repairs = Array.from({ length: undoes }, (_, index) => `${referralId}-${round}-undo${index + 1}`);
    for (const name of [...visits, ...repairs]) {
      const executionArn = `${machineArn.replace('stateMachine', 'execution')}:${name}`;
      const { status } = await sfn('DescribeExecution', { executionArn });
      assert.ok(status === 'SUCCEEDED' || status === 'ABORTED', `an execution is ${status}`);
    }
  }
  const relations = items.filter(({ pk, sk }) => pk.startsWith('relation#') && sk.startsWith('REFERRAL#'));
  const now = new Date(deps.clock.now()).toISOString();
  assert.deepEqual(
    relations.filter(({ until }) => String(until) > now),
    [],
  );
}
