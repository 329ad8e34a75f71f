import type { Clock } from '../../../../shared/kernel/clock.ts';
import type { LocalRoute } from '../../http/local-route.ts';
import { type MiniProgram, openIdOf, type WeChatUser } from '../mini-program.ts';
import { wechatPayRoutes } from './local-routes.ts';
import { type MerchantKeys, openPayKeys, type PayMerchant, registered } from './merchants.ts';
import { postToThisMachine } from './post.ts';
import { startWeChatPay, type WeChatPayStandIn } from './server.ts';

/** Who takes money in this city. */
export type LaptopMerchant = Pick<PayMerchant, 'mchid' | 'name' | 'subMchids' | 'feeBasisPoints'>;

export interface LaptopPayParts {
  readonly clock: Clock;
  readonly folder: string;
  readonly program: MiniProgram;
  /** Everybody who has WeChat, by name. */
  readonly users: { get(person: string): WeChatUser | undefined };
  readonly merchants: readonly LaptopMerchant[];
  /** Where on this machine an address is served that orders name for notifications; undefined: nowhere. */
  readonly reach?: (url: string) => string | undefined;
}

export interface LaptopPay {
  readonly standIn: WeChatPayStandIn;
  /** What an operator would put among the city's secrets, by merchant number. */
  readonly secrets: ReadonlyMap<string, MerchantKeys>;
  readonly routes: readonly LocalRoute[];
}

/** WeChat Pay for one city on this machine: keys made at the first start, everything else from its folder. */
export async function startLaptopPay(parts: LaptopPayParts): Promise<LaptopPay> {
  const { clock, folder, program, users, merchants, reach } = parts;
  const mchids = merchants.map(({ mchid }) => mchid);
  const keys = await openPayKeys(folder, mchids, clock.now());
  const standIn = await startWeChatPay({
    clock,
    folder,
    keys: keys.platform,
    merchants: merchants.flatMap((facts) => {
      const own = keys.merchants.get(facts.mchid);
      return own === undefined ? [] : [registered(own, { ...facts, appIds: [program.appId] })];
    }),
    post: postToThisMachine(reach),
  });
  const openidOf = (person: string) => {
    const user = users.get(person);
    return user === undefined ? undefined : openIdOf(program, user);
  };
  return { standIn, secrets: keys.merchants, routes: wechatPayRoutes(standIn, openidOf) };
}
