import type { Timer } from '../../shared/data/table.ts';
import { addDays, addMonths, type Day, instantAt, yearOf } from '../../shared/kernel/china-time.ts';
import type { WorkflowData } from '../../shared/workflows/workflows.ts';
import type { SigningPolicy } from './policy.ts';
import type { Signing, Term } from './store.ts';
import { isEnded, isInForce, isPending, type SigningStatus, type Stop } from './transitions.ts';

/** How long each step may take, what time does next, and what the waiting machine is told. Pure. */

const HOUR_MS = 3_600_000;

/** The machine ends a wait to the second; the item's timer is its safety net. */
const NET_MS = 15 * 60_000;

export const TICK = 'tick';

/** What time may have to do. */
export type Due =
  | 'REMIND'
  | 'OVERDUE'
  | 'OPEN_RENEWAL'
  | 'INSTALMENT'
  | 'SUSPEND'
  | 'TURN'
  | 'TERM_END'
  | 'END_TERMINATION';

/** The instant at which a term is over. */
export function endOf({ until }: Pick<Term, 'until'>): string {
  return instantAt(addDays(until, 1), '00:00');
}

export function termFrom(from: Day, months: number): Term {
  return { from, until: addDays(addMonths(from, months), -1) };
}

/** How long it was agreed to be, whatever terms are agreed today. */
function monthsOf({ from, until }: Term): number {
  const end = addDays(until, 1);
  return (yearOf(end) - yearOf(from)) * 12 + Number(end.slice(5, 7)) - Number(from.slice(5, 7));
}

/** When the step ends by itself. Undefined: it does not wait for anybody. */
export function waitUntil(policy: SigningPolicy, after: Signing, nowMs: number): string | undefined {
  const inHours = (hours: number): string => new Date(nowMs + hours * HOUR_MS).toISOString();
  switch (after.status) {
    case 'TEAM_REVIEW':
      return inHours(policy.hours.review);
    case 'SIGNING':
      return inHours(policy.hours.signatures);
    case 'PAYING':
      return new Date(
        Date.parse(after.charge?.payBy ?? inHours(0)) + policy.paymentGraceMinutes * 60_000,
      ).toISOString();
    case 'RENEWAL':
    case 'RENEWAL_PAYING':
      return after.term === undefined ? undefined : endOf(after.term);
    case 'TERMINATING':
      return inHours(policy.termination.days * 24);
    default:
      return undefined;
  }
}

interface Entry {
  readonly due: Due;
  readonly at: string;
}

/** All that time will do with a signing as it stands. */
function agenda(policy: SigningPolicy, signing: Signing): readonly Entry[] {
  if (isEnded(signing)) return [];
  if (isPending(signing)) return [...reminderOfStep(policy, signing), ...overdue(signing)];
  return isInForce(signing) ? ofContract(policy, signing) : [];
}

function reminderOfStep(
  policy: SigningPolicy,
  { reminded, waitUntil: until, history }: Signing,
): readonly Entry[] {
  const since = history.at(-1)?.at;
  if (reminded > 0 || until === undefined || since === undefined) return [];
  const [from, to] = [Date.parse(since), Date.parse(until)];
  const at = new Date(from + Math.max(0, to - from) * (policy.remindAtPercent / 100)).toISOString();
  return [{ due: 'REMIND', at }];
}

function overdue({ waitUntil: until }: Signing): readonly Entry[] {
  if (until === undefined) return [];
  return [{ due: 'OVERDUE', at: new Date(Date.parse(until) + NET_MS).toISOString() }];
}

function ofContract(policy: SigningPolicy, signing: Signing): readonly Entry[] {
  const { status, term, next } = signing;
  if (term === undefined) return [];
  const renewing = status === 'RENEWAL' || status === 'RENEWAL_PAYING';
  const end = endOf(term);
  if (renewing) {
    const net = new Date(Date.parse(end) + NET_MS).toISOString();
    return [...reminderOfRenewal(policy, signing, term), { due: 'TERM_END', at: net }];
  }
  const over: Entry = { due: next === undefined ? 'TERM_END' : 'TURN', at: end };
  if (status === 'TERMINATING') {
    return [
      over,
      ...(signing.waitUntil === undefined
        ? []
        : [{ due: 'END_TERMINATION', at: signing.waitUntil } as const]),
    ];
  }
  return status === 'ACTIVE' ? [over, ...ofActive(policy, signing, term)] : [over];
}

