import type { Change } from '../../../shared/data/memory-store.ts';
import type { Watch } from '../kernel/part.ts';
import { MOVES } from './transition-tables.ts';

/** A state that was reached is an event, and that is a change of a patient's record. */
const AUDITED: ReadonlySet<string> = new Set([
  ...reached(MOVES.appointment).map((status) => `booking.appointment-${status}`),
  ...reached(MOVES.referral).map((status) => `referral.${status}`),
  ...reached(MOVES.signing).map((status) => `signing.${status}`),
  ...['plan-proposed', 'plan-opened', 'plan-changed', 'plan-ended', 'referral-proposed', 'emergency']
    .concat('task-answered', 'task-deferred', 'task-cancelled', 'task-lost')
    .map((step) => `followup.${step}`),
]);

function reached(moves: ReadonlySet<string>): readonly string[] {
  return [...moves].map((move) => (move.split(' > ')[1] ?? '').toLowerCase().replaceAll('_', '-'));
}

/** AUDIT: every change of a patient's record is written down, once, under its event's id, and stays. */
export class AuditWatch implements Watch {
  /** Whose changes; what others only tell of, nobody here writes down. */
  readonly #contexts: ReadonlySet<string>;
  readonly #events = new Map<string, string>();
  readonly #written = new Set<string>();
  #broken: string | undefined;

  constructor(contexts: Iterable<string>) {
    this.#contexts = new Set(contexts);
  }

  onChange({ key, old, new: item }: Change): void {
    if (key.pk.startsWith('audit#')) {
      const id = key.sk.slice(key.sk.indexOf('#') + 1);
      if (old !== undefined) this.#broken = 'an entry was changed';
      if (this.#written.has(id)) this.#broken = `${id} was written down twice`;
      this.#written.add(id);
      return;
    }
    const type = String(item?.['eventType']);
    if (item?.['eventId'] === old?.['eventId'] || !AUDITED.has(type)) return;
    if (this.#contexts.has(type.slice(0, type.indexOf('.'))))
      this.#events.set(String(item?.['eventId']), type);
  }

  check(): void {
    if (this.#broken !== undefined) throw new Error(`AUDIT: ${this.#broken}`);
  }

  checkAtRest(): void {
    for (const [id, type] of this.#events)
      if (!this.#written.has(id)) throw new Error(`AUDIT: ${type} was never written down`);
  }
}
