import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import { everyPage } from '../../shared/data/every-page.ts';
import { maskName } from '../../shared/privacy/masking.ts';
import type { institutionParams, staffList, staffMember } from './contracts.ts';
import type { IdentityDeps } from './identity-deps.ts';
import { opened } from './sealing.ts';
import { type StaffAccount, staffAccounts, staffEntries } from './staff-store.ts';

export async function listStaff(
  deps: IdentityDeps,
  call: Call<z.output<typeof institutionParams>>,
): Promise<z.input<typeof staffList>> {
  const { institutionId } = call.params;
  const ids = await staffIds(deps, institutionId);
  const accounts = await staffAccounts.getMany(deps.table, ids, { consistent: true });
  const staff = accounts.flatMap((account) => (account === undefined ? [] : [account]));
  return {
    staff: await Promise.all(
      staff.map((account) => staffMemberOf(deps, account, { institutionId, accountId: account.accountId })),
    ),
  };
}

async function staffIds({ table }: IdentityDeps, institutionId: string): Promise<string[]> {
  const { pk } = staffEntries.key({ institutionId, accountId: 'any' });
  const entries = await everyPage(table, staffEntries, {
    pk,
    sk: { beginsWith: 'staff#' },
    consistent: true,
  });
  return entries.map(({ accountId }) => accountId);
}

export async function staffMemberOf(
  deps: IdentityDeps,
  account: StaffAccount,
  { institutionId, accountId }: { readonly institutionId: string; readonly accountId: string },
): Promise<z.input<typeof staffMember>> {
  const binding = account.bindings[institutionId];
  return {
    accountId,
    institutionId,
    name: maskName(await opened(deps, staffAccounts.key(accountId), 'name', account.name)),
    roles: [...(binding?.roles ?? [])],
    status: binding?.status ?? 'SUSPENDED',
    activated: account.password !== undefined,
    ...(binding?.practitionerId === undefined ? {} : { practitionerId: binding.practitionerId }),
  };
}