function remindAt({ until }: Term, days: number): string {
  return instantAt(addDays(until, -days), '09:00');
}

function reminderOfRenewal(
  policy: SigningPolicy,
  { reminded, status }: Signing,
  term: Term,
): readonly Entry[] {
  const days = policy.renewal.remindDaysBefore[reminded];
  if (days === undefined || status !== 'RENEWAL') return [];
  return [{ due: 'REMIND', at: remindAt(term, days) }];
}

/** How many reminders there have been with this one. A window that opens late reminds once for all that are past. */
export function remindersUntil(
  policy: SigningPolicy,
  { status, term, reminded }: Signing,
  nowMs: number,
): number {
  if (status !== 'RENEWAL' || term === undefined) return reminded + 1;
  const past = policy.renewal.remindDaysBefore.filter(
    (days) => remindAt(term, days) <= new Date(nowMs).toISOString(),
  );
  return Math.max(reminded + 1, past.length);
}

function ofActive(
  policy: SigningPolicy,
  { charge, graceUntil, quote, instalmentsPaid, next, renewable }: Signing,
  term: Term,
): readonly Entry[] {
  if (charge?.status === 'OPEN') {
    return graceUntil === undefined ? [] : [{ due: 'SUSPEND', at: graceUntil }];
  }
  const parts = quote.instalmentsFen.length;
  const months = Math.floor((instalmentsPaid * monthsOf(term)) / Math.max(1, parts));
  return [
    ...(instalmentsPaid < parts
      ? [{ due: 'INSTALMENT', at: instantAt(addMonths(term.from, months), '08:00') } as const]
      : []),
    ...(next === undefined && renewable !== false
      ? [
          {
            due: 'OPEN_RENEWAL',
            at: instantAt(addDays(term.until, -policy.renewal.windowDays), '08:00'),
          } as const,
        ]
      : []),
  ];
}

/** What comes first. */
export function nextDue(policy: SigningPolicy, signing: Signing): Entry | undefined {
  const [first, ...others] = agenda(policy, signing);
  if (first === undefined) return undefined;
  return others.reduce((earliest, one) => (one.at < earliest.at ? one : earliest), first);
}

export function timerFor(policy: SigningPolicy, signing: Signing): Timer | null {
  const next = nextDue(policy, signing);
  return next === undefined ? null : { kind: TICK, at: next.at };
}

const STOPS: Partial<Record<SigningStatus, Stop>> = {
  TEAM_REVIEW: 'REVIEW',
  SIGNING: 'SIGNATURES',
  PAYING: 'PAYMENT',
  RENEWAL: 'RENEWAL',
  RENEWAL_PAYING: 'PAYMENT',
};

/** Where the machine goes by itself when the step is taken as hoped; anything else it has to look up. */
const STRAIGHT: Readonly<Record<Stop, readonly SigningStatus[]>> = {
  REVIEW: ['SIGNING'],
  SIGNATURES: ['PAYING', 'ACTIVE'],
  PAYMENT: ['ACTIVE'],
  RENEWAL: ['RENEWAL_PAYING', 'ACTIVE'],
  END: [],
};

export function wentStraight({ status }: Pick<Signing, 'status'>, at: Stop): boolean {
  return STRAIGHT[at].includes(status);
}

export function stopOf({ status }: Pick<Signing, 'status'>): Stop {
  return STOPS[status] ?? 'END';
}

/** What the machine is told: ids, codes and seconds. It is the input of an execution and the answer to every wait. */
export function placeOf(
  { patientId, signingId, status, waitUntil: until }: Signing,
  nowMs: number,
): WorkflowData {
  const at = stopOf({ status });
  const endMs = until === undefined ? nowMs : Date.parse(until);
  return { patientId, signingId, at, seconds: Math.max(1, Math.ceil((endMs - nowMs) / 1000)) };
}
