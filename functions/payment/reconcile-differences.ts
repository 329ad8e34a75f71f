import { createHash } from 'node:crypto';
import { instant } from '../../shared/kernel/clock.ts';
import { logEntry } from '../../shared/observability/log.ts';
import { WeChatPayError } from '../../shared/wechat/pay/pay-errors.ts';
import type { PaymentDeps } from './payment-deps.ts';
import { type Found, keyOf } from './reconcile-compare.ts';
import { explain, type Ours, oursOf } from './reconcile-explain.ts';
import { listOfMerchant } from './reconcile-merchants.ts';
import {
  type Difference,
  type DifferenceClass,
  differences,
  differencesOf,
  type Explanation,
  type ReconciliationId,
} from './reconcile-store.ts';
import { openWork, reopenWork, resolveWork, SYSTEM, type WorkKind } from './worklist.ts';

const IN_VAIN = logEntry(
  'PAYMENT_DIFFERENCE_IN_VAIN',
  'WeChat Pay gave nothing about a difference; asked again later',
);

const KINDS: Readonly<Record<DifferenceClass, WorkKind>> = {
  LOCAL_ONLY: 'BILL_LOCAL_ONLY',
  REMOTE_ONLY: 'BILL_REMOTE_ONLY',
  AMOUNT_DIFFERS: 'BILL_AMOUNT_DIFFERS',
};

/**
 * Every difference is explained, or on a list; those of earlier runs that are gone come off it. True: WeChat could be
 * asked about all of them.
 */
export async function settleDifferences(
  deps: PaymentDeps,
  id: ReconciliationId,
  found: readonly Found[],
): Promise<boolean> {
  const before = new Map((await differencesOf(deps.table, id)).map((each) => [keyOf(each), each]));
  // Once: other systems of a hospital may take thousands of payments a day under its merchant.
  let merchants: Promise<string> | undefined;
  const listOfOthers = () => (merchants ??= listOfMerchant(deps, id.mchid));
  let isFinished = true;
  for (const each of found) {
    const known = before.get(keyOf(each));
    before.delete(keyOf(each));
    const ours = await oursOf(deps, id, each);
    const answer = await explanationOf(deps, id, each, ours);
    if (answer.inVain) isFinished = false;
    if (answer.explanation === undefined) {
      const listId = known?.listId ?? listOfOurs(each, ours) ?? (await listOfOthers());
      await listed(deps, { ...id, listId }, each, ours, known);
    } else await explained(deps, id, each, known, answer.explanation);
  }
  for (const gone of before.values()) {
    if (gone.explanation === 'TAKEN_IN' || gone.explanation === 'PUT_RIGHT') continue;
    await explained(deps, id, gone, gone, 'PUT_RIGHT');
  }
  return isFinished;
}

async function explanationOf(
  deps: PaymentDeps,
  id: ReconciliationId,
  found: Found,
  ours: Ours,
): Promise<{ readonly explanation?: Explanation; readonly inVain: boolean }> {
  try {
    const explanation = await explain(deps, id, found, ours);
    return { inVain: false, ...(explanation === undefined ? {} : { explanation }) };
  } catch (error) {
    // One that cannot be asked about, or whose settlement cannot be written, keeps no other from being looked at.
    const { day, mchid } = id;
    deps.log[error instanceof WeChatPayError ? 'warn' : 'error'](IN_VAIN, { day, mchid }, error);
    return { inVain: true };
  }
}

async function explained(
  deps: PaymentDeps,
  id: ReconciliationId,
  found: Found,
  known: Difference | undefined,
  explanation: Explanation,
): Promise<void> {
  const difference = { ...differenceOf(deps, id, found, known), explanation };
  if (!isSame(known, difference)) await differences.put(deps.table, difference, difference);
  if (known?.listId === undefined) return;
  const work = { listId: known.listId, workItemId: workItemIdOf(difference) };
  await resolveWork(deps, work, { by: SYSTEM, note: explanation });
}

function listOfOurs(found: Found, { settlement, refund }: Ours): string | undefined {
  const line = settlement?.lines.find(({ outTradeNo }) => outTradeNo === found.outTradeNo);
  return refund?.payeeId ?? line?.payeeId;
}

async function listed(
  deps: PaymentDeps,
  { listId, ...id }: ReconciliationId & { readonly listId: string },
  found: Found,
  { settlement }: Ours,
  known: Difference | undefined,
): Promise<void> {
  const { explanation: _, ...difference } = { ...differenceOf(deps, id, found, known), listId };
  if (isSame(known, difference)) return;
  const { outTradeNo, ourFen, theirFen, day, mchid } = difference;
  const work = {
    workItemId: workItemIdOf(difference),
    listId,
    kind: KINDS[found.class],
    day,
    mchid,
    outTradeNo,
    ourFen,
    theirFen,
    ...(settlement === undefined ? {} : { settlementId: settlement.settlementId }),
    ...(found.kind === 'REFUND' ? { refundNo: found.number } : {}),
  };
  await deps.table.transact([differences.putOperation(difference, difference), openWork(deps, work)]);
  if (known?.explanation !== undefined) await reopenWork(deps, work);
}

function differenceOf(
  deps: PaymentDeps,
  { day, mchid }: ReconciliationId,
  found: Found,
  known: Difference | undefined,
): Difference {
  const { kind, number, outTradeNo, ourFen, theirFen } = found;
  return {
    day,
    mchid,
    kind,
    number,
    outTradeNo,
    class: found.class,
    ourFen,
    theirFen,
    ...(known?.listId === undefined ? {} : { listId: known.listId }),
    foundAt: known?.foundAt ?? instant(deps.clock),
  };
}

function isSame(known: Difference | undefined, next: Difference): boolean {
  return (
    known !== undefined &&
    known.explanation === next.explanation &&
    known.class === next.class &&
    known.ourFen === next.ourFen &&
    known.theirFen === next.theirFen &&
    known.listId === next.listId
  );
}

/** WeChat's numbers may hold what no address may. */
function workItemIdOf({ day, mchid, kind, number }: Difference): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([mchid, kind, number]))
    .digest('hex');
  return `bill-${day}-${digest.slice(0, 24)}`;
}
