import type { Doer } from '../../shared/access/acting.ts';
import { chargeLink } from '../../shared/data/carried.ts';
import type { TransactOperation, Value } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { EndReason } from './codes.ts';
import { deskLink } from './desks.ts';
import { type SigningPolicy, signingPolicy } from './policy.ts';
import { eventTypeOf, type NEWS, signingEvent } from './signing-event.ts';
import { type Signing, signings } from './store.ts';
import { isEnded, type SigningStatus, statesBefore } from './transitions.ts';
import { placeOf, timerFor, waitUntil } from './waits.ts';

type Facts = Omit<
  Signing,
  | 'patientId'
  | 'signingId'
  | 'status'
  | 'version'
  | 'turn'
  | 'history'
  | 'waitUntil'
  | 'runs'
  | 'lookupPk'
  | 'lookupSk'
>;

export interface Change {
  /** Left out: the signing stays in its state, and in its wait. */
  readonly to?: SigningStatus;
  /** What the event is called where the state stays. */
  readonly news?: (typeof NEWS)[keyof typeof NEWS];
  readonly set?: Partial<Facts>;
  readonly drop?: readonly (keyof Facts)[];
  readonly endedReason?: EndReason;
  /** An execution begins here: its input goes with the event. */
  readonly starts?: boolean;
  /** Written with it, all or nothing. */
  readonly along?: readonly TransactOperation[];
  /** Of the event, besides what every event says. */
  readonly more?: Readonly<Record<string, Value>>;
}

export function policyNow(deps: Pick<Deps, 'city' | 'clock'>): SigningPolicy {
  return deps.city.policy(signingPolicy).at(dayOf(deps.clock.now()));
}

/**
 * The write of one change to a signing as it was seen: with its event, its next wait, its timer and its desk. Its
 * condition is the version, and the state along the transition table (rule S3).
 */
export function changeOperation(
  deps: Deps,
  seen: Signing,
  change: Change,
  doer: Doer,
): { readonly after: Signing; readonly operation: TransactOperation } {
  const after = changed(deps, seen, change);
  const { to } = change;
  const now = deps.clock.now();
  const type = change.news ?? eventTypeOf(after.status);
  const operation = signings.putOperation(seen, after, {
    if: {
      version: seen.version,
      ...(to === undefined ? {} : { $all: [{ status: seen.status }, { status: { in: statesBefore(to) } }] }),
    },
    event: signingEvent(deps, type, after, doer, {
      ...change.more,
      ...(change.starts === true ? { place: placeOf(after, now) } : {}),
    }),
    timer: timerFor(policyNow(deps), after),
  });
  return { after, operation };
}

/** Undefined: somebody was faster, or what goes along did not hold. Nothing was written. */
export async function tryChange(
  deps: Deps,
  seen: Signing,
  change: Change,
  doer: Doer,
): Promise<Signing | undefined> {
  const { after, operation } = changeOperation(deps, seen, change, doer);
  const outcome = await deps.table.transact([operation, ...(change.along ?? [])]);
  return outcome.ok ? after : undefined;
}

function changed(
  deps: Deps,
  seen: Signing,
  { to, set = {}, drop = [], endedReason, starts }: Change,
): Signing {
  const at = instant(deps.clock);
  const status = to ?? seen.status;
  const gone: readonly string[] = drop;
  const kept = Object.entries(seen).filter(([name]) => !gone.includes(name));
  // The cast says what the filter proves: a signing without the optional fields that are dropped.
  const facts = Object.fromEntries(kept) as unknown as Signing;
  const { waitUntil: waited, lookupPk: _pk, lookupSk: _sk, chargePayer: _payer, chargeAt, ...rest } = facts;
  const bare: Signing = {
    ...rest,
    ...set,
    status,
    version: seen.version + 1,
    runs: seen.runs + (starts === true ? 1 : 0),
    ...(isEnded({ status }) ? { endedAt: at, ...(endedReason === undefined ? {} : { endedReason }) } : {}),
    ...(to === undefined
      ? {}
      : { turn: seen.turn + 1, reminded: 0, history: [...seen.history, { at, status }] }),
  };
  const until = to === undefined ? waited : waitUntil(policyNow(deps), bare, deps.clock.now());
  const after: Signing = { ...bare, ...(until === undefined ? {} : { waitUntil: until }) };
  const isSameCharge = seen.charge?.chargeId === after.charge?.chargeId;
  const owedSince = isSameCharge && chargeAt !== undefined ? chargeAt : at;
  return {
    ...after,
    ...deskLink(after),
    ...(after.charge?.status === 'OPEN' ? chargeLink(after.patientId, owedSince) : {}),
  };
}
