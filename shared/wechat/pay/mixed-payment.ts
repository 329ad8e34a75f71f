import { addFen, type Fen } from '../../kernel/fen.ts';

/** 医保自费混合: how one bill parts into insurance and cash, by WeChat's equations. Pure rules. */

export type MixPayType = 'CASH_ONLY' | 'INSURANCE_ONLY' | 'CASH_AND_INSURANCE';

export interface MixedPayment {
  readonly type: MixPayType;
  readonly totalFen: Fen;
  /** 统筹: the pooled fund. */
  readonly pooledFundFen: Fen;
  /** 个账: the personal account. */
  readonly personalAccountFen: Fen;
  readonly otherInsuranceFen: Fen;
  /** What the insurance leaves to the patient. */
  readonly insuranceCashFen: Fen;
  /** What the patient pays by WeChat Pay. */
  readonly wechatPayCashFen: Fen;
  /** Outside the insurance altogether, such as delivery. */
  readonly addedFen: readonly Fen[];
  /** Given by the hospital, such as a deposit already paid. */
  readonly reducedFen: readonly Fen[];
}

/** Names of the rules of `checkMixedPayment`, as they stand there. */
export type MixedPaymentFault =
  | 'WHOLE_FEN'
  | 'TOTAL_BY_PAYERS'
  | 'TOTAL_BY_INSURANCE'
  | 'CASH'
  | 'CASH_ONLY'
  | 'INSURANCE_ONLY'
  | 'CASH_AND_INSURANCE';

/** Every rule that the amounts break; WeChat refuses an order that breaks one (RULE_LIMIT). */
export function checkMixedPayment(payment: MixedPayment): readonly MixedPaymentFault[] {
  if (!isWholeFen(payment)) return ['WHOLE_FEN'];
  const { totalFen, insuranceCashFen, wechatPayCashFen, type } = payment;
  const insured = addFen(payment.pooledFundFen, payment.personalAccountFen, payment.otherInsuranceFen);
  const added = addFen(...payment.addedFen);
  const reduced = addFen(...payment.reducedFen);
  const settled = addFen(insured, insuranceCashFen);
  const holds: Readonly<Record<Exclude<MixedPaymentFault, 'WHOLE_FEN'>, boolean>> = {
    TOTAL_BY_PAYERS: totalFen === addFen(insured, wechatPayCashFen, reduced),
    TOTAL_BY_INSURANCE: totalFen === addFen(settled, added),
    CASH: wechatPayCashFen === addFen(insuranceCashFen, added, -reduced),
    // The insurance was not asked at all.
    CASH_ONLY: type !== 'CASH_ONLY' || (settled === 0 && wechatPayCashFen > 0),
    // It was asked, and nothing is left to pay.
    INSURANCE_ONLY: type !== 'INSURANCE_ONLY' || wechatPayCashFen === 0,
    // It was asked, and something is left, be it everything.
    CASH_AND_INSURANCE: type !== 'CASH_AND_INSURANCE' || (settled > 0 && wechatPayCashFen > 0),
  };
  const rules = Object.keys(holds) as (keyof typeof holds)[];
  return rules.filter((rule) => !holds[rule]);
}

function isWholeFen(payment: MixedPayment): boolean {
  const amounts = Object.values(payment).flat();
  return amounts.every((value) => typeof value === 'string' || (Number.isSafeInteger(value) && value >= 0));
}
