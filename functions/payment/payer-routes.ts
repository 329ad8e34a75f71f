import { accountOf } from '../../shared/access/acting.ts';
import { route } from '../../shared/context.ts';
import { openCursor, sealCursor } from '../../shared/http/cursor.ts';
import { WeChatPayError } from '../../shared/wechat/pay/pay-errors.ts';
import { closeSettlement } from './close-settlement.ts';
import * as contract from './contracts.ts';
import { byPayer } from './doors.ts';
import { paymentErrors } from './errors.ts';
import { launchSettlement } from './launch-settlement.ts';
import { learnFromWeChat } from './learn-from-wechat.ts';
import { listOf, openCharges } from './open-charges.ts';
import { isOverdue, openSettlement } from './open-settlement.ts';
import type { PaymentDeps } from './payment-deps.ts';
import { type Settlement, settlements, settlementsOf } from './store.ts';
import { viewOf } from './views.ts';

const PAGE = 20;

interface SettlementPlace {
  readonly patientId: string;
  readonly settlementId: string;
}

async function settlementAt(
  deps: PaymentDeps,
  { patientId, settlementId }: SettlementPlace,
): Promise<Settlement> {
  const settlement = await settlements.get(deps.table, settlementId, { consistent: true });
  if (settlement?.patientId !== patientId) throw paymentErrors.refusal('SETTLEMENT_NOT_FOUND');
  return settlement;
}

/** WeChat is not to be had: the caller may repeat the same request. */
export async function askingWeChat<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof WeChatPayError) throw paymentErrors.refusal('PAY_UNAVAILABLE', { cause: error });
    throw error;
  }
}

const oneSettlement = ({ params }: { readonly params: SettlementPlace }) => [
  { patientId: params.patientId, subjectId: params.settlementId },
];

