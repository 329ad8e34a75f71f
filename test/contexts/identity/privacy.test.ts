import { describe, expect, it } from 'vitest';
import { identity } from '../../../functions/identity/context.ts';
import type { Item } from '../../../shared/data/table.ts';
import {
  expectOk,
  HOSPITAL,
  idNumber,
  NOTICE,
  openidOf,
  program,
  type Scene,
  scene,
  totpOf,
} from './scene.ts';

const MARKERS = {
  motherName: '欧阳标记',
  motherId: idNumber('19880721', '982'),
  motherPhone: '13812340987',
  childName: '阿标记·买买提',
  childId: idNumber('20190504', '984'),
  grannyName: '王标记芳',
  grannyId: idNumber('19490105', '986'),
  grannyPhone: '13712340986',
  staffName: '周标记',
  loginName: 'marker.zhou',
  password: 'Marker-pass-7',
  otherPassword: 'Marker-pass-8',
  appSecret: program.appSecret,
  motherOpenid: openidOf('mother'),
  grannyOpenid: openidOf('granny'),
} as const;

interface Told {
  readonly secrets: string[];
}

/** Every route once, by everybody, with right and with wrong contents. */
async function everything(made: Scene): Promise<Told> {
  const { call, wechat, deps } = made;
  const mother = { name: MARKERS.motherName, idNumber: MARKERS.motherId, phone: MARKERS.motherPhone };
  const granny = { name: MARKERS.grannyName, idNumber: MARKERS.grannyId, phone: MARKERS.grannyPhone };
  const child = { name: MARKERS.childName, idNumber: MARKERS.childId };
  const secrets: string[] = [];
  const li = await made.resident('mother', mother);
  const wang = await made.resident('granny', granny);
  secrets.push(li.token, wang.token);
  const as = (token: string) => (method: string, path: string, body?: unknown) =>
    call(method, `/identity${path}`, { token, body });
  const [byLi, byWang] = [as(li.token), as(wang.token)];
  const kid = await byLi('POST', '/account/children', { ...child, noticeVersion: NOTICE });
  await byWang('POST', '/account/children', { ...child, noticeVersion: NOTICE });
  await byLi('POST', '/account/verification', { ...child, noticeVersion: NOTICE, extra: MARKERS.motherId });
  await byLi('POST', '/account/verification', {
    name: MARKERS.childName,
    idNumber: `${MARKERS.motherId}1`,
    noticeVersion: NOTICE,
  });
  const invited = await byLi('POST', '/account/family-invitations', { kinship: 'parent' });
  await byWang('POST', '/account/accepted-invitations', { code: invited.body.code, noticeVersion: NOTICE });
  secrets.push(invited.body.code);
  for (const path of ['/account', '/account/patients', '/account/delegates', `/patients/${wang.patientId}`]) {
    await byLi('GET', path);
    await byWang('GET', path);
  }
  const phoneCode = wechat.phoneCodes.issue({ person: 'mother', phone: MARKERS.motherPhone });
  await byLi('PUT', '/account/phone', { code: phoneCode });
  secrets.push(phoneCode);

  const byClerk = as(await made.staffToken());
  const at = `/institutions/${HOSPITAL}`;
  await byClerk('POST', `${at}/patient-searches`, { idNumber: MARKERS.motherId, purpose: 'BOOKING' });
  await byClerk('POST', `${at}/patient-searches`, {
    idNumber: MARKERS.motherId,
    purpose: MARKERS.motherName,
  });
  await byClerk('POST', `${at}/patients`, { ...mother, noticeVersion: NOTICE });
  const open = await byClerk('GET', `${at}/identity-claims`);
  const [claim] = open.body.claims;
  await byClerk('POST', `${at}/identity-claims/${claim.claimId}/decision`, {
    decision: 'GRANT',
    idNumber: MARKERS.childId,
  });

  const byAdmin = as(await made.staffToken({ roles: ['institution-administrator'], accountId: 'admin' }));
  const { loginName, password } = MARKERS;
  const staff = { loginName, name: MARKERS.staffName, roles: ['nurse'] };
  const created = await byAdmin('POST', `${at}/staff`, staff);
  const { activationCode } = created.body;
  const anybody = (path: string, body: unknown) => call('POST', `/identity${path}`, { body });
  const activated = await anybody('/staff-activations', { loginName, activationCode, password });
  const secret = new URL(activated.body.otpauthUri).searchParams.get('secret') ?? '';
  const totp = totpOf(activated.body.otpauthUri, deps.clock.now());
  const confirmed = await anybody('/staff-activations/confirmation', { loginName, activationCode, totp });
  secrets.push(activationCode, secret, ...confirmed.body.recoveryCodes);
  await anybody('/staff-sessions', { loginName, password: MARKERS.otherPassword });
  const session = await expectOk(anybody('/staff-sessions', { loginName, password }));
  const recoveryCode = confirmed.body.recoveryCodes[0];
  const full = await expectOk(
    call('POST', '/identity/staff-sessions/second-factor', {
      token: session.body.token,
      body: { recoveryCode },
    }),
  );
  secrets.push(session.body.token, full.body.token);
  await byAdmin('GET', `${at}/staff`);
  await as(full.body.token)('PUT', '/staff-account/password', {
    currentPassword: password,
    newPassword: MARKERS.otherPassword,
  });
  await byAdmin('PUT', `${at}/staff/${created.body.accountId}/suspension`);
  await byLi('DELETE', `/account/patients/${kid.body.patientId}`);
  await byWang('DELETE', '/account');
  return { secrets: secrets.flatMap((secret) => [secret, secret.replaceAll('-', '')]) };
}

