import { openCursor, sealCursor } from '../../shared/http/cursor.ts';
import type { PaymentDeps } from './payment-deps.ts';
import { type WorkItem, workItems, workOfStatus } from './worklist.ts';

const PAGE = 50;

export interface WorkPage {
  readonly items: readonly WorkItem[];
  readonly next?: string;
}

/** What waits, oldest first; once that is at its end what is done, newest first. */
export async function listWork(deps: PaymentDeps, listId: string, cursor?: string): Promise<WorkPage> {
  const place = { scope: 'payment', of: `work-items:${listId}` };
  const after = await openCursor(deps, place, cursor);
  const isAmongDone = after?.['lookupPk'] === workOfStatus(listId, 'RESOLVED');
  const from = after === undefined ? {} : { after };
  const index = { index: 'lookup' as const, limit: PAGE };
  const open = isAmongDone
    ? { items: [] }
    : await workItems.query(deps.table, { ...index, pk: workOfStatus(listId, 'OPEN'), ...from });
  const done =
    open.next === undefined
      ? await workItems.query(deps.table, {
          ...index,
          pk: workOfStatus(listId, 'RESOLVED'),
          descending: true,
          ...(isAmongDone ? from : {}),
        })
      : { items: [] };
  const next = await sealCursor(deps, place, open.next ?? done.next);
  return { items: [...open.items, ...done.items], ...(next === undefined ? {} : { next }) };
}