export const payerRoutes = [
  route({
    method: 'GET',
    path: '/payment/patients/{patientId}/charges',
    summary: '待缴费用（跨机构、跨业务）',
    access: byPayer,
    request: { params: contract.patientParams },
    response: contract.chargeList,
    audit: {
      subject: 'charges',
      action: 'READ',
      of: ({ params }) => [{ patientId: params.patientId, subjectId: 'list' }],
    },
    handle: async (deps, { params }) => listOf(await openCharges(deps, params.patientId)),
  }),
  route({
    method: 'POST',
    path: '/payment/patients/{patientId}/settlements',
    summary: '一站式结算：选择若干费用，发起微信支付',
    access: byPayer,
    request: { params: contract.patientParams, body: contract.openBody },
    response: contract.openedView,
    status: 201,
    errors: [
      'CHARGE_NOT_OPEN',
      'TOO_LATE_TO_PAY',
      'PAYEE_UNKNOWN',
      'CANNOT_COMBINE',
      'SUM_NOT_PAYABLE',
      'PAYER_UNKNOWN',
      'SETTLEMENT_CLOSED',
      'SETTLEMENT_PAID',
      'PAY_UNAVAILABLE',
      'MERCHANT_UNKNOWN',
    ],
    audit: 'by-event',
    handle: async (deps: PaymentDeps, call) => {
      const accountId = accountOf(call);
      const settlement = await openSettlement(deps, {
        patientId: call.params.patientId,
        chargeIds: call.body.chargeIds,
        accountId,
        requestKey: call.requestKey,
        traceparent: call.traceparent,
      });
      const isPayable = settlement.status === 'PENDING' && !isOverdue(deps, settlement);
      const launch = isPayable ? await launchSettlement(deps, settlement) : undefined;
      return { settlement: await viewOf(deps, settlement), ...(launch === undefined ? {} : { launch }) };
    },
  }),
  route({
    method: 'GET',
    path: '/payment/patients/{patientId}/settlements',
    summary: '缴费记录',
    access: byPayer,
    request: { params: contract.patientParams, query: contract.pageQuery },
    response: contract.settlementList,
    audit: {
      subject: 'settlements',
      action: 'READ',
      of: ({ params }) => [{ patientId: params.patientId, subjectId: 'list' }],
    },
    handle: async (deps, { params, query }) => {
      const place = { scope: 'payment', of: `settlements:${params.patientId}` };
      const after = await openCursor(deps, place, query.after);
      const page = await settlements.query(deps.table, {
        index: 'lookup',
        pk: settlementsOf(params.patientId),
        descending: true,
        limit: PAGE,
        ...(after === undefined ? {} : { after }),
      });
      const next = await sealCursor(deps, place, page.next);
      return { settlements: [...page.items], ...(next === undefined ? {} : { next }) };
    },
  }),
  route({
    method: 'GET',
    path: '/payment/patients/{patientId}/settlements/{settlementId}',
    summary: '电子凭证与退款进度',
    access: byPayer,
    request: { params: contract.settlementParams },
    response: contract.settlementView,
    errors: ['SETTLEMENT_NOT_FOUND'],
    audit: { subject: 'settlement', action: 'READ', of: oneSettlement },
    handle: async (deps: PaymentDeps, { params }) => viewOf(deps, await settlementAt(deps, params)),
  }),
  route({
    method: 'POST',
    path: '/payment/patients/{patientId}/settlements/{settlementId}/launch',
    summary: '重新获取调起支付的参数',
    access: byPayer,
    request: { params: contract.settlementParams, body: contract.emptyBody },
    response: contract.launchView,
    requestKey: 'not-needed',
    errors: [
      'SETTLEMENT_NOT_FOUND',
      'SETTLEMENT_CLOSED',
      'SETTLEMENT_PAID',
      'TOO_LATE_TO_PAY',
      'PAYER_UNKNOWN',
      'PAY_UNAVAILABLE',
      'MERCHANT_UNKNOWN',
    ],
    audit: { subject: 'settlement', action: 'READ', of: oneSettlement },
    handle: async (deps: PaymentDeps, { params }) => launchSettlement(deps, await settlementAt(deps, params)),
  }),
  route({
    method: 'POST',
    path: '/payment/patients/{patientId}/settlements/{settlementId}/check',
    summary: '支付完成后主动查询结果',
    access: byPayer,
    request: { params: contract.settlementParams, body: contract.emptyBody },
    response: contract.settlementView,
    requestKey: 'not-needed',
    errors: ['SETTLEMENT_NOT_FOUND', 'PAY_UNAVAILABLE', 'MERCHANT_UNKNOWN'],
    // What it finds out is WeChat's doing; that it was looked at is the caller's.
    audit: { subject: 'settlement', action: 'READ', of: oneSettlement },
    handle: async (deps: PaymentDeps, { params }) => {
      const found = await settlementAt(deps, params);
      const isOpen = found.method === 'WECHAT' && found.status !== 'PAID';
      return viewOf(deps, isOpen ? await askingWeChat(learnFromWeChat(deps, found)) : found);
    },
  }),
  route({
    method: 'POST',
    path: '/payment/patients/{patientId}/settlements/{settlementId}/close',
    summary: '放弃支付，费用可重新结算或取消',
    access: byPayer,
    request: { params: contract.settlementParams, body: contract.emptyBody },
    response: contract.settlementView,
    requestKey: 'not-needed',
    errors: [
      'SETTLEMENT_NOT_FOUND',
      'SETTLEMENT_PAID',
      'PAYER_AT_CASHIER',
      'PAY_UNAVAILABLE',
      'MERCHANT_UNKNOWN',
    ],
    audit: 'by-event',
    handle: async (deps: PaymentDeps, call) => {
      const { params } = call;
      await settlementAt(deps, params);
      const closing = closeSettlement(deps, params, 'PAYER', accountOf(call));
      const { settlement, outcome } = await askingWeChat(closing);
      if (outcome === 'PAID') throw paymentErrors.refusal('SETTLEMENT_PAID');
      if (outcome === 'PAYING') throw paymentErrors.refusal('PAYER_AT_CASHIER');
      return viewOf(deps, settlement);
    },
  }),
];
