import type { Item } from '../../shared/data/table.ts';
import { addDays, dayOf, instantAt } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { addFen } from '../../shared/kernel/fen.ts';
import { logEntry } from '../../shared/observability/log.ts';
import { paymentErrors } from './errors.ts';
import { postingsOn } from './ledger-queries.ts';
import { type PaymentDeps, policyNow } from './payment-deps.ts';
import { billOf } from './reconcile-bill.ts';
import { compare, gapOf, type Movement, ourMovements, sumsOf } from './reconcile-compare.ts';
import { settleDifferences } from './reconcile-differences.ts';
import { listOfMerchant, merchantsInUse } from './reconcile-merchants.ts';
import {
  type Difference,
  type DifferenceClass,
  differencesOf,
  RECONCILE,
  type Reconciliation,
  type ReconciliationId,
  type Result,
  reconciliations,
} from './reconcile-store.ts';
import { openWork, resolveWork, SYSTEM } from './worklist.ts';

const RECONCILED = logEntry('PAYMENT_RECONCILED', 'our ledger and a bill of WeChat were compared');
const OPEN = logEntry('PAYMENT_BILL_DIFFERS', 'differences from a bill are on a list for a person');

/** When WeChat has made the bills of the day before, and for how long it keeps them (pay.weixin.qq.com/doc/v3). */
const READY_AT = '10:00';
const KEPT_DAYS = 90;

/** The daily schedule: every merchant's yesterday is due. Each has a timer of its own, so none stands in another's way. */
export async function openReconciliations(deps: PaymentDeps, at: string): Promise<void> {
  const day = addDays(dayOf(at), -1);
  for (const mchid of await merchantsInUse(deps)) {
    const due: Reconciliation = { day, mchid, status: 'DUE', askedAt: instant(deps.clock) };
    await reconciliations.put(deps.table, due, due, { if: { $exists: false }, timer: timerNow(deps) });
  }
}

/** By hand, as often as wanted: it is done with the next minute's timers. @throws Refusal NO_BILL */
export async function askReconciliation(deps: PaymentDeps, id: ReconciliationId): Promise<Reconciliation> {
  const { day, mchid } = id;
  const now = deps.clock.now();
  const isMade = now >= Date.parse(instantAt(addDays(day, 1), READY_AT));
  if (!isMade || now >= Date.parse(instantAt(addDays(day, KEPT_DAYS), '00:00')))
    throw paymentErrors.refusal('NO_BILL');
  const outcome = await reconciliations.update(
    deps.table,
    id,
    { set: { day, mchid, askedAt: instant(deps.clock) }, setIfAbsent: { status: 'DUE' } },
    { timer: timerNow(deps) },
  );
  if (!outcome.ok) throw new Error('an update without a condition');
  return outcome.item;
}

/** The timer: compares, and asks again for what was not to be had. Done twice it changes nothing. */
export async function runReconciliation(deps: PaymentDeps, item: Item): Promise<void> {
  const run = reconciliations.from(item);
  const theirs = await billOf(deps, run);
  if (theirs === undefined) {
    await billMissing(deps, run);
    return;
  }
  const { result, isFinished } = await reconciled(deps, run, theirs);
  const { day, mchid } = run;
  deps.log.info(RECONCILED, { day, mchid, matched: result.matched, resolved: result.resolved });
  if (result.open > 0) deps.log.warn(OPEN, { day, mchid, open: result.open });
  const status = isFinished ? 'DONE' : 'UNFINISHED';
  const again = isFinished ? undefined : retryAt(deps, run);
  await reconciliations.update(
    deps.table,
    run,
    { set: { status, result } },
    again === undefined ? {} : { timer: { kind: RECONCILE, at: again } },
  );
  if (run.listId === undefined) return;
  const missing = { listId: run.listId, workItemId: missingWork(run) };
  await resolveWork(deps, missing, { by: SYSTEM, note: 'the bill came' });
}

async function reconciled(
  deps: PaymentDeps,
  run: Reconciliation,
  theirs: readonly Movement[],
): Promise<{ readonly result: Result; readonly isFinished: boolean }> {
  const { day, mchid } = run;
  const ours = async () => ourMovements(await postingsOn(deps.table, day), mchid);
  const before = await ours();
  const { found } = compare(before, theirs);
  const isFinished = await settleDifferences(deps, run, found);
  // What was taken in on the way is in our ledger by now.
  const now = found.length === 0 ? before : await ours();
  const all = await differencesOf(deps.table, run);
  const standing = all.filter(({ explanation }) => explanation !== 'TAKEN_IN' && explanation !== 'PUT_RIGHT');
  const open = standing.filter(({ explanation }) => explanation === undefined);
  const gapFen = (of: readonly Difference[]) => addFen(...of.map(gapOf));
  const count = (name: DifferenceClass) => all.filter((each) => each.class === name).length;
  const [our, their] = [sumsOf(now), sumsOf(theirs)];
  const result: Result = {
    ours: our,
    theirs: their,
    matched: compare(now, theirs).matched,
    found: {
      LOCAL_ONLY: count('LOCAL_ONLY'),
      REMOTE_ONLY: count('REMOTE_ONLY'),
      AMOUNT_DIFFERS: count('AMOUNT_DIFFERS'),
    },
    resolved: all.length - open.length,
    open: open.length,
    gapFen: addFen(their.paymentFen, -their.refundFen, -our.paymentFen, our.refundFen),
    explainedFen: addFen(gapFen(standing), -gapFen(open)),
    openFen: gapFen(open),
  };
  return { result, isFinished };
}

async function billMissing(deps: PaymentDeps, run: Reconciliation): Promise<void> {
  const { day, mchid } = run;
  const again = retryAt(deps, run);
  if (again !== undefined) {
    const timer = { kind: RECONCILE, at: again };
    await reconciliations.update(deps.table, run, { set: { status: 'BILL_MISSING' } }, { timer });
    return;
  }
  const listId = run.listId ?? (await listOfMerchant(deps, mchid));
  const work = { workItemId: missingWork(run), listId, day, mchid };
  await deps.table.transact([
    reconciliations.updateOperation(run, { set: { status: 'BILL_MISSING', listId } }),
    openWork(deps, { ...work, kind: 'BILL_MISSING' }),
  ]);
}

function missingWork({ day, mchid }: ReconciliationId): string {
  return `bill-missing-${day}-${mchid}`;
}

/** Undefined: the policy's time is over. */
function retryAt(deps: PaymentDeps, { askedAt }: Reconciliation): string | undefined {
  const { retryAfterMinutes, giveUpAfterMinutes } = policyNow(deps).reconciliation;
  const next = deps.clock.now() + retryAfterMinutes * 60_000;
  const last = Date.parse(askedAt) + giveUpAfterMinutes * 60_000;
  return next > last ? undefined : new Date(next).toISOString();
}

function timerNow(deps: PaymentDeps): { readonly kind: string; readonly at: string } {
  return { kind: RECONCILE, at: instant(deps.clock) };
}
