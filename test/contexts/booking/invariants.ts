import type { BookingPolicy, Period } from '../../../functions/booking/policy.ts';
import {
  type Appointment,
  appointments,
  type Claim,
  type ScheduleDetail,
  type StoredRecord,
} from '../../../functions/booking/store.ts';
import { type AppointmentStatus, TRANSITIONS } from '../../../functions/booking/transitions.ts';
import type { ChargeLock } from '../../../shared/charges/charge-lock.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import type { Item, Table } from '../../../shared/data/table.ts';
import { addDays, addMonths, type Day, dayOf } from '../../../shared/kernel/china-time.ts';
import { watchedTable } from '../../support/watched-table.ts';

/** The rules of booking told a second time, on what is stored, without the code that keeps them. */

const POOLS = ['PUBLIC', 'COMMUNITY', 'REFERRAL', 'ONSITE'] as const;
const VACATED: readonly AppointmentStatus[] = ['CANCELLED_BY_PATIENT', 'CANCELLED_BY_HOSPITAL', 'EXPIRED'];
/** What an appointment may say of its charge while its lock stands there: it may not have heard yet, never the reverse. */
const LOCKS_BEHIND: Readonly<Record<string, readonly string[]>> = {
  OPEN: ['OPEN', 'CLAIMED', 'PAID', 'REFUNDED'],
  PAID: ['PAID', 'REFUNDED'],
  VOID: ['WITHDRAWN'],
  REFUND_DUE: ['REFUND_DUE', 'REFUNDED'],
  REFUNDED: ['REFUNDED'],
};
/** The same when everything has been heard. */
const LOCK_AT_REST: Readonly<Record<string, readonly string[]>> = {
  OPEN: ['OPEN', 'CLAIMED'],
  PAID: ['PAID'],
  VOID: ['WITHDRAWN'],
  REFUND_DUE: ['REFUND_DUE'],
  REFUNDED: ['REFUNDED'],
};
const FIRST: readonly AppointmentStatus[] = ['HELD', 'BOOKED', 'EXPIRED'];

export class RuleBroken extends Error {}

function must(rule: string, holds: boolean, what: string): void {
  if (!holds) throw new RuleBroken(`${rule}: ${what}`);
}

/** Looks at every write as the table's stream tells it: pass `onChange` to the memory table, and wrap the table. */
export class RuleWatch {
  readonly #items = new Map<string, Item>();
  readonly #claims = new Map<string, Claim>();
  readonly #details = new Map<string, ScheduleDetail>();
  /** By schedule: appointments that have a right to their number. */
  readonly #standing = new Map<string, Map<string, Appointment>>();
  /** Bans that stood when an appointment was entered into its patient's record. */
  readonly #bannedAtEntry = new Map<string, boolean>();
  readonly #policy: BookingPolicy;
  #pending: Change[] = [];
  writes = 0;

  constructor(policy: BookingPolicy) {
    this.#policy = policy;
  }

  readonly onChange = (change: Change): void => {
    this.#pending.push(change);
  };

  /** The table with a check after every write; a transaction counts as one. */
  watched(table: Table): Table {
    return watchedTable(table, () => this.check());
  }

  /** Takes in what was written since the last check and holds it against the rules. */
  check(): void {
    const changes = this.#pending;
    this.#pending = [];
    for (const change of changes) this.#learn(change);
    for (const change of changes) this.#judge(change);
    this.writes += changes.length;
  }

