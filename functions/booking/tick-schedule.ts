import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { logEntry } from '../../shared/observability/log.ts';
import { movePool, TICK } from './hold-number.ts';
import { freeIn, POOLS } from './lanes.ts';
import { lapseOf, tokenOf } from './numbers.ts';
import { offerFreedNumbers } from './offer-freed-numbers.ts';
import type { Pool } from './policy.ts';
import { settleHolder, settleMarks } from './settle-holder.ts';
import {
  appointmentIdOf,
  appointments,
  type Claim,
  claims,
  type ScheduleDetail,
  schedules,
  waitlist,
} from './store.ts';
import { waitingFor } from './waiting-list.ts';

const LEFT = logEntry('BOOKING_TICK_LEFT', 'a number could not be tidied and is looked at again');

/** Something that is not finished yet is looked at again after this time. */
const AGAIN_MS = 2 * 60_000;
/** A payment under way: its end is heard of (hear-of-charge.ts), this is for the case that it is not. */
const PAYING_AGAIN_MS = 15 * 60_000;

/** What is left after a look at the holders: nothing, payments under way and nothing else, or something. */
type Left = 'nothing' | 'payments' | 'something';

/**
 * All that time does to a schedule, in one place: holds lapse, pools join the public one, a cancelled clinic
 * cancels its appointments, absent patients become no-shows. Every step is a conditional write of its own, so it
 * may be called at any time, twice, or die half-way; afterwards the timer stands at the next thing to do.
 */
export async function tickSchedule(deps: Deps, scheduleId: string): Promise<void> {
  const { table } = deps;
  const [found, detail] = await Promise.all([
    claims.get(table, scheduleId, { consistent: true }),
    schedules.get(table, scheduleId, { consistent: true }),
  ]);
  if (found === undefined || detail === undefined) return;
  const claim = detail.endsAt <= instant(deps.clock) ? await endClinic(deps, scheduleId, found) : found;
  const left = await settleHolders(deps, detail, claim);
  if (claim.status === 'OPEN') {
    await releasePools(deps, detail, claim);
    await offerFreedNumbers(deps, scheduleId);
  } else {
    await closeWaitlist(deps, scheduleId);
  }
  await setTimer(deps, detail, claim.status, left);
}

/** Answers the claim as that write left it: after it nobody takes a number any more, so its holders are all there are. */
async function endClinic(deps: Deps, scheduleId: string, found: Claim): Promise<Claim> {
  if (found.status !== 'OPEN') return found;
  const outcome = await claims.update(
    deps.table,
    scheduleId,
    { set: { status: 'ENDED' } },
    { if: { status: 'OPEN' }, timer: { kind: TICK, at: instant(deps.clock) } },
  );
  return outcome.ok ? outcome.item : (outcome.current ?? found);
}

/** Answers what time still has to do something about. */
async function settleHolders(deps: Deps, detail: ScheduleDetail, { status, holders }: Claim): Promise<Left> {
  const { scheduleId } = detail;
  const now = deps.clock.now();
  const due = Object.entries(holders).filter(
    ([, mark]) => status !== 'OPEN' || (lapseOf(mark) ?? Number.POSITIVE_INFINITY) <= now,
  );
  const ids = due.map(([patientId, mark]) => ({
    patientId,
    appointmentId: appointmentIdOf(scheduleId, tokenOf(mark)),
  }));
  const found = await appointments.getMany(deps.table, ids, { consistent: true });
  const staying: [string, number][] = [];
  let [unsettled, paying] = [0, 0];
  for (const [index, [patientId, mark]] of due.entries()) {
    const settled = await settleHolder(deps, { detail, status, patientId, mark, appointment: found[index] });
    if (settled === 'again') unsettled += 1;
    if (settled === 'paying') paying += 1;
    if (settled === 'stays') staying.push([patientId, mark]);
  }
  if (!(await settleMarks(deps, scheduleId, staying))) unsettled += 1;
  if (unsettled > 0) deps.log.info(LEFT, { scheduleId, unsettled });
  if (unsettled > 0) return 'something';
  return paying > 0 ? 'payments' : 'nothing';
}

function releasedPools({ releasedAt }: Pick<ScheduleDetail, 'releasedAt'>, now: string): readonly Pool[] {
  return POOLS.filter((pool) => (releasedAt[pool] ?? '9999') <= now);
}

async function releasePools(deps: Deps, detail: ScheduleDetail, claim: Claim): Promise<void> {
  const released = releasedPools(detail, instant(deps.clock));
  if (released.length === 0) return;
  const { scheduleId, slots } = detail;
  const to = (await waitingFor(deps, scheduleId)).length > 0 ? 'WAITLIST' : 'PUBLIC';
  const slotIndexes = slots.map((_, index) => index);
  for (const from of released) await movePool(deps, { scheduleId, claim, from, to, slotIndexes });
}

/** Nobody is called any more to a clinic that is over or cancelled. */
async function closeWaitlist(deps: Deps, scheduleId: string): Promise<void> {
  for (const entry of await waitingFor(deps, scheduleId)) {
    await waitlist.update(deps.table, entry, { set: { status: 'CLOSED' } }, { if: { status: 'WAITING' } });
  }
}

const MOST_ATTEMPTS = 3;

/**
 * The next lapse, release or end. Written only on the very state it was reckoned from: a hold or a freed number that
 * comes in between makes it reckon again, and where that never ends the schedule is simply looked at again soon.
 */
async function setTimer(
  deps: Deps,
  detail: ScheduleDetail,
  status: Claim['status'],
  left: Left,
): Promise<void> {
  const { table, clock } = deps;
  const { scheduleId } = detail;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const claim = await claims.get(table, scheduleId, { consistent: true });
    // Who changed the status has set the timer for it.
    if (claim === undefined || claim.status !== status) return;
    const at = nextTick(claim, detail, clock.now(), left);
    const outcome = await claims.update(
      table,
      scheduleId,
      {},
      {
        if: { status, holders: { eq: claim.holders }, free: { eq: claim.free } },
        timer: at === undefined ? null : { kind: TICK, at: new Date(at).toISOString() },
      },
    );
    if (outcome.ok) return;
  }
  const soon = new Date(clock.now() + AGAIN_MS).toISOString();
  await claims.update(table, scheduleId, {}, { if: { status }, timer: { kind: TICK, at: soon } });
}

function nextTick(claim: Claim, detail: ScheduleDetail, now: number, left: Left): number | undefined {
  const again = now + (left === 'payments' ? PAYING_AGAIN_MS : AGAIN_MS);
  if (claim.status !== 'OPEN') return left === 'nothing' ? undefined : again;
  const lapses = Object.values(claim.holders).flatMap((mark) => lapseOf(mark) ?? []);
  const releases = Object.values(detail.releasedAt).map((at) => Date.parse(at));
  return Math.min(
    Date.parse(detail.endsAt),
    ...lapses.map((at) => (at <= now ? again : at)),
    ...releases.filter((at) => at > now),
    // Freed since the pools were moved and the numbers offered.
    ...(isLeftBehind(claim, detail, now) ? [now] : []),
  );
}

function isLeftBehind(claim: Claim, detail: ScheduleDetail, now: number): boolean {
  const pools = ['WAITLIST' as const, ...releasedPools(detail, new Date(now).toISOString())];
  return detail.slots.some((_, index) => pools.some((pool) => freeIn(claim, pool, index).length > 0));
}
