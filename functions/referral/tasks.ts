import type * as z from 'zod/mini';
import { SYSTEM } from '../../shared/access/acting.ts';
import type { Task } from '../../shared/context.ts';
import type { Deps } from '../../shared/deps.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import type { WorkflowData } from '../../shared/workflows/workflows.ts';
import { sealToken } from './clinical.ts';
import * as contract from './contracts.ts';
import { referralErrors } from './errors.ts';
import { expire } from './expire.ts';
import { catchUpWithBooking } from './follow-appointment.ts';
import { answer } from './follow-machine.ts';
import { policyNow, tryMove } from './referral-moves.ts';
import { type Referral, type ReferralId, type ReservedNumber, referrals } from './store.ts';
import { isEnded, type Stop } from './transitions.ts';
import { placeOf, stopOf, timerFor, undoTimer } from './waits.ts';

/** What the machine calls. Everything is told by the item: a state that comes late is sent on at once. */

/** Each lost race is a step that was taken at the same moment. */
const MOST_ATTEMPTS = 8;

interface Asking extends ReferralId {
  readonly at: Stop;
  readonly number?: ReservedNumber;
  readonly token: string;
}

/** The state waits for a person: its token is kept, sealed, for whoever takes the step. */
async function ask(deps: Deps, { at, number, token, ...id }: Asking): Promise<void> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const seen = await readReferral(deps, id);
    const reserves = at === 'CONFIRMATION' && seen.status === 'ACCEPTED' && number !== undefined;
    if (!reserves && stopOf(seen) !== at) {
      if (isToGiveBack(seen, number) && !(await oweRelease(deps, seen))) continue;
      return answer(deps, seen, at, token);
    }
    const turn = reserves ? seen.turn + 1 : seen.turn;
    const kept = { turn, at, sealed: await sealToken(deps, id, token) };
    const outcome = reserves
      ? await tryMove(deps, seen, { to: 'RESERVED', doer: SYSTEM, next: { number }, token: kept })
      : await keepToken(deps, seen, kept);
    if (!outcome.ok) continue;
    if (at === 'CONFIRMATION') await catchUpWithBooking(deps, outcome.referral);
    return;
  }
  throw houseErrors.refusal('CONFLICT');
}

/** A number that came too late: its referral has ended without it, and was told already that nothing is reserved. */
function isToGiveBack(seen: Referral, number: ReservedNumber | undefined): boolean {
  const isItsOwn = seen.number?.appointmentId === number?.appointmentId;
  return number !== undefined && !isItsOwn && isEnded(seen) && !seen.owesRelease;
}

/** The machine, which is told where the referral stands, goes on to the release; a timer sees to it if it dies. */
async function oweRelease(
  { table, clock }: Deps,
  { patientId, referralId, turn }: Referral,
): Promise<boolean> {
  const outcome = await referrals.update(
    table,
    { patientId, referralId },
    { set: { owesRelease: true } },
    { if: { turn, owesRelease: false }, timer: undoTimer(clock.now()) },
  );
  return outcome.ok;
}

/** Leaves the timer and the step as they are. */
async function keepToken(
  deps: Deps,
  { patientId, referralId, turn }: Referral,
  token: { readonly turn: number; readonly at: Stop; readonly sealed: string },
): Promise<{ readonly ok: true; readonly referral: Referral } | { readonly ok: false }> {
  const outcome = await referrals.update(
    deps.table,
    { patientId, referralId },
    { set: { token } },
    { if: { turn } },
  );
  return outcome.ok ? { ok: true, referral: outcome.item } : { ok: false };
}

/** Where the referral stands now; a wait that is over is ended first. */
async function lookUp(
  deps: Deps,
  { patientId, referralId, noNumber = false }: z.output<typeof contract.lookInput>,
): Promise<WorkflowData> {
  const id = { patientId, referralId };
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const seen = await readReferral(deps, id);
    const moved =
      noNumber && seen.status === 'ACCEPTED'
        ? await tryMove(deps, seen, {
            to: 'OFFERED',
            doer: SYSTEM,
            next: { owesRelease: false },
            reason: 'NO_NUMBER',
          })
        : await expire(deps, seen);
    if (moved === undefined) return placeOf(policyNow(deps), seen, deps.clock.now());
    if (moved.ok) return placeOf(policyNow(deps), moved.referral, deps.clock.now());
  }
  throw houseErrors.refusal('CONFLICT');
}

/** Nothing is reserved any more. */
async function settle(deps: Deps, id: ReferralId): Promise<WorkflowData> {
  const seen = await readReferral(deps, id);
  if (isEnded(seen) && seen.owesRelease) {
    const after = { ...seen, owesRelease: false };
    await referrals.update(
      deps.table,
      id,
      { set: { owesRelease: false } },
      { if: { turn: seen.turn }, timer: timerFor(policyNow(deps), after, deps.clock.now()) },
    );
  }
  return { ...id, at: 'END' };
}

async function readReferral({ table }: Deps, id: ReferralId): Promise<Referral> {
  const seen = await referrals.get(table, id, { consistent: true });
  if (seen === undefined) throw referralErrors.refusal('REFERRAL_NOT_FOUND');
  return seen;
}

export const tasks: Readonly<Record<string, Task>> = {
  ask: {
    input: contract.askInput,
    output: contract.nothing,
    handle: async (deps, input, { taskToken }) => {
      if (taskToken === undefined) throw new Error('a state asks and passes no token');
      const { number, ...rest } = contract.askInput.parse(input);
      await ask(deps, { ...rest, ...(number === undefined ? {} : { number }), token: taskToken });
      return {};
    },
  },
  'look-up': {
    input: contract.lookInput,
    output: contract.placeOutput,
    handle: (deps, input) => lookUp(deps, contract.lookInput.parse(input)),
  },
  settle: {
    input: contract.placeInput,
    output: contract.placeOutput,
    handle: (deps, input) => settle(deps, contract.placeInput.parse(input)),
  },
};
