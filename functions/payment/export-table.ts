import { epochMsOf, OFFSET_MS } from '../../shared/kernel/china-time.ts';
import type { Fen } from '../../shared/kernel/fen.ts';
import type { FinanceMovement, PayMethod } from './export-movements.ts';

/** A cell is text, or money. Whoever writes a table keeps them apart: a number of 28 digits is no number. */
export type Cell = string | { readonly fen: Fen };

export interface ExportTable {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const KINDS: Readonly<Record<FinanceMovement['kind'], string>> = { PAYMENT: '收款', REFUND: '退款' };

const METHODS: Readonly<Record<PayMethod, string>> = {
  WECHAT: '微信支付',
  CASH: '窗口现金',
  CARD: '窗口刷卡',
  OTHER: '窗口其他',
};

const CATEGORIES: Readonly<Record<NonNullable<FinanceMovement['category']>, string>> = {
  REGISTRATION: '挂号费',
  EXAMINATION: '检查费',
  MEDICATION: '药费',
  SERVICE_PACKAGE: '签约服务费',
  OTHER: '医疗服务费',
};

/** 收支金额 is what moved in the ledger, with its sign; 统筹 and 个人账户 come beside it, from the insurer. */
const COLUMNS: readonly (readonly [title: string, of: (movement: FinanceMovement) => Cell])[] = [
  ['时间', ({ at }) => timeInChina(at)],
  ['类型', ({ kind }) => KINDS[kind]],
  ['商户订单号', ({ outTradeNo }) => outTradeNo],
  ['微信订单号', ({ transactionId }) => transactionId ?? ''],
  ['费用编号', ({ chargeId }) => chargeId],
  ['费用类别', ({ category }) => (category === undefined ? '' : CATEGORIES[category])],
  ['收支金额（元）', ({ fen }) => ({ fen })],
  ['统筹支付（元）', ({ shares }) => ({ fen: shares.fundFen })],
  ['个人账户（元）', ({ shares }) => ({ fen: shares.accountFen })],
  ['个人自付（元）', ({ shares }) => ({ fen: shares.selfFen })],
  ['支付方式', ({ method }) => METHODS[method]],
  ['退款单号', ({ refundNo }) => refundNo ?? ''],
  ['结算单号', ({ settlementId }) => settlementId],
];

export function tableOf(movements: readonly FinanceMovement[]): ExportTable {
  return {
    titles: COLUMNS.map(([title]) => title),
    rows: movements.map((movement) => COLUMNS.map(([, of]) => of(movement))),
  };
}

function timeInChina(at: string): string {
  return new Date(epochMsOf(at) + OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');
}
