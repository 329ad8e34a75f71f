import { strict as assert } from 'node:assert';
import { referrals } from '../../../functions/referral/store.ts';
import { isEnded, TRANSITIONS } from '../../../functions/referral/transitions.ts';
import type { Change } from '../../../shared/data/memory-store.ts';

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
