import type { Deps } from '../../../../shared/deps.ts';
import { putSecret } from '../../../../shared/privacy/secrets.ts';
import type { LocalRoute } from '../../http/local-route.ts';
import type { LaptopPay } from './laptop.ts';

type Parts = Pick<Deps, 'city' | 'table' | 'kms' | 'clock'>;

const CONTEXT = 'payment';
const KEYS_ROUTE = '/local/wechat/pay/keys';

/**
 * What an operator does on AWS with `infra/put-secret.ts`: puts every merchant's secrets and WeChat's own keys into
 * the table, and WeChat's anew after each step of a rotation. Answers the stand-in's routes, which do the latter.
 */
export async function operatePay(
  parts: Parts,
  { standIn, secrets, routes }: LaptopPay,
): Promise<readonly LocalRoute[]> {
  const put = (name: string, value: unknown) =>
    putSecret(parts, { context: CONTEXT, name }, JSON.stringify(value));
  const putPlatformKeys = () => put('wechat-pay-platform-keys', standIn.keys.published());
  await Promise.all([
    putPlatformKeys(),
    ...[...secrets.values()].map((own) => put(`wechat-pay-${own.mchid}`, own)),
  ]);
  return routes.map((route) => {
    if (route.method !== 'POST' || route.path !== KEYS_ROUTE) return route;
    return {
      ...route,
      handle: async (request) => {
        const answer = await route.handle(request);
        await putPlatformKeys();
        return answer;
      },
    };
  });
}
