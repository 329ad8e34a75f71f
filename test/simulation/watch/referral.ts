import { strict as assert } from 'node:assert';
import { type Appointment, appointments } from '../../../functions/booking/store.ts';
import { TERMINAL } from '../../../functions/booking/transitions.ts';
import { type Referral, referrals } from '../../../functions/referral/store.ts';
import { isEnded } from '../../../functions/referral/transitions.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import type { Item } from '../../../shared/data/table.ts';
import { RuleWatch } from '../../contexts/referral/invariants.ts';
import type { Watch } from '../kernel/part.ts';

/** The rules of referral after every write, and its end: every referral ends, and nothing stays reserved. */
export class ReferralWatch implements Watch {
  readonly #rules = new RuleWatch();
  readonly #referrals = new Map<string, Referral>();
  /** Numbers that are held, by reservation. */
  readonly #held = new Map<string, Set<string>>();
  #broken: unknown;

  onChange(change: Change): void {
    const { key, new: item } = change;
    if (item !== undefined && key.sk.startsWith('appointment#')) this.#reserved(appointments.from(item));
    if (!key.sk.startsWith('referral#') || item === undefined) return;
    this.#referrals.set(String(item['referralId']), referrals.from(item));
    try {
      this.#rules.onChange(change);
    } catch (error) {
      this.#broken ??= error;
    }
  }

  /** R: of one reservation at most one number is held, however often the machine asks for it. */
  #reserved({ appointmentId, reservedFor: reservationId, status }: Appointment): void {
    if (reservationId === undefined) return;
    const held = this.#held.get(reservationId) ?? new Set();
    this.#held.set(reservationId, held);
    if (TERMINAL.includes(status)) held.delete(appointmentId);
    else held.add(appointmentId);
    if (held.size > 1) this.#broken ??= new Error(`R: ${reservationId} holds ${[...held].join(' and ')}`);
  }

  check(): void {
    if (this.#broken !== undefined) throw this.#broken;
  }

  all(): readonly Referral[] {
    return [...this.#referrals.values()];
  }

  checkAtRest(items: readonly Item[], now: string): void {
    const completed = new Set<string>();
    for (const one of this.#referrals.values()) {
      assert.ok(isEnded(one), `a referral still is ${one.status}`);
      assert.equal(one.owesRelease, false, `a referral that ended as ${one.status} may hold a number`);
      // A visit that took place used its number, whatever the doctor's screen says.
      if (one.status === 'COMPLETED') completed.add(one.number?.appointmentId ?? '');
    }
    const held = items
      .filter(({ sk }) => sk.startsWith('appointment#'))
      .map((item) => appointments.from(item))
      .filter(({ status, appointmentId }) => !TERMINAL.includes(status) && !completed.has(appointmentId))
      // Checked in for the last round but one of a standing referral, or in the doctor's room.
      .filter(({ status }) => ['HELD', 'PENDING_PAYMENT', 'BOOKED'].includes(status));
    assert.deepEqual(
      held.map(({ appointmentId, status }) => `${appointmentId} ${status}`),
      [],
      'a number is kept for nobody',
    );
    const doors = items.filter(({ pk, sk }) => pk.startsWith('relation#') && sk.startsWith('REFERRAL#'));
    assert.deepEqual(
      doors.filter(({ until }) => String(until) > now),
      [],
      'a record is open to who is no longer asked',
    );
  }
}
