import { accountOf } from '../../shared/access/acting.ts';
import { route } from '../../shared/context.ts';
import * as contract from './contracts.ts';
import { atDesk, byAuthority } from './doors.ts';
import { paymentErrors } from './errors.ts';
import { listWork } from './list-work.ts';
import type { PaymentDeps } from './payment-deps.ts';
import { merchantList } from './reconcile-merchants.ts';
import { resolveWork, type WorkItem, type WorkItemId, workItems } from './worklist.ts';

/** A person has decided, and says why. What is decided already stays as it was decided. */
async function resolved(deps: PaymentDeps, id: WorkItemId, by: string, note: string): Promise<WorkItem> {
  const found = await workItems.get(deps.table, id, { consistent: true });
  if (found === undefined) throw paymentErrors.refusal('WORK_ITEM_NOT_FOUND');
  if (found.status === 'OPEN' && found.kind === 'REFUND_AT_DESK')
    throw paymentErrors.refusal('AT_THE_COUNTER');
  return (await resolveWork(deps, id, { by, note })) ?? found;
}

export const worklistRoutes = [
  route({
    method: 'GET',
    path: '/payment/institutions/{institutionId}/work-items',
    summary: '本机构收费待办：对账差异、异常退款等',
    access: atDesk,
    request: { params: contract.institutionParams, query: contract.pageQuery },
    response: contract.workList,
    handle: async (deps: PaymentDeps, { params, query }) => {
      const { items, ...rest } = await listWork(deps, params.institutionId, query.after);
      return { items: [...items], ...rest };
    },
  }),
  route({
    method: 'POST',
    path: '/payment/institutions/{institutionId}/work-items/{workItemId}/resolve',
    summary: '办结收费待办',
    access: atDesk,
    request: { params: contract.workItemParams, body: contract.resolveBody },
    response: contract.workItemView,
    requestKey: 'not-needed',
    errors: ['WORK_ITEM_NOT_FOUND', 'AT_THE_COUNTER'],
    handle: async (deps: PaymentDeps, call) => {
      const { institutionId: listId, workItemId } = call.params;
      return resolved(deps, { listId, workItemId }, accountOf(call), call.body.note);
    },
  }),
  route({
    method: 'GET',
    path: '/payment/merchants/{mchid}/work-items',
    summary: '商户级待办：无法归属到机构的对账差异',
    access: byAuthority,
    request: { params: contract.merchantParams, query: contract.pageQuery },
    response: contract.workList,
    handle: async (deps: PaymentDeps, { params, query }) => {
      const { items, ...rest } = await listWork(deps, merchantList(params.mchid), query.after);
      return { items: [...items], ...rest };
    },
  }),
  route({
    method: 'POST',
    path: '/payment/merchants/{mchid}/work-items/{workItemId}/resolve',
    summary: '办结商户级待办',
    access: byAuthority,
    request: { params: contract.merchantWorkItemParams, body: contract.resolveBody },
    response: contract.workItemView,
    requestKey: 'not-needed',
    errors: ['WORK_ITEM_NOT_FOUND', 'AT_THE_COUNTER'],
    handle: async (deps: PaymentDeps, call) => {
      const { mchid, workItemId } = call.params;
      const id = { listId: merchantList(mchid), workItemId };
      return resolved(deps, id, accountOf(call), call.body.note);
    },
  }),
];
