import { accountOf } from '../../shared/access/acting.ts';
import { route } from '../../shared/context.ts';
import * as contract from './contracts.ts';
import { atDesk, byAdministrator, byAuthorityAbove } from './doors.ts';
import { paymentErrors } from './errors.ts';
import { listOf, openCharges } from './open-charges.ts';
import { putPayee, readPayee } from './payee-accounts.ts';
import { askingWeChat } from './payer-routes.ts';
import type { PaymentDeps } from './payment-deps.ts';
import { askRefund } from './request-refund.ts';
import { confirmRefund, retryRefund } from './retry-refund.ts';
import { type Settlement, settlements } from './store.ts';
import { takeOnsitePayment } from './take-onsite-payment.ts';
import { refundViewOf, viewOf } from './views.ts';

interface DeskSettlement {
  readonly institutionId: string;
  readonly settlementId: string;
}

/** A settlement with money of this institution in it; of the others it is told nothing. */
async function settlementAtDesk(
  deps: PaymentDeps,
  { institutionId, settlementId }: DeskSettlement,
): Promise<Settlement> {
  const settlement = await settlements.get(deps.table, settlementId, { consistent: true });
  const lines = settlement?.lines.filter(({ payeeId }) => payeeId === institutionId) ?? [];
  if (settlement === undefined || lines.length === 0) throw paymentErrors.refusal('SETTLEMENT_NOT_FOUND');
  return { ...settlement, lines, totalFen: lines.reduce((sum, { amountFen }) => sum + amountFen, 0) };
}

async function deskViewOf(deps: PaymentDeps, settlement: Settlement) {
  const view = await viewOf(deps, settlement);
  const own = new Set(settlement.lines.map(({ chargeId }) => chargeId));
  return { ...view, refunds: view.refunds.filter(({ chargeId }) => own.has(chargeId)) };
}

export const deskRoutes = [
  route({
    method: 'GET',
    path: '/payment/institutions/{institutionId}/patients/{patientId}/charges',
    summary: '患者在本机构的待缴费用',
    access: atDesk,
    request: { params: contract.deskPatientParams },
    response: contract.chargeList,
    audit: {
      subject: 'charges',
      action: 'READ',
      of: ({ params }) => [{ patientId: params.patientId, subjectId: 'list' }],
    },
    handle: async (deps, { params }) => {
      const open = await openCharges(deps, params.patientId);
      return listOf(open.filter(({ payeeId }) => payeeId === params.institutionId));
    },
  }),
  route({
    method: 'POST',
    path: '/payment/institutions/{institutionId}/onsite-settlements',
    summary: '窗口收费',
    access: atDesk,
    request: { params: contract.institutionParams, body: contract.onsiteBody },
    response: contract.settlementView,
    status: 201,
    errors: ['CHARGE_NOT_OPEN'],
    audit: 'by-event',
    handle: async (deps: PaymentDeps, call) => {
      const order = { ...call.params, ...call.body, accountId: accountOf(call), requestKey: call.requestKey };
      return deskViewOf(deps, await takeOnsitePayment(deps, order));
    },
  }),
  route({
    method: 'GET',
    path: '/payment/institutions/{institutionId}/settlements/{settlementId}',
    summary: '本机构在一笔结算中的部分',
    access: atDesk,
    request: { params: contract.deskSettlementParams },
    response: contract.settlementView,
    errors: ['SETTLEMENT_NOT_FOUND'],
    audit: {
      subject: 'settlement',
      action: 'READ',
      of: ({ response }) => [{ patientId: response.patientId, subjectId: response.settlementId }],
    },
    handle: async (deps: PaymentDeps, { params }) => deskViewOf(deps, await settlementAtDesk(deps, params)),
  }),
  route({
    method: 'POST',
    path: '/payment/institutions/{institutionId}/settlements/{settlementId}/refunds',
    summary: '部分或全部退费',
    access: atDesk,
    request: { params: contract.deskSettlementParams, body: contract.refundBody },
    response: contract.refundAnswer,
    status: 201,
    errors: [
      'SETTLEMENT_NOT_FOUND',
      'REFUND_NOT_FOUND',
      'REFUND_TOO_MUCH',
      'REFUND_TOO_LATE',
      'REFUND_TOO_MANY',
      'WRONG_STATE',
    ],
    audit: 'by-event',
    handle: async (deps: PaymentDeps, call) => {
      const { settlementId } = call.params;
      const { lines } = await settlementAtDesk(deps, call.params);
      if (!lines.some(({ chargeId }) => chargeId === call.body.chargeId))
        throw paymentErrors.refusal('SETTLEMENT_NOT_FOUND');
      const by = accountOf(call);
      const refund = await askRefund(deps, settlementId, {
        ...call.body,
        key: `${by}-${call.requestKey}`,
        by,
      });
      if (refund === undefined) throw paymentErrors.refusal('REFUND_TOO_MUCH');
      return { refund: refundViewOf(refund) };
    },
  }),
  ...(['confirm', 'retry'] as const).map((step) =>
    route({
      method: 'POST',
      path: `/payment/institutions/{institutionId}/settlements/{settlementId}/refunds/{refundNo}/${step}`,
      summary: step === 'confirm' ? '确认已在窗口退款' : '重新发起未成功的退款',
      access: atDesk,
      request: { params: contract.deskRefundParams, body: contract.emptyBody },
      response: contract.refundAnswer,
      requestKey: 'not-needed',
      errors: ['REFUND_NOT_FOUND', 'WRONG_STATE', 'PAY_UNAVAILABLE', 'MERCHANT_UNKNOWN'],
      audit: 'by-event',
      handle: async (deps: PaymentDeps, call) => {
        const decide = step === 'confirm' ? confirmRefund : retryRefund;
        const deciding = { ...call.params, accountId: accountOf(call) };
        return { refund: refundViewOf(await askingWeChat(decide(deps, deciding))) };
      },
    }),
  ),
  route({
    method: 'PUT',
    path: '/payment/institutions/{institutionId}/payee',
    summary: '登记机构收款商户号',
    access: byAuthorityAbove,
    request: { params: contract.institutionParams, body: contract.payeeBody },
    response: contract.payeeView,
    handle: async (deps: PaymentDeps, call) => {
      const { institutionId } = call.params;
      const { mchid, subMchid } = call.body;
      const account = { institutionId, mchid, ...(subMchid === undefined ? {} : { subMchid }) };
      return putPayee(deps, account, accountOf(call));
    },
  }),
  route({
    method: 'GET',
    path: '/payment/institutions/{institutionId}/payee',
    summary: '机构收款商户号及历次变更',
    access: [...byAdministrator, ...byAuthorityAbove],
    request: { params: contract.institutionParams },
    response: contract.payeeHistory,
    handle: async (deps: PaymentDeps, { params }) => {
      const { history, ...inForce } = await readPayee(deps, params.institutionId);
      return { ...inForce, history: [...history] };
    },
  }),
];
