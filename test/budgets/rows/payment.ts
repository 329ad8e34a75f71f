import type { Units } from '../../support/meter.ts';

/** Outside of any request of the payer. */
export const WAITING = 'what follows of a settlement: the visit waits for it';
export const FOLLOWING = 'what follows of the notification: the visit is booked';

export const payment: Readonly<Record<string, Units>> = {
  'GET /payment/patients/{patientId}/charges': [3, 1, 1.5],
  'POST /payment/patients/{patientId}/settlements': [7, 6, 5],
  'GET /payment/patients/{patientId}/settlements': [3, 1, 1.5],
  'GET /payment/patients/{patientId}/settlements/{settlementId}': [3, 1, 2],
  'POST /payment/patients/{patientId}/settlements/{settlementId}/launch': [5, 1, 4],
  'POST /payment/patients/{patientId}/settlements/{settlementId}/check': [3, 1, 2],
  'POST /payment/patients/{patientId}/settlements/{settlementId}/close': [5, 10, 3],
  'GET /payment/institutions/{institutionId}/patients/{patientId}/charges': [2, 1, 0.5],
  'POST /payment/institutions/{institutionId}/onsite-settlements': [3, 7, 1.5],
  'GET /payment/institutions/{institutionId}/settlements/{settlementId}': [3, 1, 2],
  'POST /payment/institutions/{institutionId}/settlements/{settlementId}/refunds': [4, 6, 3],
  'POST /payment/institutions/{institutionId}/settlements/{settlementId}/refunds/{refundNo}/confirm': [
    6, 12, 4,
  ],
  'POST /payment/institutions/{institutionId}/settlements/{settlementId}/refunds/{refundNo}/retry': [3, 8, 1],
  'PUT /payment/institutions/{institutionId}/payee': [1, 6, 0],
  'GET /payment/institutions/{institutionId}/payee': [2, 0, 2],
  'GET /payment/institutions/{institutionId}/work-items': [2, 0, 1],
  'POST /payment/institutions/{institutionId}/work-items/{workItemId}/resolve': [2, 3, 1],
  'GET /payment/merchants/{mchid}/work-items': [2, 0, 1],
  'POST /payment/merchants/{mchid}/work-items/{workItemId}/resolve': [2, 3, 1],
  'GET /payment/institutions/{institutionId}/days/{day}/summary': [2, 0, 2.5],
  'GET /payment/institutions/{institutionId}/days/{day}/export': [2, 0, 2.5],
  'GET /payment/reconciliations/{day}': [2, 0, 4],
  'GET /payment/merchants/{mchid}/reconciliations/{day}': [2, 0, 2],
  'POST /payment/merchants/{mchid}/reconciliations/{day}': [2, 1, 1],
  'GET /payment/institutions/{institutionId}/reconciliations/{day}': [4, 0, 3.5],
  'POST /payment/institutions/{institutionId}/reconciliations/{day}': [2, 2, 0.5],
  'POST /payment/notifications/wechat/{mchid}': [2, 8, 1],
  [WAITING]: [5, 3, 2],
  [FOLLOWING]: [6, 4, 2.5],
};