function found(text: string, markers: readonly string[]): string[] {
  return markers.filter((marker) => marker !== '' && text.includes(marker));
}

const personal = Object.values(MARKERS);

describe('names, numbers, phones, openids, passwords and codes', () => {
  it('stand in no log line', async () => {
    const made = await scene();
    const { secrets } = await everything(made);
    const text = JSON.stringify(made.deps.lines, (_, value) =>
      value instanceof Error ? `${value.name} ${value.message} ${value.stack}` : value,
    );
    expect(made.deps.lines.length).toBeGreaterThan(20);
    expect(found(text, [...personal, ...secrets])).toEqual([]);
  });

  it('stand in no event', async () => {
    const made = await scene();
    const { secrets } = await everything(made);
    expect(made.events.length).toBeGreaterThan(8);
    expect(found(JSON.stringify(made.events), [...personal, ...secrets])).toEqual([]);
  });

  it('stand in no item in clear, key or attribute', async () => {
    const made = await scene();
    const { secrets } = await everything(made);
    const text = JSON.stringify(withoutSealed(made.deps.all()));
    expect(found(text, [...personal, ...secrets])).toEqual([]);
    // And not in a plain digest's place: no attribute is called by what it would be.
    const patient = made.items('identity#patient#')[0];
    for (const field of ['name', 'idNumber', 'birthDate', 'sex']) {
      expect(patient?.[field], field).toMatch(/^v1\.1\./);
    }
  });

  it('stand in no answer but a token, a code or a URI in the one that issues it', async () => {
    const made = await scene();
    const { secrets } = await everything(made);
    for (const answer of made.answers)
      expect(found(answer, without(personal, MARKERS.loginName))).toEqual([]);
    for (const secret of secrets) {
      const times = made.answers.filter((answer) => answer.includes(secret)).length;
      expect(times, secret.slice(0, 4)).toBeLessThanOrEqual(1);
    }
  });

  it('stand in no path', () => {
    for (const { path } of identity.routes) {
      const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const name of parameters) {
        expect(['institutionId', 'accountId', 'patientId', 'claimId']).toContain(name);
      }
    }
  });
});

describe('a sealed field', () => {
  it('does not open in another patient’s item', async () => {
    const made = await scene();
    const one = await made.resident('mother', { name: '李娜娜', idNumber: MARKERS.motherId });
    const other = await made.resident('granny', { name: '王桂芳', idNumber: MARKERS.grannyId });
    const item = await made.deps.table.get(patientKey(one.patientId));
    await made.deps.table.update(patientKey(other.patientId), { set: { name: item?.['name'] ?? '' } });
    const answer = await made.call('GET', `/identity/patients/${other.patientId}`, { token: other.token });
    expect(answer).toMatchObject({ status: 500, body: { code: 'INTERNAL' } });
    expect(answer.text).not.toContain('李');
  });
});

function patientKey(patientId: string) {
  return { pk: `identity#patient#${patientId}`, sk: 'patient' };
}

function without(all: readonly string[], one: string): string[] {
  return all.filter((marker) => marker !== one);
}

/** The test's own master key only turns bytes round, so what it wraps is left out. */
function withoutSealed(items: readonly Item[]): Item[] {
  return items.map(({ wrapped: _, ...rest }) => rest as Item);
}
