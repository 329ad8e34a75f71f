import * as z from 'zod/mini';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import type { WeChatPay } from '../../shared/wechat/pay/wechat-pay.ts';
import { paymentErrors } from './errors.ts';
import { type InsuranceSettlement, selfPaid } from './insurance.ts';
import { createMerchants } from './merchants.ts';
import { type PaymentPolicy, paymentPolicy } from './policy.ts';

/** What payment needs besides the house's. */
export interface PaymentDeps extends Deps {
  /** WeChat Pay as that merchant sees it. @throws Refusal MERCHANT_UNKNOWN when nobody has put its keys */
  readonly weChatPay: (mchid: string) => Promise<WeChatPay>;
  readonly insurance: InsuranceSettlement;
}

const settingsSchema = z.object({
  domain: z.optional(z.string()),
  wechat: z.optional(z.object({ appId: z.string().check(z.minLength(1)) })),
});

export interface WeChatSide {
  /** The mini-program whose users pay. */
  readonly appId: string;
  /** Where WeChat tells that merchant what happened; each has its own, since nothing outside the seal says whose it is. */
  readonly notifyUrl: (mchid: string) => string;
}

/** @throws Refusal MERCHANT_UNKNOWN in a city without a mini-program or a domain: it cannot take money over WeChat */
export function weChatSide({ city }: Pick<Deps, 'city'>): WeChatSide {
  const { domain, wechat } = settingsSchema.parse(city.settings);
  if (domain === undefined || wechat === undefined) throw paymentErrors.refusal('MERCHANT_UNKNOWN');
  return {
    appId: wechat.appId,
    notifyUrl: (mchid) => `https://${domain}/payment/notifications/wechat/${mchid}`,
  };
}

/** A city with 医保 hands in a settlement of its own; without one patients pay everything themselves. */
export function providePayment(deps: Deps & Partial<PaymentDeps>): PaymentDeps {
  return {
    ...deps,
    weChatPay: deps.weChatPay ?? createMerchants(deps),
    insurance: deps.insurance ?? selfPaid,
  };
}

export function policyNow({ city, clock }: Pick<Deps, 'city' | 'clock'>): PaymentPolicy {
  return city.policy(paymentPolicy).at(dayOf(clock.now()));
}
