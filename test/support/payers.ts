import { strict as assert } from 'node:assert';
import type { LaunchParameters } from '../../shared/wechat/pay/signing.ts';
import type { TestCity } from './city.ts';
import { type Resident, resident } from './people.ts';
import { deliverPayments, payOnPhone } from './wechat-pay.ts';

/** Residents who pay by WeChat, as a journey tells it. */

export interface Receipt {
  readonly settlementId: string;
  readonly status: string;
  readonly late?: string;
  readonly totalFen: number;
  readonly lines: readonly {
    readonly chargeId: string;
    readonly outTradeNo: string;
    readonly transactionId?: string;
    readonly refundedFen: number;
  }[];
  readonly refunds: readonly {
    readonly refundNo: string;
    readonly chargeId: string;
    readonly status: string;
    readonly statusText: string;
    readonly amountFen: number;
  }[];
}

export interface Opened {
  readonly settlement: Receipt;
  readonly launch?: LaunchParameters;
}

export interface Payer extends Resident {
  /** What they owe, over all contexts. */
  charges(): Promise<{
    readonly charges: readonly {
      readonly chargeId: string;
      readonly amountFen: number;
      readonly payeeId: string;
    }[];
    readonly totalFen: number;
  }>;
  open(chargeIds: readonly string[], key?: string): Promise<Opened>;
  /** `wx.requestPayment` on their telephone; answers what WeChat shows there. */
  phone(opened: Opened): Promise<string>;
  /** Opens and pays; WeChat's notification may still be on its way. */
  pay(chargeIds: readonly string[]): Promise<Receipt>;
  receipt(settlement: Pick<Receipt, 'settlementId'>): Promise<Receipt>;
  settlementPath(settlement: Pick<Receipt, 'settlementId'>, verb?: string): string;
}

/** A demo resident, e.g. `demo-li-na`, with the telephone that WeChat knows. */
export async function payer(city: TestCity, person: string): Promise<Payer> {
  const who = await resident(city, person);
  const base = `/payment/patients/${who.patientId}`;
  const settlementPath = ({ settlementId }: Pick<Receipt, 'settlementId'>, verb?: string) =>
    [`${base}/settlements/${settlementId}`, verb].filter((part) => part !== undefined).join('/');
  const open = (chargeIds: readonly string[], key?: string): Promise<Opened> =>
    who.send('POST', `${base}/settlements`, { chargeIds }, key);
  const phone = async ({ launch }: Opened): Promise<string> => {
    assert.ok(launch !== undefined, 'nothing to pay');
    const shown = await payOnPhone(city, person, launch);
    return shown.outcome === 'REFUSED' ? shown.reason : shown.outcome;
  };
  return {
    ...who,
    charges: () => who.get(`${base}/charges`),
    open,
    phone,
    pay: async (chargeIds) => {
      const opened = await open(chargeIds);
      assert.equal(await phone(opened), 'PAID');
      return opened.settlement;
    },
    receipt: (settlement) => who.get(settlementPath(settlement)),
    settlementPath,
  };
}

/** WeChat does what is due now, and everybody in the city hears of it. */
export async function paymentsArrive(city: TestCity): Promise<void> {
  await deliverPayments(city);
  await city.clock.advance('PT1S');
}
