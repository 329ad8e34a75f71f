import type { Doer } from '../../shared/access/acting.ts';
import type { Changes, Condition, TransactOperation, Value } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { EndReason } from './codes.ts';
import { deskLink } from './desks.ts';
import { type ReferralPolicy, referralPolicy } from './policy.ts';
import { eventTypeOf, referralEvent } from './referral-event.ts';
import { type Referral, referrals, type TimelineEntry } from './store.ts';
import { isEnded, type ReferralStatus, statesBefore } from './transitions.ts';
import { placeOf, timerFor, waitUntil } from './waits.ts';

/** What a step may change besides the state and what follows from it. */
type Changeable = Omit<
  Referral,
  | 'patientId'
  | 'referralId'
  | 'status'
  | 'turn'
  | 'timeline'
  | 'heard'
  | 'token'
  | 'waitUntil'
  | 'lookupPk'
  | 'lookupSk'
>;

export interface Move {
  readonly to: ReferralStatus;
  readonly doer: Doer;
  readonly next?: Partial<Changeable>;
  readonly remove?: readonly (keyof Changeable)[];
  /** Of the timeline: a code, or what the institution answers for. */
  readonly reason?: string;
  readonly endedReason?: EndReason;
  readonly requestKey?: string;
  /** Written with it, all or nothing. */
  readonly along?: readonly TransactOperation[];
  /** Token of the state that waits in the new step, where the machine itself makes the move. */
  readonly token?: Value;
  /** An execution begins here: its input goes with the event. */
  readonly starts?: boolean;
  /** Of the event, besides what every event says. */
  readonly more?: Readonly<Record<string, Value>>;
}

export type Moved =
  | { readonly ok: true; readonly referral: Referral }
  | { readonly ok: false; readonly current: Referral | undefined };

export function policyNow(deps: Pick<Deps, 'city' | 'clock'>): ReferralPolicy {
  return deps.city.policy(referralPolicy).at(dayOf(deps.clock.now()));
}

/**
 * One step along the transition table, from a referral as it was seen: one conditional write with the event that
 * tells of it, the next wait, its timer and the next desk. `ok: false`: somebody was faster, look again.
 */
export async function tryMove(deps: Deps, seen: Referral, move: Move): Promise<Moved> {
  const { patientId, referralId } = seen;
  const id = { patientId, referralId };
  const { after, changes, condition } = step(deps, seen, move);
  const [policy, now] = [policyNow(deps), deps.clock.now()];
  const options = {
    if: condition,
    event: referralEvent(deps, eventTypeOf(after.status), after, move.doer, {
      ...move.more,
      ...(move.starts === true ? { place: placeOf(policy, after, now) } : {}),
    }),
    timer: timerFor(policy, after, now),
  };
  if (move.along === undefined) {
    const outcome = await referrals.update(deps.table, id, changes, options);
    return outcome.ok ? { ok: true, referral: outcome.item } : { ok: false, current: outcome.current };
  }
  const outcome = await deps.table.transact([referrals.updateOperation(id, changes, options), ...move.along]);
  if (outcome.ok) return { ok: true, referral: after };
  return { ok: false, current: await referrals.get(deps.table, id, { consistent: true }) };
}

function step(
  deps: Deps,
  seen: Referral,
  { to, next = {}, remove = [], reason, endedReason, requestKey, token }: Move,
): { readonly after: Referral; readonly changes: Changes; readonly condition: Condition } {
  const now = deps.clock.now();
  const at = instant(deps.clock);
  // Who is treated has arrived: the same state of the machine waits on.
  const sameWait = seen.status === 'ARRIVED' && to === 'IN_TREATMENT';
  const turn = sameWait ? seen.turn : seen.turn + 1;
  const ends = isEnded({ status: to });
  const set = {
    ...next,
    status: to,
    turn,
    ...(requestKey === undefined ? {} : { requestKey }),
    ...(ends ? { endedAt: at, ...(endedReason === undefined ? {} : { endedReason }) } : {}),
  };
  const gone: readonly string[] = sameWait ? remove : [...remove, 'waitUntil'];
  const kept = Object.entries(seen).filter(([name]) => !gone.includes(name));
  // The cast says what the table layer proves: the item as it will stand, of the same entity.
  const bare = { ...Object.fromEntries(kept), ...set } as unknown as Referral;
  const until = waitUntil(policyNow(deps), bare, now);
  const { waitUntil: _old, lookupPk: _pk, lookupSk: _sk, ...rest } = bare;
  const after: Referral = { ...rest, ...(until === undefined ? {} : { waitUntil: until }) };
  const link = deskLink(after);
  const entry: TimelineEntry = {
    at,
    status: to,
    institutionId: institutionOf(after),
    ...(reason === undefined ? {} : { reason }),
    ...(after.standing === undefined ? {} : { round: after.round }),
  };
  return {
    after: { ...after, ...link, timeline: [...seen.timeline, entry] },
    changes: {
      set: valuesOf({
        ...set,
        ...(until === undefined ? {} : { waitUntil: until }),
        ...link,
        ...(token === undefined ? {} : { token }),
      }),
      append: { timeline: [{ ...entry }] },
      remove: [
        ...remove,
        ...(until === undefined ? ['waitUntil'] : []),
        ...(link === undefined ? ['lookupPk', 'lookupSk'] : []),
      ],
    },
    condition: { turn: seen.turn, $all: [{ status: seen.status }, { status: { in: statesBefore(to) } }] },
  };
}

/** Whom the timeline names: who reviews or returned it, else who receives. */
function institutionOf({
  status,
  gates,
  gateIndex,
  fromInstitutionId,
  toInstitutionId,
  returnedFrom,
}: Referral): string {
  const gate = gates[gateIndex] ?? fromInstitutionId;
  if (status === 'GATE_REVIEW' || status === 'REJECTED') return gate;
  if (status === 'RETURNED') return returnedFrom === 'GATE_REVIEW' ? gate : toInstitutionId;
  return toInstitutionId;
}

/** Every part of a referral is a value the table can keep: its types say so, but not in a way the compiler follows. */
function valuesOf(fields: object): NonNullable<Changes['set']> {
  return Object.fromEntries(Object.entries(fields));
}
