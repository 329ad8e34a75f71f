import type { Payee } from '../../shared/wechat/pay/merchant.ts';
import type { Order, Settlement } from './store.ts';

/** Whose keys sign for a settlement, and where its notifications go. */
export function signerOf({ combinedBy, orders }: Pick<Settlement, 'combinedBy' | 'orders'>): string {
  const signer = combinedBy ?? orders[0]?.mchid;
  if (signer === undefined) throw new Error('a settlement without orders');
  return signer;
}

/** The merchant of one order, by itself or below its service provider. */
export function payeeOf({ mchid, subMchid }: Pick<Order, 'mchid' | 'subMchid'>, appId: string): Payee {
  return subMchid === undefined
    ? { mode: 'direct', appid: appId, mchid }
    : { mode: 'partner', spAppid: appId, spMchid: mchid, subMchid };
}
