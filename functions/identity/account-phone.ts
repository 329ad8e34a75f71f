import { phoneItem } from '../../shared/access/phone-view.ts';
import { eventFor } from '../../shared/data/events.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { type Acting, accessTo, audited, tracing } from './acting.ts';
import { retriedWhenLost } from './enrol-patient.ts';
import { blinds, opened, sealed } from './sealing.ts';
import { type Account, accounts, activeAccount, patients } from './store.ts';

export async function openedAccountPhone(
  deps: Deps,
  { accountId, phone }: Account,
): Promise<string | undefined> {
  return phone === undefined ? undefined : opened(deps, accounts.key(accountId), 'phone', phone);
}

/** The account's phone and, where it is verified, that of its own patient: the two change together. */
export function storePhone(deps: Deps, acting: Acting, accountId: string, phone: string): Promise<true> {
  return retriedWhenLost(async () => {
    const account = await activeAccount(deps, accountId);
    const candidates = await blinds(deps, 'phone', phone);
    if (account.phoneBlind !== undefined && candidates.includes(account.phoneBlind)) return true;
    const { patientId } = account;
    const [phoneBlind] = candidates;
    const outcome = await deps.table.transact([
      accounts.updateOperation(
        accountId,
        { set: { phone: await sealed(deps, accounts.key(accountId), 'phone', phone), phoneBlind } },
        { if: { status: 'ACTIVE', patientId: patientId ?? { exists: false } } },
      ),
      { put: await phoneItem(deps, accountId, phone) },
      ...(patientId === undefined ? [] : await patientPhone(deps, acting, patientId, phone)),
    ]);
    return outcome.ok ? true : undefined;
  });
}

async function patientPhone(
  deps: Deps,
  acting: Acting,
  patientId: string,
  phone: string,
): Promise<TransactOperation[]> {
  return [
    patients.updateOperation(
      patientId,
      {
        set: { phone: await sealed(deps, patients.key(patientId), 'phone', phone) },
        remove: ['phoneOfOthers'],
      },
      {
        if: { $exists: true },
        event: eventFor(deps, 'identity.patient-changed', { data: { patientId }, ...tracing(acting) }),
      },
    ),
    { put: await phoneItem(deps, patientId, phone) },
    audited(deps, accessTo(deps, acting, { patientId, action: 'WRITE', purpose: 'self' })),
  ];
}