  #learn({ key, new: item }: Change): void {
    if (item === undefined) return;
    this.#items.set(`${key.pk}|${key.sk}`, item);
    const scheduleId = key.pk.slice('booking#schedule#'.length);
    if (key.sk === 'claim') this.#claims.set(scheduleId, typed<Claim>(item));
    if (key.sk === 'detail') this.#details.set(scheduleId, typed<ScheduleDetail>(item));
    if (key.sk.startsWith('appointment#')) {
      const appointment = appointments.from(item);
      const standing = this.#standing.get(appointment.scheduleId) ?? new Map<string, Appointment>();
      this.#standing.set(appointment.scheduleId, standing);
      if (VACATED.includes(appointment.status)) standing.delete(appointment.appointmentId);
      else standing.set(appointment.appointmentId, appointment);
    }
  }

  #judge({ key, old, new: item, at }: Change): void {
    if (item === undefined) return;
    if (key.sk === 'claim') {
      const scheduleId = key.pk.slice('booking#schedule#'.length);
      this.#judgeClaim(scheduleId, old && typed<Claim>(old), typed<Claim>(item));
      this.#judgeBacking(scheduleId);
    }
    if (key.sk === 'record')
      this.#judgeRecord(old && typed<StoredRecord>(old), typed<StoredRecord>(item), at);
    if (key.sk.startsWith('appointment#')) {
      const appointment = appointments.from(item);
      this.#judgeMove(old && appointments.from(old), appointment);
      this.#judgeCharge(appointment);
      this.#judgeBacking(appointment.scheduleId);
    }
  }

  #judgeClaim(scheduleId: string, old: Claim | undefined, claim: Claim): void {
    const detail = this.#details.get(scheduleId);
    if (detail === undefined) throw new Error('a claim without its schedule');
    const free = Object.entries(claim.free).flatMap(([lane, tokens]) =>
      tokens.map((token) => ({ number: token % 1000, slot: Number(lane.slice(1)) })),
    );
    const held = Object.values(claim.holders).map((mark) => ({ number: mark % 1000, slot: undefined }));
    const numbers = [...free, ...held].map(({ number }) => number).toSorted((a, b) => a - b);
    must('I1', numbers.length === claim.capacity, `${numbers.length} numbers of ${claim.capacity}`);
    must('I2', new Set(numbers).size === numbers.length, `a number twice: ${numbers.join()}`);
    must('I1', numbers[0] === 1 && numbers.at(-1) === claim.capacity, `numbers ${numbers.join()}`);
    for (const { number, slot } of free)
      must('I1', slot === slotOf(detail, number), `number ${number} lies in slot ${slot}`);
    detail.slots.forEach((slot, index) => {
      const extra = Object.values(detail.extra).filter((slotIndex) => slotIndex === index).length;
      const here = numbers.filter((number) => slotOf(detail, number) === index).length;
      must('I1', here === slot.capacity + extra, `slot ${index} has ${here} numbers`);
    });
    const grown = claim.capacity - (old?.capacity ?? claim.capacity);
    must(
      'I5',
      grown === 0 || (grown === 1 && detail.extra[claim.capacity] !== undefined),
      `grew by ${grown}`,
    );
    for (const [patientId, mark] of Object.entries(old?.holders ?? {})) {
      if ((claim.holders[patientId] ?? 0) % 100_000 === mark % 100_000) continue;
      const id = `booking#patient#${patientId}|appointment#${scheduleId}_${mark % 100_000}`;
      const status = this.#items.get(id)?.['status'];
      must(
        'I2',
        VACATED.some((vacated) => vacated === status),
        `a number left a ${String(status)} appointment`,
      );
    }
  }

  /** Whoever has an appointment has its number, and nobody else has it. */
  #judgeBacking(scheduleId: string): void {
    const claim = this.#claims.get(scheduleId);
    for (const { patientId, token, status } of this.#standing.get(scheduleId)?.values() ?? []) {
      const mark = claim?.holders[patientId];
      must(
        'I2',
        mark !== undefined && mark % 100_000 === token,
        `a ${status} appointment without its number`,
      );
    }
  }

  #judgeMove(old: Appointment | undefined, appointment: Appointment): void {
    const { status, appointmentId, channel, overrideReason } = appointment;
    if (old === undefined) {
      must('I7', FIRST.includes(status), `an appointment began as ${status}`);
      const banned =
        this.#bannedAtEntry.get(appointmentId) === true &&
        this.#policy.bannedChannels.some((one) => one === channel);
      must('I6', status === 'EXPIRED' || overrideReason !== undefined || !banned, 'a banned patient booked');
    } else if (old.status !== status) {
      const next: readonly string[] = TRANSITIONS[old.status];
      must(old.status === 'HELD' ? 'I4' : 'I7', next.includes(status), `${old.status} became ${status}`);
    }
  }

  /** P1, P5: a lock says more than its appointment, never less, and nobody ends what may still be paid for. */
  #judgeCharge({ appointmentId, status, charge }: Appointment): void {
    if (charge === undefined) return;
    const lock = this.#items.get(`charge-lock#booking#${charge.chargeId}|lock`);
    const is = lock === undefined ? 'OPEN' : typed<ChargeLock>(lock).status;
    const fits = LOCKS_BEHIND[charge.status]?.includes(is) === true;
    must('P1', fits, `${appointmentId}: a ${charge.status} charge over a ${is} lock`);
    const isOwed = is === 'CLAIMED' || is === 'PAID' || is === 'OPEN';
    must('P5', !(VACATED.includes(status) && isOwed), `a ${status} appointment over a ${is} lock`);
  }

  #judgeRecord(old: StoredRecord | undefined, record: StoredRecord, at: number): void {
    must('I3', record.version === (old?.version ?? 0) + 1, 'a version was skipped or written twice');
    const today = dayOf(at);
    for (const id of Object.keys(record.entries)) {
      if (old?.entries[id] !== undefined) continue;
      this.#bannedAtEntry.set(
        id,
        record.bans.some(({ from, until }) => from <= today && today <= until),
      );
    }
    const counted = Object.entries(record.entries)
      .map(([id, packed]) => entry(id, packed))
      .filter(({ state }) => state === 'A' || state === 'N');
    for (const { id, same, period, max } of this.#policy.limits) {
      const groups = Map.groupBy(counted, (one) => same.map((what) => one[what]).join('/'));
      for (const group of groups.values()) {
        const most = Math.max(
          ...group.map(({ day }) => group.filter((one) => within(period, day, one.day)).length),
        );
        must('I3', most <= max, `${most} appointments under ${id}, which allows ${max}`);
      }
    }
  }
}

