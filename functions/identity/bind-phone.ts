import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import { maskPhone } from '../../shared/privacy/masking.ts';
import { normaliseMobile } from '../../shared/privacy/mobile.ts';
import { storePhone } from './account-phone.ts';
import { residentOf } from './acting.ts';
import type { phoneRequest, phoneResponse } from './contracts.ts';
import { identityErrors } from './errors.ts';
import type { IdentityDeps } from './identity-deps.ts';
import { refuseCode } from './open-wechat-session.ts';
import { activeAccount } from './store.ts';

/** The number that WeChat knows; nobody types one, so nobody mistypes or borrows one. */
export async function bindPhone(
  deps: IdentityDeps,
  call: Call<undefined, undefined, z.output<typeof phoneRequest>>,
): Promise<z.input<typeof phoneResponse>> {
  const { accountId } = residentOf(call);
  await activeAccount(deps, accountId);
  const answer = await deps.wechatLogin.phoneOf(call.body.code);
  if (!answer.ok) return refuseCode(answer.reason);
  const phone = answer.countryCode === '86' ? normaliseMobile(answer.phone) : undefined;
  if (phone === undefined) throw identityErrors.refusal('PHONE_UNSUPPORTED');
  await storePhone(deps, call, accountId, phone);
  return { phone: maskPhone(phone) };
}
