import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import { maskPhone } from '../../shared/privacy/masking.ts';
import { openedAccountPhone } from './account-phone.ts';
import { residentOf } from './acting.ts';
import type { residentAccount } from './contracts.ts';
import { type IdentityDeps, policyToday } from './identity-deps.ts';
import { activeAccount } from './store.ts';

export async function showAccount(deps: IdentityDeps, call: Call): Promise<z.input<typeof residentAccount>> {
  const account = await activeAccount(deps, residentOf(call).accountId);
  const phone = await openedAccountPhone(deps, account);
  return {
    accountId: account.accountId,
    verified: account.patientId !== undefined,
    noticeVersion: policyToday(deps).noticeVersion,
    ...(phone === undefined ? {} : { phone: maskPhone(phone) }),
    ...(account.patientId === undefined ? {} : { patientId: account.patientId }),
    ...(account.noticeVersion === undefined ? {} : { agreedNoticeVersion: account.noticeVersion }),
  };
}
