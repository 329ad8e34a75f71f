import { TRANSITIONS as APPOINTMENT_MOVES } from '../../../functions/booking/transitions.ts';
import { PLAN_TRANSITIONS, TASK_TRANSITIONS } from '../../../functions/followup/transitions.ts';
import { TRANSITIONS as MESSAGE_MOVES } from '../../../functions/notification/transitions.ts';
import { REFUND_MOVES, SETTLEMENT_MOVES } from '../../../functions/payment/transitions.ts';
import { TRANSITIONS as REFERRAL_MOVES } from '../../../functions/referral/transitions.ts';
import { TRANSITIONS as SIGNING_MOVES } from '../../../functions/signing/transitions.ts';
import { CHARGE_LOCK_MOVES } from '../../../shared/charges/charge-lock.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import type { Key } from '../../../shared/data/table.ts';
import type { Watch } from '../kernel/part.ts';
import { type Aggregate, MOVES } from './transition-tables.ts';

type Table = Readonly<Record<string, readonly string[]>>;

/** The code's own tables, from a state to the next; a lock's says from where. */
const OWN: Readonly<Partial<Record<Aggregate, Table>>> = {
  appointment: APPOINTMENT_MOVES,
  settlement: SETTLEMENT_MOVES,
  refund: REFUND_MOVES,
  message: MESSAGE_MOVES,
  referral: REFERRAL_MOVES,
  signing: SIGNING_MOVES,
  lock: turned(CHARGE_LOCK_MOVES),
  plan: PLAN_TRANSITIONS,
  task: TASK_TRANSITIONS,
};

/**
 * The first that is looked at after every write: whether an aggregate whose status changes moves along the table of its
 * context, and along the one that is told a second time. Final books can look right after an illegal step.
 */
export class TransitionWatch implements Watch {
  #moves: { readonly aggregate: Aggregate; readonly from: string; readonly to: string; readonly key: Key }[] =
    [];

  onChange({ key, old, new: item }: Change): void {
    const aggregate = aggregateOf(key);
    if (aggregate === undefined) return;
    const from = String(old?.['status'] ?? 'nothing');
    const to = String(item?.['status'] ?? 'nothing');
    if (from !== to) this.#moves.push({ aggregate, from, to, key });
  }

  check(): void {
    for (const { aggregate, from, to, key } of this.#moves.splice(0)) {
      const isOwn =
        from === 'nothing' || OWN[aggregate] === undefined || OWN[aggregate]?.[from]?.includes(to);
      if (isOwn !== true || !MOVES[aggregate].has(`${from} > ${to}`))
        throw new Error(`MOVE: the ${aggregate} ${key.pk} ${key.sk} went from ${from} to ${to}`);
    }
  }
}

function aggregateOf({ pk, sk }: Key): Aggregate | undefined {
  if (sk.startsWith('appointment#')) return 'appointment';
  if (sk === 'claim') return 'claim';
  if (sk.startsWith('waitlist#')) return 'waitlist';
  if (sk === 'lock' && pk.startsWith('charge-lock#')) return 'lock';
  if (sk === 'settlement') return 'settlement';
  if (sk.startsWith('refund#')) return 'refund';
  if (sk.startsWith('message#')) return 'message';
  if (sk.startsWith('signing#')) return 'signing';
  if (pk.startsWith('followup#patient#')) {
    if (sk.startsWith('plan#')) return 'plan';
    if (sk.startsWith('task#')) return 'task';
  }
  return sk.startsWith('referral#') ? 'referral' : undefined;
}

function turned(from: Table): Table {
  const states = Object.keys(from);
  return Object.fromEntries(
    states.map((state) => [state, states.filter((next) => from[next]?.includes(state) === true)]),
  );
}
