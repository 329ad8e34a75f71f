import { describe, expect, it } from 'vitest';
import { checkMixedPayment, type MixedPayment } from '../../shared/wechat/pay/mixed-payment.ts';
import { randomFrom } from '../engines/table/random.ts';

/** The example of WeChat's documentation. */
const example: MixedPayment = {
  type: 'CASH_AND_INSURANCE',
  totalFen: 202_000,
  pooledFundFen: 100_000,
  personalAccountFen: 45_000,
  otherInsuranceFen: 5_000,
  insuranceCashFen: 50_000,
  wechatPayCashFen: 42_000,
  addedFen: [2_000],
  reducedFen: [10_000],
};

const cashOnly: MixedPayment = {
  type: 'CASH_ONLY',
  totalFen: 1_250,
  pooledFundFen: 0,
  personalAccountFen: 0,
  otherInsuranceFen: 0,
  insuranceCashFen: 0,
  wechatPayCashFen: 1_250,
  addedFen: [1_250],
  reducedFen: [],
};

describe('a mixed payment', () => {
  it("is sound in WeChat's example, in cash alone and by insurance alone", () => {
    expect(checkMixedPayment(example)).toEqual([]);
    expect(checkMixedPayment(cashOnly)).toEqual([]);
    const insured = { ...example, type: 'INSURANCE_ONLY' as const, wechatPayCashFen: 0 };
    expect(checkMixedPayment({ ...insured, reducedFen: [52_000] })).toEqual([]);
  });

  it.each([
    ['the total is not what payers pay', { totalFen: 202_001 }, ['TOTAL_BY_PAYERS', 'TOTAL_BY_INSURANCE']],
    ['cash and reduction do not make the rest', { wechatPayCashFen: 42_001 }, ['TOTAL_BY_PAYERS', 'CASH']],
    ['an addition is missing', { addedFen: [] }, ['TOTAL_BY_INSURANCE', 'CASH']],
    ['a reduction is missing', { reducedFen: [] }, ['TOTAL_BY_PAYERS', 'CASH']],
    ['insurance leaves another rest', { insuranceCashFen: 49_999 }, ['TOTAL_BY_INSURANCE', 'CASH']],
    ['it is called cash only', { type: 'CASH_ONLY' as const }, ['CASH_ONLY']],
    ['it is called insurance only', { type: 'INSURANCE_ONLY' as const }, ['INSURANCE_ONLY']],
  ])('is unsound when %s', (_, change, faults) => {
    expect(checkMixedPayment({ ...example, ...change })).toEqual(faults);
  });

  it('called mixed needs both an insured and a cash part', () => {
    const type = 'CASH_AND_INSURANCE' as const;
    expect(checkMixedPayment({ ...cashOnly, type })).toEqual(['CASH_AND_INSURANCE']);
    const settled = { ...example, wechatPayCashFen: 0, reducedFen: [52_000] };
    expect(checkMixedPayment({ ...settled, type })).toEqual(['CASH_AND_INSURANCE']);
  });

  it('called cash only needs cash', () => {
    const nothing = { ...cashOnly, totalFen: 0, wechatPayCashFen: 0, addedFen: [] };
    expect(checkMixedPayment(nothing)).toEqual(['CASH_ONLY']);
  });

  it.each([0.5, -1, Number.NaN, 2 ** 53])('counts in whole fen, so not %d', (amount) => {
    expect(checkMixedPayment({ ...example, pooledFundFen: amount })).toEqual(['WHOLE_FEN']);
    expect(checkMixedPayment({ ...example, addedFen: [2_000, amount] })).toEqual(['WHOLE_FEN']);
  });

  it('built by the equations is sound, and with any one amount a fen off it is not', () => {
    const random = randomFrom(5);
    const numbers = [
      'totalFen',
      'pooledFundFen',
      'personalAccountFen',
      'otherInsuranceFen',
      'insuranceCashFen',
      'wechatPayCashFen',
    ] as const;
    for (let n = 0; n < 1_000; n += 1) {
      const insured = [random.int(9_999), random.int(9_999), random.int(9_999)] as const;
      const insuranceCashFen = 1 + random.int(9_999);
      const addedFen = Array.from({ length: random.int(3) }, () => random.int(999));
      const most = insuranceCashFen + sum(addedFen) - 1;
      const reducedFen = random.chance(0.5) ? [random.int(most + 1)] : [];
      const payment: MixedPayment = {
        type: 'CASH_AND_INSURANCE',
        totalFen: sum(insured) + insuranceCashFen + sum(addedFen),
        pooledFundFen: insured[0],
        personalAccountFen: insured[1],
        otherInsuranceFen: insured[2],
        insuranceCashFen,
        wechatPayCashFen: insuranceCashFen + sum(addedFen) - sum(reducedFen),
        addedFen,
        reducedFen,
      };
      expect(checkMixedPayment(payment)).toEqual([]);
      const off = random.pick(numbers);
      expect(checkMixedPayment({ ...payment, [off]: payment[off] + 1 })).not.toEqual([]);
    }
  });
});

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