/** In whose slot a number lies, counted through slots and pools as they were planned. */
function slotOf(detail: ScheduleDetail, number: number): number | undefined {
  let last = 0;
  for (const [index, slot] of detail.slots.entries()) {
    last += POOLS.reduce((sum, pool) => sum + slot.quota[pool], 0);
    if (number <= last) return index;
  }
  return detail.extra[number];
}

function entry(appointmentId: string, packed: string) {
  const [state = '', institution = '', departmentId = ''] = packed.split('|');
  const day = `${appointmentId.slice(0, 4)}-${appointmentId.slice(4, 6)}-${appointmentId.slice(6, 8)}` as Day;
  return {
    state,
    day,
    institution,
    department: `${institution}/${departmentId}`,
    practitioner: appointmentId.slice(10, appointmentId.lastIndexOf('_')),
    'half-day': appointmentId.slice(8, 9),
  };
}

/** Whether `day` lies in the period that begins on, or holds, `from`. */
function within(period: Period, from: Day, day: Day): boolean {
  switch (period.kind) {
    case 'visit-day':
      return day === from;
    case 'days':
      return day >= from && day < addDays(from, period.days);
    case 'months':
      return day >= from && day < addMonths(from, period.months);
    case 'calendar-month':
      return day.slice(0, 7) === from.slice(0, 7);
    case 'calendar-year':
      return day.slice(0, 4) === from.slice(0, 4);
  }
}

/** Rests on nothing in flight: every number is free or a visit's, every entry of a record tells of a visit. */
export function checkAtRest(items: readonly Item[], now: number): void {
  const at = new Map(items.map((item) => [`${item.pk}|${item.sk}`, item]));
  for (const item of items) {
    if (item.sk === 'claim') {
      const scheduleId = item.pk.slice('booking#schedule#'.length);
      const claim = typed<Claim>(item);
      for (const [patientId, mark] of Object.entries(claim.holders)) {
        const id = `booking#patient#${patientId}|appointment#${scheduleId}_${mark % 100_000}`;
        const appointment = at.get(id);
        must('I4', appointment !== undefined, 'a number is held without an appointment');
        const { status, heldUntil = '9999' } = appointments.from(appointment ?? item);
        must('I4', !VACATED.includes(status), `a number is held by a ${status} appointment`);
        must('I4', status !== 'HELD' || Date.parse(heldUntil) > now, 'a hold has lapsed and still stands');
      }
      if (claim.status !== 'OPEN') continue;
      must('I5', item['dueAt'] !== undefined, 'an open schedule has no timer');
      const kept = Object.entries(claim.free).filter(
        ([lane, tokens]) => lane.startsWith('W') && tokens.length > 0,
      );
      must('I5', kept.length === 0, `numbers are kept for nobody in ${kept.map(([lane]) => lane).join()}`);
    }
    if (item.sk.startsWith('appointment#')) {
      const { appointmentId, status, charge } = appointments.from(item);
      if (charge === undefined) continue;
      const lock = at.get(`charge-lock#booking#${charge.chargeId}|lock`);
      const is = lock === undefined ? 'OPEN' : typed<ChargeLock>(lock).status;
      const fits = LOCK_AT_REST[charge.status]?.includes(is) === true;
      must('P1', fits, `${appointmentId}: a ${charge.status} charge rests over a ${is} lock`);
      must('P5', (status === 'PENDING_PAYMENT') <= (is === 'CLAIMED'), 'it waits for a payment that is over');
    }
    if (item.sk === 'record') {
      for (const [id, packed] of Object.entries(typed<StoredRecord>(item).entries)) {
        const appointment = at.get(`${item.pk}|appointment#${id}`);
        const status = appointment?.['status'];
        const gone = status === undefined || VACATED.some((vacated) => vacated === status);
        must('I3', !(packed.startsWith('A') && gone), `the record counts a ${String(status)} appointment`);
        must('I3', packed.startsWith('N') === (status === 'NO_SHOW'), `${packed} for ${String(status)}`);
      }
    }
  }
}

function typed<T>(item: Item): T {
  return item as unknown as T;
}
