import { lapseOf } from '../../../functions/booking/numbers.ts';
import {
  type Appointment,
  appointments,
  type Claim,
  type StoredRecord,
} from '../../../functions/booking/store.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import type { Item } from '../../../shared/data/table.ts';
import type { Watch } from '../kernel/part.ts';

/** Clocks of containers differ from the right one by as much as this, and a function runs a minute at most. */
const MINUTE = 60_000;
const SKEW_MS = 6 * MINUTE;

/** Once nothing fails any more, a cancelled clinic is told of within this time: the longest pause of a timer that failed. */
const TOLD_MS = 60 * 60_000 + SKEW_MS;

/** A number whose hold has lapsed while it was being paid for is looked at again as late as this. */
const AGAIN_MS = 15 * 60_000 + SKEW_MS;

/** Whoever still waits for a visit. */
const UNTOLD: readonly string[] = ['HELD', 'PENDING_PAYMENT', 'BOOKED', 'CHECKED_IN', 'CALLED'];

/** What follows from the rules of booking over time, besides what `invariants.ts` holds every single write against. */
export class BookingWatch implements Watch {
  readonly #requests = new Map<string, string>();
  /** By schedule: whether it is cancelled, and who still counts on it. */
  readonly #cancelled = new Map<string, number>();
  /** From when on nothing fails any more. */
  readonly #calmSince: () => number | undefined;
  readonly #standing = new Map<string, Appointment>();
  #changes: Change[] = [];

  constructor(calmSince: () => number | undefined) {
    this.#calmSince = calmSince;
  }

  onChange(change: Change): void {
    if (change.key.pk.startsWith('booking#')) this.#changes.push(change);
  }

  check(): void {
    for (const { key, old, new: item, at } of this.#changes.splice(0)) {
      if (item === undefined) continue;
      if (key.sk.startsWith('appointment#'))
        this.#judge(old && appointments.from(old), appointments.from(item), at);
      if (key.sk === 'claim') judgeTimer(old, item, at);
      if (key.sk === 'claim' && item['status'] === 'CANCELLED')
        this.#cancelled.set(key.pk.slice('booking#schedule#'.length), at);
      if (key.sk === 'record') judgeBans(item as unknown as StoredRecord);
    }
  }

  checkAtRest(): void {
    for (const { appointmentId, scheduleId, status } of this.#standing.values())
      if (this.#cancelled.has(scheduleId) && UNTOLD.includes(status))
        throw new Error(`I4: ${appointmentId} is ${status} in a clinic that was cancelled`);
  }

  #judge(old: Appointment | undefined, appointment: Appointment, at: number): void {
    const { appointmentId, patientId, scheduleId, status, charge, rescheduledFrom } = appointment;
    this.#standing.set(appointmentId, appointment);
    this.#judgeTelling(old, appointment, at);
    const lapsed = Date.parse(old?.heldUntil ?? '') <= at - SKEW_MS;
    // What was paid for is given, however late booking hears of it.
    const isPaid = charge?.status === 'PAID' || charge?.status === 'REFUNDED';
    if (old?.status === 'HELD' && status === 'BOOKED' && lapsed && !isPaid)
      throw new Error(`I4: the hold ${appointmentId} was confirmed after it had lapsed`);
    if (old !== undefined || status === 'EXPIRED') return;
    // An appointment is moved once, whoever asks; everything else is asked for under a key.
    const request = `${patientId} ${rescheduledFrom ?? `${scheduleId} ${appointment.request}`}`;
    const first = this.#requests.get(request);
    if (first !== undefined) throw new Error(`I8: ${request} made ${first}, and now ${appointmentId}`);
    this.#requests.set(request, appointmentId);
  }

  /** Who is paying has to be waited for; everybody else is told at once. */
  #judgeTelling(
    old: Appointment | undefined,
    { appointmentId, scheduleId, status }: Appointment,
    at: number,
  ): void {
    const [cancelledAt, calmSince] = [this.#cancelled.get(scheduleId), this.#calmSince()];
    if (old?.status !== 'BOOKED' || status !== 'CANCELLED_BY_HOSPITAL') return;
    if (cancelledAt === undefined || calmSince === undefined) return;
    if (at > Math.max(cancelledAt, calmSince) + TOLD_MS)
      throw new Error(`I4: ${appointmentId} is told too late that its clinic is cancelled`);
  }
}

/** No crash leaves a number alone: whatever is written to a schedule, its timer stands early enough. */
function judgeTimer(old: Item | undefined, item: Item, at: number): void {
  const { status, holders, dueAttempts } = item as unknown as Claim & { readonly dueAttempts?: number };
  // A sweep that has claimed or put off the timer sees to it.
  if (dueAttempts !== undefined && dueAttempts > 0) return;
  const due = item['dueAt'] === undefined ? Number.POSITIVE_INFINITY : Date.parse(String(item['dueAt']));
  if (status !== 'OPEN' && old?.['status'] === 'OPEN' && due > at + SKEW_MS)
    throw new Error(`I4: a clinic is ${status}, and nobody looks at its appointments`);
  const lapses = status === 'OPEN' ? Object.values(holders).flatMap((mark) => lapseOf(mark) ?? []) : [];
  if (due > Math.max(Math.min(...lapses) + MINUTE, at + AGAIN_MS))
    throw new Error('I4: a hold lapses, and nobody looks at it then');
}

function judgeBans({ bans }: StoredRecord): void {
  const causes = bans.map(({ rule, cause }) => `${rule} by ${cause}`);
  if (new Set(causes).size < causes.length)
    throw new Error(`I6: banned twice for one thing: ${causes.join()}`);
}
