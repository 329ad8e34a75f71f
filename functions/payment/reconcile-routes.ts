import { route } from '../../shared/context.ts';
import type { Day } from '../../shared/kernel/china-time.ts';
import * as contract from './contracts.ts';
import { atDesk, byAdministrator, byAuthority } from './doors.ts';
import { paymentErrors } from './errors.ts';
import * as finance from './finance-contracts.ts';
import type { PaymentDeps } from './payment-deps.ts';
import { askReconciliation } from './reconcile.ts';
import { institutionsOf, merchantsInUse } from './reconcile-merchants.ts';
import {
  differencesOf,
  type Reconciliation,
  type ReconciliationId,
  reconciliations,
} from './reconcile-store.ts';
import { payees } from './store.ts';

async function runOf(deps: PaymentDeps, id: ReconciliationId): Promise<Reconciliation> {
  const run = await reconciliations.get(deps.table, id, { consistent: true });
  if (run === undefined) throw paymentErrors.refusal('RECONCILIATION_NOT_FOUND');
  return run;
}

/** Anybody's number is no merchant of ours. */
async function known(deps: PaymentDeps, mchid: string): Promise<string> {
  if (!(await merchantsInUse(deps)).includes(mchid)) throw paymentErrors.refusal('MERCHANT_UNKNOWN');
  return mchid;
}

async function merchantOf({ table }: PaymentDeps, institutionId: string): Promise<string> {
  const account = await payees.get(table, institutionId);
  if (account === undefined) throw paymentErrors.refusal('PAYEE_UNKNOWN');
  return account.mchid;
}

/** What an institution sees of a merchant that others use too: that it was compared, and its own differences. */
async function ownPart(deps: PaymentDeps, institutionId: string, day: Day) {
  const mchid = await merchantOf(deps, institutionId);
  const { result, ...run } = await runOf(deps, { day, mchid });
  const all = await differencesOf(deps.table, run);
  const isShared = (await institutionsOf(deps, mchid)).length > 1;
  return isShared
    ? { ...run, differences: all.filter(({ listId }) => listId === institutionId) }
    : { ...run, ...(result === undefined ? {} : { result }), differences: [...all] };
}

export const reconcileRoutes = [
  route({
    method: 'GET',
    path: '/payment/reconciliations/{day}',
    summary: '某日各商户对账情况',
    access: byAuthority,
    request: { params: finance.dayOnlyParams },
    response: finance.reconciliationList,
    handle: async (deps: PaymentDeps, { params: { day } }) => {
      const ids = (await merchantsInUse(deps)).map((mchid) => ({ day, mchid }));
      const runs = await reconciliations.getMany(deps.table, ids, { consistent: true });
      return { reconciliations: runs.filter((run) => run !== undefined) };
    },
  }),
  route({
    method: 'GET',
    path: '/payment/merchants/{mchid}/reconciliations/{day}',
    summary: '商户某日对账结果与差异',
    access: byAuthority,
    request: { params: finance.merchantDayParams },
    response: finance.reconciliationView,
    errors: ['RECONCILIATION_NOT_FOUND'],
    handle: async (deps: PaymentDeps, { params }) => {
      const run = await runOf(deps, params);
      return { ...run, differences: [...(await differencesOf(deps.table, run))] };
    },
  }),
  route({
    method: 'POST',
    path: '/payment/merchants/{mchid}/reconciliations/{day}',
    summary: '重新对账（一分钟内完成）',
    access: byAuthority,
    request: { params: finance.merchantDayParams, body: contract.emptyBody },
    response: finance.reconciliationAsked,
    status: 202,
    requestKey: 'not-needed',
    errors: ['MERCHANT_UNKNOWN', 'NO_BILL'],
    handle: async (deps: PaymentDeps, { params: { day, mchid } }) =>
      askReconciliation(deps, { day, mchid: await known(deps, mchid) }),
  }),
  route({
    method: 'GET',
    path: '/payment/institutions/{institutionId}/reconciliations/{day}',
    summary: '本机构某日对账结果与差异',
    access: atDesk,
    request: { params: contract.dayParams },
    response: finance.reconciliationView,
    errors: ['PAYEE_UNKNOWN', 'RECONCILIATION_NOT_FOUND'],
    handle: (deps: PaymentDeps, { params }) => ownPart(deps, params.institutionId, params.day),
  }),
  route({
    method: 'POST',
    path: '/payment/institutions/{institutionId}/reconciliations/{day}',
    summary: '重新核对本机构某日账单（一分钟内完成）',
    access: byAdministrator,
    request: { params: contract.dayParams, body: contract.emptyBody },
    response: finance.reconciliationAsked,
    status: 202,
    requestKey: 'not-needed',
    errors: ['PAYEE_UNKNOWN', 'NO_BILL'],
    handle: async (deps: PaymentDeps, { params: { institutionId, day } }) => {
      const mchid = await merchantOf(deps, institutionId);
      const { result: _, ...run } = await askReconciliation(deps, { day, mchid });
      return run;
    },
  }),
];
