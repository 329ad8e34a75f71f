import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import type { Doer } from './appointment-event.ts';
import { bookingErrors } from './errors.ts';
import { laneOf, MAX_NUMBERS } from './numbers.ts';
import { isOver } from './open-slots.ts';
import { claims, schedules } from './store.ts';

export interface ExtraNumber {
  readonly institutionId: string;
  readonly scheduleId: string;
  /** Start of the slot it belongs to. */
  readonly slot: string;
  readonly reason: string;
  readonly doer: Doer;
  readonly requestKey: string;
}

/**
 * 加号: the one way capacity grows, by an authorised person, with a reason, in one transaction over the claim and
 * the detail. The new number is an on-site one. Repeating the request adds nothing.
 */
export async function addExtraNumber(deps: Deps, extra: ExtraNumber): Promise<number> {
  const { institutionId, scheduleId, slot, reason, doer } = extra;
  // Two people may choose the same key, and a key alone may be any word.
  const requestKey = `${doer.by}:${extra.requestKey}`;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const [claim, detail] = await Promise.all([
      claims.get(deps.table, scheduleId, { consistent: true }),
      schedules.get(deps.table, scheduleId, { consistent: true }),
    ]);
    if (claim === undefined || detail?.institutionId !== institutionId)
      throw bookingErrors.refusal('SCHEDULE_NOT_FOUND');
    const repeated = detail.extraRequests[requestKey];
    if (repeated !== undefined) return repeated.number;
    if (claim.status === 'CANCELLED') throw bookingErrors.refusal('SCHEDULE_CANCELLED');
    if (isOver(claim, detail, instant(deps.clock))) throw bookingErrors.refusal('SCHEDULE_ENDED');
    const slotIndex = detail.slots.findIndex(({ start }) => start === slot);
    if (slotIndex === -1) throw bookingErrors.refusal('NO_SUCH_SLOT');
    const number = claim.capacity + 1;
    if (number > MAX_NUMBERS) throw bookingErrors.refusal('TOO_MANY_NUMBERS');
    const outcome = await deps.table.transact([
      claims.updateOperation(
        scheduleId,
        { add: { capacity: 1 }, append: { [`free.${laneOf('ONSITE', slotIndex)}`]: [number] } },
        { if: { status: 'OPEN', capacity: claim.capacity } },
      ),
      schedules.updateOperation(
        scheduleId,
        {
          set: {
            [`extra.${number}`]: slotIndex,
            [`extraRequests.${requestKey}`]: { number, reason, by: doer.by },
          },
        },
        { if: { [`extraRequests.${requestKey}`]: { exists: false } } },
      ),
    ]);
    if (outcome.ok) return number;
  }
  throw houseErrors.refusal('CONFLICT');
}
