import type { Call } from '../../shared/context.ts';
import type { Deps } from '../../shared/deps.ts';
import { storePhone } from './account-phone.ts';
import { addChild } from './add-child.ts';
import { type PeopleFile, peopleFile } from './contracts.ts';
import { storeStaff } from './create-staff.ts';
import { type IdentityDeps, identitySettings, policyToday, provideIdentity } from './identity-deps.ts';
import { openWechatSession, residentActor } from './open-wechat-session.ts';
import { hashPassword, type PasswordHash } from './password.ts';
import { sealed } from './sealing.ts';
import { staffAccounts } from './staff-store.ts';
import { verifyIdentity } from './verify-identity.ts';

/** Known to everybody, which is why only a city of invented people takes them. */
export const DEMO_PASSWORD = 'Demo-2026-tiered';
export const DEMO_TOTP_SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

export interface LoadedPeople {
  /** How many accounts were made; those of an earlier run are left alone. */
  readonly staff: number;
  readonly residents: readonly {
    readonly wechatCode: string;
    readonly accountId: string;
    readonly patientId: string;
    readonly childIds: readonly string[];
    /** For whoever loads signings. */
    readonly signedTeamId?: string;
  }[];
}

/**
 * The people of a demonstration, through the same use cases as everybody. May be run again after it broke off.
 * @throws Error when the city's settings do not say `demo: true`
 */
export async function loadPeople(
  given: Deps,
  file: unknown,
  hashed: Promise<PasswordHash> = hashDemoPassword(given),
): Promise<LoadedPeople> {
  const deps = provideIdentity(given);
  if (!identitySettings(deps).demo) throw new Error('demo people are for a city with `demo: true` only');
  const { staff, residents } = peopleFile.parse(file);
  const password = await hashed;
  let stored = 0;
  for (const member of staff) {
    const accountId = deps.ids.next();
    const secret = await sealed(deps, staffAccounts.key(accountId), 'totpSecret', DEMO_TOTP_SECRET);
    const credentials = { password, totp: { secret, lastStep: 0 } };
    if (await storeStaff(deps, accountId, { ...member, credentials })) stored += 1;
  }
  const loaded = [];
  for (const resident of residents) loaded.push(await loadResident(deps, resident));
  return { staff: stored, residents: loaded };
}

/** Costs what a city's policy wants it to cost: whoever loads more than people begins with it. */
export function hashDemoPassword(deps: Deps): Promise<PasswordHash> {
  return hashPassword(DEMO_PASSWORD, policyToday(deps).passwordScrypt);
}

type Resident = PeopleFile['residents'][number];

async function loadResident(
  deps: IdentityDeps,
  { wechatCode, name, idNumber, phone, children = [], signedTeamId }: Resident,
): Promise<LoadedPeople['residents'][number]> {
  // The laptop's WeChat takes `<person>-<anything>` once; the bare code stays unspent for whoever tries it by hand.
  const code = `${wechatCode}-${deps.ids.next()}`;
  const { accountId } = await openWechatSession(deps, callOf(undefined, { code }));
  const actor = residentActor({ accountId });
  await storePhone(deps, callOf(actor, undefined), accountId, phone);
  const { noticeVersion } = policyToday(deps);
  const { patientId } = await verifyIdentity(deps, callOf(actor, { name, idNumber, noticeVersion }));
  const childIds: string[] = [];
  for (const child of children) {
    const added = await addChild(deps, callOf(actor, { ...child, kinship: 'child' as const, noticeVersion }));
    childIds.push(added.patientId);
  }
  return {
    wechatCode,
    accountId,
    patientId,
    childIds,
    ...(signedTeamId === undefined ? {} : { signedTeamId }),
  };
}

function callOf<Body>(actor: Call['actor'], body: Body): Call<undefined, undefined, Body> {
  return {
    params: undefined,
    query: undefined,
    body,
    actor,
    requestKey: '',
    requestId: 'load-people',
    traceparent: '',
  };
}
