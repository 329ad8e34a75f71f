import type * as z from 'zod/mini';
import type { ResidentActor } from '../../shared/access/actor.ts';
import { openidItem, openidKey } from '../../shared/access/openid-view.ts';
import type { Call } from '../../shared/context.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { CodeRefusal } from '../../shared/wechat/login.ts';
import type { residentSession, wechatSessionRequest } from './contracts.ts';
import { retriedWhenLost } from './enrol-patient.ts';
import { identityErrors } from './errors.ts';
import { type IdentityDeps, policyToday } from './identity-deps.ts';
import { blinds, sealed } from './sealing.ts';
import { FIRST_VERSION, firstVersion, issueSession, versionOf } from './sessions.ts';
import { type Account, accounts, activeAccount, openids, unlessUnder } from './store.ts';

const WECHAT_ERRORS = {
  INVALID_CODE: 'WECHAT_CODE_INVALID',
  USED_CODE: 'WECHAT_CODE_USED',
  RATE_LIMITED: 'WECHAT_RATE_LIMITED',
  BLOCKED: 'WECHAT_BLOCKED',
  BUSY: 'WECHAT_BUSY',
} as const satisfies Record<CodeRefusal, string>;

/** WeChat's reasons as our codes. */
export function refuseCode(reason: CodeRefusal): never {
  throw identityErrors.refusal(WECHAT_ERRORS[reason]);
}

/** Whoever holds the phone is known by WeChat; the first time, an account is made of it. */
export async function openWechatSession(
  deps: IdentityDeps,
  { body }: Call<undefined, undefined, z.output<typeof wechatSessionRequest>>,
): Promise<z.input<typeof residentSession>> {
  const answer = await deps.wechatLogin.codeToSession(body.code);
  if (!answer.ok) return refuseCode(answer.reason);
  const { account, version } = await accountOf(deps, answer.openid);
  const actor = { ...residentActor(account), version };
  const session = await issueSession(deps, actor, policyToday(deps).residentSessionHours);
  return residentSessionOf(deps, account, session);
}

export function residentActor({ accountId }: Pick<Account, 'accountId'>): ResidentActor {
  return { kind: 'resident', accountId, roles: ['resident'] };
}

export function residentSessionOf(
  deps: IdentityDeps,
  account: Account,
  session: { readonly token: string; readonly expiresAt: string },
): z.input<typeof residentSession> {
  const { accountId, phone, patientId } = account;
  return {
    ...session,
    accountId,
    phoneBound: phone !== undefined,
    verified: patientId !== undefined,
    ...(patientId === undefined ? {} : { patientId }),
    noticeVersion: policyToday(deps).noticeVersion,
  };
}

/** The account with the version that its sessions had when it was found. */
interface Found {
  readonly account: Account;
  readonly version: number;
}

/** A1 One account per openid: of two first logins at once, one creates it and the other finds it. */
function accountOf(deps: IdentityDeps, openid: string): Promise<Found> {
  return retriedWhenLost(async () => {
    const candidates = await blinds(deps, 'openid', openid);
    const found = await openids.getMany(deps.table, candidates, { consistent: true });
    const known = found.find((link) => link !== undefined);
    if (known !== undefined) return knownAccount(deps, known.accountId, openid);
    return createAccount(deps, openid, candidates);
  });
}

/** A2 Payment and messages find the openid in a view of its own; an account from before that view gets it here. */
async function knownAccount(
  deps: IdentityDeps,
  accountId: string,
  openid: string,
): Promise<Found | undefined> {
  const version = await versionOf(deps, accountId);
  const account = await activeAccount(deps, accountId);
  if ((await deps.table.get(openidKey(accountId))) !== undefined) return { account, version };
  const outcome = await deps.table.transact([
    // Deactivated meanwhile, it must not have the view again.
    accounts.checkOperation(accountId, { status: 'ACTIVE' }),
    { put: await openidItem(deps, accountId, openid) },
  ]);
  return outcome.ok ? { account, version } : undefined;
}

async function createAccount(
  deps: IdentityDeps,
  openid: string,
  [blind, ...older]: readonly [string, ...string[]],
): Promise<Found | undefined> {
  const accountId = deps.ids.next();
  const account: Account = {
    accountId,
    status: 'ACTIVE',
    createdAt: instant(deps.clock),
    openid: await sealed(deps, accounts.key(accountId), 'openid', openid),
    openidBlind: blind,
    family: {},
  };
  const outcome = await deps.table.transact([
    openids.putOperation(blind, { accountId }, { if: { $exists: false } }),
    ...unlessUnder(openids, older),
    accounts.putOperation(accountId, account, { if: { $exists: false } }),
    { put: await openidItem(deps, accountId, openid) },
    firstVersion(accountId),
  ]);
  return outcome.ok ? { account, version: FIRST_VERSION } : undefined;
}
