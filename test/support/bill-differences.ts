import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RecordOf, recordSchemas } from '../../infra/local/wechat/pay/records.ts';

/** Which payments of a merchant WeChat is to tell otherwise than the city, by out_trade_no. */
export interface BillDifferences {
  readonly mchid: string;
  /** WeChat has never had it. */
  readonly missing: string;
  /** WeChat counts a fen more. */
  readonly dearer: string;
  /** WeChat has another one like it, paid at some machine: under this number. */
  readonly strange: string;
}

type Line = readonly (readonly [kind: string, id: string, value: unknown])[];

/** Writes differences into the memory of a city's WeChat Pay. The city must not run. */
export function plantBillDifferences(folder: string, planted: BillDifferences): void {
  const { mchid, missing, dearer, strange } = planted;
  const path = join(folder, 'wechat-pay.jsonl');
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line): Line => JSON.parse(line));
  const entryOf = (outTradeNo: string): readonly [id: string, entry: RecordOf<'entry'>] => {
    const found = lines.flat().find(([kind, , value]) => {
      const entry = kind === 'entry' ? recordSchemas.entry.parse(value) : undefined;
      return entry?.kind === 'PAYMENT' && entry.order === `${mchid}|${outTradeNo}`;
    });
    if (found === undefined) throw new Error(`WeChat has no payment of ${outTradeNo}`);
    return [found[1], recordSchemas.entry.parse(found[2])];
  };
  const orderOf = (outTradeNo: string): RecordOf<'order'> => {
    const found = lines.flat().findLast(([kind, id]) => kind === 'order' && id === `${mchid}|${outTradeNo}`);
    return recordSchemas.order.parse(found?.[2]);
  };
  const [missingId] = entryOf(missing);
  const [dearerId, entry] = entryOf(dearer);
  const order = orderOf(dearer);
  const without = lines.map((line) => line.filter(([kind, id]) => kind !== 'entry' || id !== missingId));
  const transactionId = `${order.transactionId?.slice(0, -4)}0017`;
  const added: Line = [
    ['order', `${mchid}|${dearer}`, { ...order, totalFen: order.totalFen + 1 }],
    ['entry', dearerId, { ...entry, amountFen: entry.amountFen + 1 }],
    ['order', `${mchid}|${strange}`, { ...order, outTradeNo: strange, transactionId }],
    ['entry', `payment ${transactionId}`, { ...entry, order: `${mchid}|${strange}` }],
  ];
  const text = [...without.filter((line) => line.length > 0), added]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
  writeFileSync(path, text);
}
