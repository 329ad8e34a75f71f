import { SYSTEM } from '../../shared/access/acting.ts';
import type { TimerHandler } from '../../shared/context.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { instantAfter } from '../../shared/kernel/duration.ts';
import { houseErrors, Refusal } from '../../shared/kernel/errors.ts';
import { chargeFor, refuseWhilePaying } from './charges.ts';
import { ending } from './end-signing.ts';
import { followCharge } from './follow-charge.ts';
import { offerRenewal } from './offer-renewal.ts';
import { NEWS } from './signing-event.ts';
import { type Change, policyNow, tryChange } from './signing-moves.ts';
import { type Signing, signingOf, signings } from './store.ts';
import { type Due, nextDue, remindersUntil, TICK } from './waits.ts';

/** What time does with a signing: one thing a call, the next one is the next timer. */

/** The end of the wait, where the machine did not see to it. Undefined: nothing is overdue. */
export async function overdueChange(deps: Deps, seen: Signing): Promise<Change | undefined> {
  if (seen.waitUntil === undefined || seen.waitUntil > instant(deps.clock)) return undefined;
  switch (seen.status) {
    case 'TEAM_REVIEW':
      return ending(deps, seen, { to: 'LAPSED', endedReason: 'REVIEW_TIMEOUT' }, SYSTEM);
    case 'SIGNING':
      return ending(deps, seen, { to: 'LAPSED', endedReason: 'SIGNATURE_TIMEOUT' }, SYSTEM);
    case 'PAYING':
      return ending(deps, seen, { to: 'LAPSED', endedReason: 'PAYMENT_TIMEOUT' }, SYSTEM);
    case 'RENEWAL':
    case 'RENEWAL_PAYING':
      return ending(deps, seen, { to: 'EXPIRED', endedReason: 'TERM_OVER' }, SYSTEM);
    default:
      return undefined;
  }
}

const WORK: Readonly<Record<Due, (deps: Deps, seen: Signing) => Promise<Change | undefined>>> = {
  /** The event is what reminds. */
  REMIND: async (deps, seen) => ({
    news: NEWS.reminder,
    set: { reminded: remindersUntil(policyNow(deps), seen, deps.clock.now()) },
  }),
  OVERDUE: overdueChange,
  OPEN_RENEWAL: offerRenewal,
  INSTALMENT: async (deps, seen) => {
    const { instalmentsPaid, quote, round } = seen;
    const amountFen = quote.instalmentsFen[instalmentsPaid];
    if (amountFen === undefined) return undefined;
    const graceUntil = instantAfter(deps.clock.now(), `P${policyNow(deps).instalments.graceDays}D`);
    const instalment = instalmentsPaid + 1;
    return {
      news: NEWS.instalment,
      set: { charge: chargeFor(seen, { round, instalment, amountFen }), graceUntil },
    };
  },
  SUSPEND: async (deps, seen) => {
    await refuseWhilePaying(deps, seen);
    return { to: 'SUSPENDED' };
  },
  TURN: async (_deps, { next, round }) => {
    if (next === undefined) return undefined;
    const { packageIds, quote, entitlements, instalmentsPaid, term } = next;
    return {
      news: NEWS.turn,
      set: { packageIds, quote, entitlements, instalmentsPaid, term, round: round + 1 },
      drop: ['next'],
    };
  },
  TERM_END: (deps, seen) => ending(deps, seen, { to: 'EXPIRED', endedReason: 'TERM_OVER' }, SYSTEM),
  /** What the resident asked for is their right; what only the team wants lapses. */
  END_TERMINATION: async (deps, seen) => {
    if (seen.terminating?.by === 'RESIDENT')
      return ending(deps, seen, { to: 'TERMINATED', endedReason: 'TERMINATION_DUE' }, SYSTEM);
    return { to: seen.terminating?.back ?? 'ACTIVE', drop: ['terminating'] };
  },
};

/** A payment's own end is heard of; this is for the case that it leaves things as they are, or could not be followed. */
const PAYING_AGAIN_MS = 15 * 60_000;

export const tickSigning: TimerHandler = async (deps, { key }) => {
  const seen = await signings.get(deps.table, signingOf(key), { consistent: true });
  if (seen === undefined) return;
  const next = nextDue(policyNow(deps), seen);
  if (next === undefined) return;
  // By a policy that is newer than the timer: left alone it would be cleared, and never come again.
  if (next.at > instant(deps.clock)) return setTimer(deps, seen, next.at);
  if (await isStopped(work(deps, seen, next.due))) await lookAgain(deps, seen);
};

/** Whether a payment stood in the way. */
async function isStopped(doing: Promise<unknown>): Promise<boolean> {
  try {
    await doing;
    return false;
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'PAYMENT_UNDER_WAY') throw error;
    return true;
  }
}

/** @throws Refusal PAYMENT_UNDER_WAY: what is due would end what somebody is paying (rule S7) */
async function work(deps: Deps, seen: Signing, due: Due): Promise<void> {
  const change = await WORK[due](deps, seen);
  if (change === undefined) return;
  if ((await tryChange(deps, seen, change, SYSTEM)) !== undefined) return;
  await refuseWhilePaying(deps, seen);
  throw houseErrors.refusal('CONFLICT');
}

/** No failure of the timer: it would be given up after ten, sooner than a payment, and the wait would have no end. */
async function lookAgain(deps: Deps, seen: Signing): Promise<void> {
  const { patientId, charge } = seen;
  await setTimer(deps, seen, new Date(deps.clock.now() + PAYING_AGAIN_MS).toISOString());
  if (charge !== undefined) await isStopped(followCharge(deps, { patientId, chargeId: charge.chargeId }));
}

/** Whoever has written meanwhile has set it. */
async function setTimer(
  { table }: Deps,
  { patientId, signingId, version }: Signing,
  at: string,
): Promise<void> {
  await signings.update(table, { patientId, signingId }, {}, { if: { version }, timer: { kind: TICK, at } });
}
