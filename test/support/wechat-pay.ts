import type { PayFaults } from '../../infra/local/wechat/pay/knobs.ts';
import type { PayOutcome } from '../../infra/local/wechat/pay/payer.ts';
import type { LaunchParameters } from '../../shared/wechat/pay/signing.ts';
import { expectStatus } from '../journey/journey.ts';
import type { TestCity } from './city.ts';

/** WeChat Pay's side of a city: the payers' telephones, its moods, its notifications. */

/** `wx.requestPayment` on the telephone of a person whom WeChat knows by this name, e.g. `demo-li-na`. */
export async function payOnPhone(
  city: TestCity,
  person: string,
  { timeStamp, nonceStr, package: prepay, signType, paySign }: LaunchParameters,
): Promise<PayOutcome> {
  const body = { timeStamp, nonceStr, package: prepay, signType, paySign, person };
  return expectStatus(await city.http('POST', '/local/wechat/pay/request-payment', { body }), 200);
}

/** What WeChat Pay is to do wrong, how often; what is not named is zero. */
export async function setPayFaults(city: TestCity, faults: Partial<PayFaults>): Promise<void> {
  expectStatus(await city.http('POST', '/local/wechat/pay/faults', { body: faults }), 200);
}

/** Does what is due now: refunds end, notifications go out. Answers how much that was. */
export async function deliverPayments(city: TestCity): Promise<number> {
  const answer = await city.http('POST', '/local/wechat/pay/deliver', { body: {} });
  return expectStatus<{ done: number }>(answer, 200).done;
}

export interface PayOverview {
  readonly page: string;
  readonly unpaid: readonly {
    readonly prepayId: string;
    readonly outTradeNo: string;
    readonly state: string;
  }[];
  readonly refunds: readonly { readonly outRefundNo: string; readonly state: string }[];
  readonly notifications: readonly {
    readonly mchid: string;
    readonly eventType: string;
    readonly state: string;
    readonly attempts: number;
  }[];
  readonly trials: Readonly<Record<string, { readonly sent: number; readonly taken: number }>>;
}

/** What waits there, and what came of that which was not WeChat's. */
export async function payOverview(city: TestCity): Promise<PayOverview> {
  return expectStatus(await city.http('GET', '/local/wechat/pay'), 200);
}

/** A rotation at WeChat's desk, step by step: `add` answers the new key's id. */
export async function rotatePayKeys(
  city: TestCity,
  step:
    | { readonly add: 'public-key' | 'certificate' }
    | { readonly use: string }
    | { readonly remove: string },
): Promise<string> {
  const answer = await city.http('POST', '/local/wechat/pay/keys', { body: step });
  const { id, current } = expectStatus<{ id?: string; current?: string }>(answer, 200);
  return id ?? current ?? '';
}
