import { entity } from '../../shared/data/entity.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import type { Day } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';

/** What a person has to decide about: nothing with money in it is left to a log line. */
export const WORK_KINDS = [
  'REFUND_ABNORMAL',
  'REFUND_CLOSED',
  'REFUND_REFUSED',
  'REFUND_AT_DESK',
  'AMOUNT_DIFFERS',
  'BILL_LOCAL_ONLY',
  'BILL_REMOTE_ONLY',
  'BILL_AMOUNT_DIFFERS',
  'BILL_MISSING',
] as const;

export type WorkKind = (typeof WORK_KINDS)[number];

export interface WorkItem {
  readonly workItemId: string;
  /** An institution; or `merchant-<mchid>`, where nobody knows whose it is. */
  readonly listId: string;
  readonly kind: WorkKind;
  readonly status: 'OPEN' | 'RESOLVED';
  readonly openedAt: string;
  readonly outTradeNo?: string;
  readonly settlementId?: string;
  readonly refundNo?: string;
  readonly mchid?: string;
  /** Of the bill in which it was found. */
  readonly day?: Day;
  readonly ourFen?: number;
  readonly theirFen?: number;
  readonly resolvedAt?: string;
  readonly resolvedBy?: string;
  readonly note?: string;
}

export interface WorkItemId {
  readonly listId: string;
  readonly workItemId: string;
}

export const workItems = entity<WorkItemId, WorkItem>('payment', 'work item', ({ listId, workItemId }) => ({
  pk: `payment#worklist#${listId}`,
  sk: `item#${workItemId}`,
}));

/** Lists them by when they were opened (lookup index). */
export function workOfStatus(listId: string, status: WorkItem['status']): string {
  return `payment#worklist#${listId}#${status}`;
}

/** Who resolves what was put right by itself. */
export const SYSTEM = 'system';

type NewWork = Omit<WorkItem, 'status' | 'openedAt'>;

/**
 * The same finding opens one item, however often it is found. `isNews`: it is another one about the same thing, and waits
 * again whatever somebody decided before; their note stays.
 */
export function openWork(
  { clock }: Pick<Deps, 'clock'>,
  work: NewWork,
  { isNews = false }: { readonly isNews?: boolean } = {},
): TransactOperation {
  const { workItemId, listId, kind, outTradeNo, settlementId, refundNo, mchid, day, ourFen, theirFen } = work;
  const openedAt = instant(clock);
  const waiting = { status: 'OPEN', lookupPk: workOfStatus(listId, 'OPEN') };
  const first = { openedAt, lookupSk: `${openedAt}#${workItemId}`, ...(isNews ? {} : waiting) };
  const facts = {
    workItemId,
    listId,
    kind,
    outTradeNo,
    settlementId,
    refundNo,
    mchid,
    day,
    ourFen,
    theirFen,
  };
  return workItems.updateOperation(work, {
    setIfAbsent: first,
    set: { ...facts, ...(isNews ? waiting : {}) },
    ...(isNews ? { remove: ['resolvedAt', 'resolvedBy'] } : {}),
  });
}

/** What was found has been put right; by itself (`system`) or by a person. Left alone where it is resolved already. */
export async function resolveWork(
  { table, clock }: Pick<Deps, 'table' | 'clock'>,
  id: WorkItemId,
  { by, note }: { readonly by: string; readonly note: string },
): Promise<WorkItem | undefined> {
  const outcome = await workItems.update(
    table,
    id,
    {
      set: {
        status: 'RESOLVED',
        lookupPk: workOfStatus(id.listId, 'RESOLVED'),
        resolvedAt: instant(clock),
        resolvedBy: by,
        note,
      },
    },
    { if: { status: 'OPEN' } },
  );
  return outcome.ok ? outcome.item : outcome.current;
}

/** It came back after it had been put right by itself. What a person has decided stays decided. */
export async function reopenWork({ table }: Pick<Deps, 'table'>, id: WorkItemId): Promise<void> {
  await workItems.update(
    table,
    id,
    {
      set: { status: 'OPEN', lookupPk: workOfStatus(id.listId, 'OPEN') },
      remove: ['resolvedAt', 'resolvedBy', 'note'],
    },
    { if: { status: 'RESOLVED', resolvedBy: SYSTEM } },
  );
}
