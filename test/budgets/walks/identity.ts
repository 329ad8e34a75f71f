import type { StaffActor } from '../../../shared/access/actor.ts';
import {
  type CallParts,
  expectOk,
  HOSPITAL,
  idNumber,
  NOTICE,
  scene,
  TOWN,
  totpOf,
} from '../../contexts/identity/scene.ts';
import type { Meter } from '../../support/meter.ts';

const MOTHER = { name: '李娜娜', idNumber: idNumber('19880721', '982'), phone: '13800000002' };
const GRANNY = { name: '王桂芳', idNumber: idNumber('19490105', '986'), phone: '13800000003' };
const CHILD = { name: '张小雨', idNumber: idNumber('20190504', '984') };
const NURSE = { loginName: 'nurse.zhou', name: '周敏', roles: ['nurse'] };
const PASSWORD = 'Correct-horse-7';

/** Two residents from their login to the end of an account, the desk, and a nurse from her first day to her suspension. */
export async function walkIdentity(meter: Meter): Promise<void> {
  const made = await scene({ meter });
  const ask = async (route: string, parts: CallParts = {}) => {
    const [method = '', path = ''] = route.split(' ');
    return (await expectOk(made.call(method, path, parts))).body;
  };
  await walkFamily(made, ask);
  await walkDesk(made, ask);
  await walkStaff(made, ask);
}

type Made = Awaited<ReturnType<typeof scene>>;
// biome-ignore lint/suspicious/noExplicitAny: a walk takes what it expects to be there
type Ask = (route: string, parts?: CallParts) => Promise<any>;

async function walkFamily(made: Made, ask: Ask): Promise<void> {
  const mother = await made.resident('li', MOTHER);
  const granny = await made.resident('wang', GRANNY);
  const { token } = mother;
  const account = '/identity/account';
  await ask(`GET ${account}`, { token });
  const { patientId } = await ask(`POST ${account}/children`, {
    token,
    body: { ...CHILD, noticeVersion: NOTICE },
  });
  const { code } = await ask(`POST ${account}/family-invitations`, { token, body: { kinship: 'parent' } });
  await ask(`POST ${account}/accepted-invitations`, {
    token: granny.token,
    body: { code, noticeVersion: NOTICE },
  });
  await ask(`GET ${account}/patients`, { token });
  await ask(`GET ${account}/delegates`, { token: granny.token });
  await ask(`GET /identity/patients/${patientId}`, { token });
  await ask(`GET /identity/patients/${patientId}/accesses`, { token });
  await ask(`DELETE ${account}/delegates/${mother.accountId}`, { token: granny.token });
  await ask(`DELETE ${account}/patients/${patientId}`, { token });
  const renewed = await ask('POST /identity/sessions/refresh', { token });
  await ask(`DELETE ${account}`, { token: granny.token });
  await ask('DELETE /identity/sessions', { token: renewed.token });
}

async function walkDesk(made: Made, ask: Ask): Promise<void> {
  const at = `/identity/institutions/${HOSPITAL}`;
  const token = await made.staffToken();
  const lost = { ...MOTHER, phone: '13800000009' };
  await ask(`POST ${at}/patient-searches`, {
    token,
    body: { idNumber: MOTHER.idNumber, purpose: 'BOOKING' },
  });
  const walkIn = { name: '赵大山', idNumber: idNumber('19520101', '001'), phone: '13800000008' };
  await ask(`POST ${at}/patients`, { token, body: { ...walkIn, noticeVersion: NOTICE } });
  const line = { name: '钱小山', idNumber: idNumber('19520102', '001'), phone: '13800000007' };
  await ask(`POST ${at}/patient-register`, { token, body: { lines: [line], noticeVersion: NOTICE } });
  // She has another telephone now, and her number is held by her old account.
  const { token: again } = (await made.login('li-again', lost.phone)).body;
  const code = made.wechat.phoneCodes.issue({ person: 'li-again', phone: lost.phone });
  await ask('PUT /identity/account/phone', { token: again, body: { code } });
  const body = { name: lost.name, idNumber: lost.idNumber, noticeVersion: NOTICE };
  const held = await made.call('POST', '/identity/account/verification', { token: again, body });
  await ask(`GET ${at}/identity-claims`, { token });
  await ask(`POST ${at}/identity-claims/${held.body.context.claimId}/decision`, {
    token,
    body: { decision: 'GRANT', idNumber: lost.idNumber },
  });
}

async function walkStaff(made: Made, ask: Ask): Promise<void> {
  const at = `/identity/institutions/${HOSPITAL}`;
  const administrator: Partial<StaffActor> = { roles: ['institution-administrator'], accountId: 'admin-1' };
  const token = await made.staffToken(administrator);
  const { loginName } = NURSE;
  const { accountId, activationCode } = await ask(`POST ${at}/staff`, { token, body: NURSE });
  const { otpauthUri } = await ask('POST /identity/staff-activations', {
    body: { loginName, activationCode, password: PASSWORD },
  });
  const totp = (): string => totpOf(otpauthUri, made.deps.clock.now());
  await ask('POST /identity/staff-activations/confirmation', {
    body: { loginName, activationCode, totp: totp() },
  });
  made.deps.clock.advance(30_000);
  const first = await ask('POST /identity/staff-sessions', { body: { loginName, password: PASSWORD } });
  const full = await ask('POST /identity/staff-sessions/second-factor', {
    token: first.token,
    body: { totp: totp() },
  });
  await ask('PUT /identity/staff-account/password', {
    token: full.token,
    body: { currentPassword: PASSWORD, newPassword: `${PASSWORD}-new` },
  });
  const one = `${at}/staff/${accountId}`;
  await ask(`GET ${at}/staff`, { token });
  await ask(`PUT ${one}/roles`, { token, body: { roles: ['nurse', 'clerk'] } });
  await ask(`POST ${one}/activation-code`, { token });
  await ask(`PUT ${one}/suspension`, { token });
  await ask(`DELETE ${one}/suspension`, { token });
  const above = await made.staffToken({ ...administrator, institutionId: TOWN, accountId: 'admin-2' });
  await ask(`POST /identity/institutions/${TOWN}/staff-bindings`, {
    token: above,
    body: { loginName, roles: ['clerk'] },
  });
}
