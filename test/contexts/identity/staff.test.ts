import { describe, expect, it } from 'vitest';
import { hashPassword } from '../../../functions/identity/password.ts';
import type { StaffActor } from '../../../shared/access/actor.ts';
import { type Answer, expectOk, HOSPITAL, type Scene, scene, TOWN, totpOf } from './scene.ts';

const PASSWORD = 'Correct-horse-7';
const CHEAPER = { costPower: 4, blockSize: 8, parallelism: 1 };
const NURSE = { loginName: 'nurse.zhou', name: '周敏', roles: ['nurse'] };
const administrator: Partial<StaffActor> = { roles: ['institution-administrator'], accountId: 'admin-1' };
const authority: Partial<StaffActor> = { roles: ['health-authority'], accountId: 'authority-1' };

async function create(made: Scene, staff: object = NURSE, at = HOSPITAL, as = administrator, key?: string) {
  const token = await made.staffToken(as);
  const parts = { token, body: staff, ...(key === undefined ? {} : { key }) };
  return made.call('POST', `/identity/institutions/${at}/staff`, parts);
}

function activate({ call }: Scene, activationCode: string, parts: object = {}): Promise<Answer> {
  const body = { loginName: NURSE.loginName, activationCode, password: PASSWORD, ...parts };
  return call('POST', '/identity/staff-activations', { body });
}

function confirm({ call }: Scene, activationCode: string, totp: string, loginName = NURSE.loginName) {
  return call('POST', '/identity/staff-activations/confirmation', {
    body: { loginName, activationCode, totp },
  });
}

function login({ call }: Scene, parts: object = {}): Promise<Answer> {
  const body = { loginName: NURSE.loginName, password: PASSWORD, ...parts };
  return call('POST', '/identity/staff-sessions', { body });
}

function secondFactor({ call }: Scene, token: string, body: object): Promise<Answer> {
  return call('POST', '/identity/staff-sessions/second-factor', { token, body });
}

interface Member {
  readonly accountId: string;
  readonly uri: string;
  readonly recoveryCodes: readonly string[];
}

/** Created, activated, and half a minute older: the code of the activation is spent. */
async function member(
  made: Scene,
  staff: typeof NURSE & { practitionerId?: string } = NURSE,
): Promise<Member> {
  const { body } = await expectOk(create(made, staff));
  const { loginName } = staff;
  const { body: activation } = await expectOk(activate(made, body.activationCode, { loginName }));
  const totp = totpOf(activation.otpauthUri, made.deps.clock.now());
  const confirmed = await expectOk(confirm(made, body.activationCode, totp, loginName));
  made.deps.clock.advance(30_000);
  return {
    accountId: body.accountId,
    uri: activation.otpauthUri,
    recoveryCodes: confirmed.body.recoveryCodes,
  };
}

async function fullSession(made: Scene, { uri }: Member, parts: object = {}): Promise<string> {
  const { body } = await expectOk(login(made, parts));
  const totp = totpOf(uri, made.deps.clock.now());
  return (await expectOk(secondFactor(made, body.token, { totp }))).body.token;
}

describe('activation', () => {
  it('takes the administrator’s code, a password and a first one-time password', async () => {
    const made = await scene();
    const { body } = await expectOk(create(made));
    expect(body.expiresAt).toBe('2026-03-05T01:00:00.000Z');
    expect((await login(made)).body.code).toBe('CREDENTIALS_WRONG');
    const { body: activation } = await expectOk(activate(made, body.activationCode));
    expect(decodeURIComponent(activation.otpauthUri)).toMatch(
      /^otpauth:\/\/totp\/分级诊疗 测试县:nurse\.zhou\?.*algorithm=SHA1&digits=6&period=30/,
    );
    expect((await login(made)).body.code).toBe('CREDENTIALS_WRONG');
    const now = made.deps.clock.now();
    const { body: codes } = await expectOk(
      confirm(made, body.activationCode, totpOf(activation.otpauthUri, now)),
    );
    expect(codes.recoveryCodes).toHaveLength(8);
    expect(codes.recoveryCodes[0]).toMatch(/^\w{4}-\w{4}-\w{4}$/);
    expect((await login(made)).status).toBe(200);
  });

  it('may be begun anew until it is confirmed; the code is spent afterwards', async () => {
    const made = await scene();
    const { activationCode } = (await expectOk(create(made))).body;
    const first = await expectOk(activate(made, activationCode));
    const second = await expectOk(activate(made, activationCode));
    const now = made.deps.clock.now();
    const stale = await confirm(made, activationCode, totpOf(first.body.otpauthUri, now));
    expect(stale.body.code).toBe('SECOND_FACTOR_WRONG');
    await expectOk(confirm(made, activationCode, totpOf(second.body.otpauthUri, now)));
    expect(await activate(made, activationCode)).toMatchObject({
      status: 410,
      body: { code: 'ACTIVATION_UNUSABLE' },
    });
  });

  it('is confirmed once when it is confirmed twice at once', async () => {
    const made = await scene();
    const { activationCode } = (await expectOk(create(made))).body;
    const { body } = await expectOk(activate(made, activationCode));
    const totp = totpOf(body.otpauthUri, made.deps.clock.now());
    const answers = await Promise.all([1, 2].map(() => confirm(made, activationCode, totp)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
  });

  it('answers an unknown name, a wrong code and a lapsed one alike', async () => {
    const made = await scene();
    const { activationCode } = (await expectOk(create(made))).body;
    const unknown = await activate(made, activationCode, { loginName: 'nobody' });
    const wrong = await activate(made, 'wrong-code');
    made.deps.clock.set('2026-03-05T01:00:00.000Z');
    const late = await activate(made, activationCode);
    for (const { status, body } of [unknown, wrong, late]) {
      expect([status, body.code]).toEqual([410, 'ACTIVATION_UNUSABLE']);
    }
  });

  it('tells every rule a password breaks', async () => {
    const made = await scene();
    const { activationCode } = (await expectOk(create(made))).body;
    const answer = await activate(made, activationCode, { password: 'abc' });
    expect(answer).toMatchObject({ status: 422, body: { code: 'PASSWORD_WEAK' } });
    expect(answer.body.reasons.map(({ code }: { code: string }) => code)).toEqual([
      'PASSWORD_SHORT',
      'PASSWORD_KINDS',
    ]);
    const named = await activate(made, activationCode, { password: 'Nurse.Zhou-2026' });
    expect(named.body.reasons.map(({ code }: { code: string }) => code)).toEqual(['PASSWORD_NAME']);
  });

  it('locks after so many wrong codes', async () => {
    const made = await scene({ policy: { lockoutFailures: 3, lockoutMinutes: 10 } });
    const { activationCode } = (await expectOk(create(made))).body;
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => activate(made, `wrong-${n}`)));
    expect(answers.filter(({ body }) => body.code === 'ACTIVATION_UNUSABLE')).toHaveLength(3);
    expect((await activate(made, activationCode)).body.code).toBe('LOCKED');
  });
});

describe('staff login', () => {
  it('opens nothing with the password alone', async () => {
    const made = await scene();
    await member(made);
    const { body } = await expectOk(login(made));
    expect(body).toMatchObject({ institutionId: HOSPITAL, roles: ['nurse'], secondFactor: false });
    const path = `/identity/institutions/${HOSPITAL}/staff`;
    expect(await made.call('GET', path, { token: body.token })).toMatchObject({ status: 403 });
    const passwords = { currentPassword: PASSWORD, newPassword: 'Another-horse-8' };
    const change = await made.call('PUT', '/identity/staff-account/password', {
      token: body.token,
      body: passwords,
    });
    expect(change).toMatchObject({ status: 401, body: { code: 'SECOND_FACTOR_REQUIRED' } });
  });

  it('is complete with the one-time password', async () => {
    const made = await scene();
    const nurse = await member(made);
    const { body } = await expectOk(login(made));
    const totp = totpOf(nurse.uri, made.deps.clock.now());
    const full = await expectOk(secondFactor(made, body.token, { totp }));
    expect(full.body).toMatchObject({ secondFactor: true, recoveryCodesLeft: 8, accountId: nurse.accountId });
  });

  it('answers a wrong password and an unknown name alike, and locks both alike', async () => {
    const made = await scene({ policy: { lockoutFailures: 3, lockoutMinutes: 10 } });
    await member(made);
    for (const loginName of [NURSE.loginName, 'nobody.here']) {
      const answers: Answer[] = [];
      for (let n = 0; n < 4; n += 1) answers.push(await login(made, { loginName, password: 'Wrong-one-1' }));
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429]);
      expect(answers[3]?.body.context.until).toBe(new Date(made.deps.clock.now() + 600_000).toISOString());
    }
    expect((await login(made)).body.code).toBe('LOCKED');
    made.deps.clock.advance(600_000);
    expect((await login(made)).status).toBe(200);
  });

  it('tries no more passwords than the limit when a hundred come at once', async () => {
    const made = await scene({ policy: { lockoutFailures: 5 } });
    await member(made);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) => login(made, { password: `Guess-number-${n}` })),
    );
    expect(answers.filter(({ body }) => body.code === 'CREDENTIALS_WRONG')).toHaveLength(5);
    expect(answers.filter(({ body }) => body.code === 'LOCKED')).toHaveLength(95);
  });

  it('forgets failures at a success', async () => {
    const made = await scene({ policy: { lockoutFailures: 3 } });
    await member(made);
    for (let n = 0; n < 3; n += 1) {
      await login(made, { password: 'Wrong-one-1' });
      expect((await login(made)).status).toBe(200);
    }
  });

  it('takes the name in any case', async () => {
    const made = await scene();
    await member(made);
    expect((await login(made, { loginName: ' Nurse.Zhou ' })).status).toBe(200);
  });

  it('hashes the password anew where the city has raised the cost', async () => {
    const made = await scene();
    const { accountId } = await member(made);
    const stored = () => made.items(`identity#staff#${accountId}`)[0]?.['password'];
    await made.deps.table.update(
      { pk: `identity#staff#${accountId}`, sk: 'account' },
      {
        set: { password: { ...(await hashPassword(PASSWORD, CHEAPER)) } },
      },
    );
    expect(stored()).toMatchObject({ costPower: 4 });
    expect((await login(made)).status).toBe(200);
    expect(stored()).toMatchObject({ costPower: 10 });
    expect((await login(made)).status).toBe(200);
  });
});

describe('the second factor', () => {
  it('takes one step before and after, and no further', async () => {
    const made = await scene();
    const { uri } = await member(made);
    const { token } = (await login(made)).body;
    made.deps.clock.advance(600_000);
    const now = made.deps.clock.now();
    for (const offset of [-60_000, 60_000]) {
      const answer = await secondFactor(made, token, { totp: totpOf(uri, now + offset) });
      expect(answer).toMatchObject({ status: 401, body: { code: 'SECOND_FACTOR_WRONG' } });
    }
    for (const offset of [-30_000, 0, 30_000]) {
      expect((await secondFactor(made, token, { totp: totpOf(uri, now + offset) })).status).toBe(200);
    }
  });

  it('refuses a code that was used, and any earlier one', async () => {
    const made = await scene();
    const { uri } = await member(made);
    const { token } = (await login(made)).body;
    made.deps.clock.advance(600_000);
    const now = made.deps.clock.now();
    expect((await secondFactor(made, token, { totp: totpOf(uri, now) })).status).toBe(200);
    for (const offset of [0, -30_000]) {
      expect((await secondFactor(made, token, { totp: totpOf(uri, now + offset) })).body.code).toBe(
        'SECOND_FACTOR_WRONG',
      );
    }
  });

  it('lets one of ten in who bring the same code at once', async () => {
    const made = await scene({ policy: { lockoutFailures: 50 } });
    const { uri } = await member(made);
    const { token } = (await login(made)).body;
    const totp = totpOf(uri, made.deps.clock.now());
    const answers = await Promise.all(Array.from({ length: 10 }, () => secondFactor(made, token, { totp })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('cannot be guessed: it locks', async () => {
    const made = await scene({ policy: { lockoutFailures: 4 } });
    const { uri } = await member(made);
    const { token } = (await login(made)).body;
    const good = totpOf(uri, made.deps.clock.now());
    const guesses = ['000000', '111111', '222222', '333333', '444444'].filter((guess) => guess !== good);
    for (const totp of guesses.slice(0, 4)) await secondFactor(made, token, { totp });
    expect((await secondFactor(made, token, { totp: good })).body.code).toBe('LOCKED');
  });

  it('is replaced by a recovery code, each once', async () => {
    const made = await scene();
    const { recoveryCodes } = await member(made);
    const { token } = (await login(made)).body;
    const [first = '', second = ''] = recoveryCodes;
    const used = await expectOk(secondFactor(made, token, { recoveryCode: first }));
    expect(used.body).toMatchObject({ secondFactor: true, recoveryCodesLeft: 7 });
    expect((await secondFactor(made, token, { recoveryCode: first })).body.code).toBe('SECOND_FACTOR_WRONG');
    const bare = second.replaceAll('-', '');
    expect((await secondFactor(made, token, { recoveryCode: bare })).body.recoveryCodesLeft).toBe(6);
  });

  it('is for staff sessions only', async () => {
    const made = await scene();
    const { token } = (await made.login('lin')).body;
    expect((await secondFactor(made, token, { totp: '123456' })).status).toBe(403);
  });
});

describe('an own password', () => {
  it('is changed by who knows the old one, and ends every session', async () => {
    const made = await scene();
    const nurse = await member(made);
    const token = await fullSession(made, nurse);
    const change = (currentPassword: string) =>
      made.call('PUT', '/identity/staff-account/password', {
        token,
        body: { currentPassword, newPassword: 'Another-horse-8' },
      });
    expect((await change('Wrong-one-1')).body.code).toBe('CREDENTIALS_WRONG');
    await expectOk(change(PASSWORD));
    made.deps.clock.advance(5_001);
    expect((await change(PASSWORD)).status).toBe(401);
    expect((await login(made)).body.code).toBe('CREDENTIALS_WRONG');
    expect((await login(made, { password: 'Another-horse-8' })).status).toBe(200);
  });
});

describe('administration of staff', () => {
  it('lists own staff masked, with roles and state', async () => {
    const made = await scene();
    const { accountId } = await member(made);
    const path = `/identity/institutions/${HOSPITAL}/staff`;
    const { body } = await expectOk(made.call('GET', path, { token: await made.staffToken(administrator) }));
    expect(body.staff).toEqual([
      {
        accountId,
        institutionId: HOSPITAL,
        name: '周*',
        roles: ['nurse'],
        status: 'ACTIVE',
        activated: true,
      },
    ]);
  });

  it('reaches the institutions below and none beside or above', async () => {
    const made = await scene();
    expect((await create(made, NURSE, TOWN)).status).toBe(201);
    const fromTown = { ...administrator, institutionId: TOWN };
    const other = { ...NURSE, loginName: 'other' };
    expect((await create(made, other, HOSPITAL, fromTown)).status).toBe(403);
    expect((await create(made, other, HOSPITAL, { roles: ['clerk'] })).status).toBe(403);
    expect(made.items('identity#staff#')).toHaveLength(1);
  });

  it('answers a repeated request with the same code, and another one of the name with a refusal', async () => {
    const made = await scene();
    const first = await expectOk(create(made, NURSE, HOSPITAL, administrator, 'request-a'));
    const again = await expectOk(create(made, NURSE, HOSPITAL, administrator, 'request-a'));
    expect(again.body).toEqual(first.body);
    const other = await create(made, { ...NURSE, loginName: NURSE.loginName }, HOSPITAL, administrator);
    expect(other).toMatchObject({ status: 409, body: { code: 'LOGIN_NAME_TAKEN' } });
    const someone = { ...administrator, accountId: 'admin-2' };
    const sameKey = await create(made, NURSE, HOSPITAL, someone, 'request-a');
    expect(sameKey).toMatchObject({ status: 409, body: { code: 'LOGIN_NAME_TAKEN' } });
    expect(made.items('identity#staff#')).toHaveLength(1);
  });

  it('gives a login name to one of ten who take it at once', async () => {
    const made = await scene();
    made.raceNext(10);
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(made)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'LOGIN_NAME_TAKEN')).toHaveLength(9);
  });

  it('does not let an administrator make a health authority; an authority may', async () => {
    const made = await scene();
    const chief = { ...NURSE, roles: ['health-authority'] };
    expect((await create(made, chief)).body.code).toBe('ROLE_NOT_ASSIGNABLE');
    expect((await create(made, chief, HOSPITAL, authority)).status).toBe(201);
  });

  it('asks for the doctor behind a doctor’s role', async () => {
    const made = await scene();
    const doctor = { ...NURSE, roles: ['family-doctor'] };
    expect((await create(made, doctor)).body.code).toBe('PRACTITIONER_REQUIRED');
    await made.practises('doctor1', [HOSPITAL]);
    expect((await create(made, { ...doctor, practitionerId: 'doctor1' })).status).toBe(201);
  });

  it('takes no doctor who practises elsewhere, has left, or is unknown: the id opens signed patients', async () => {
    const made = await scene();
    const grant = () => create(made, { ...NURSE, roles: ['family-doctor'], practitionerId: 'doctor1' });
    expect(await grant()).toMatchObject({ status: 409, body: { code: 'PRACTITIONER_NOT_HERE' } });
    await made.practises('doctor1', [TOWN], { version: 2 });
    expect((await grant()).body.code).toBe('PRACTITIONER_NOT_HERE');
    await made.practises('doctor1', [TOWN, HOSPITAL], { version: 4, active: false });
    await made.practises('doctor1', [TOWN, HOSPITAL], { version: 3 });
    expect((await grant()).body.code).toBe('PRACTITIONER_NOT_HERE');
    await made.practises('doctor1', [TOWN, HOSPITAL], { version: 5 });
    expect((await grant()).status).toBe(201);
  });

  it('suspends at once: sessions end, the password opens nothing, until reinstated', async () => {
    const made = await scene();
    const nurse = await member(made);
    const token = await fullSession(made, nurse);
    const path = `/identity/institutions/${HOSPITAL}/staff/${nurse.accountId}/suspension`;
    const admin = await made.staffToken(administrator);
    expect((await expectOk(made.call('PUT', path, { token: admin }))).body.status).toBe('SUSPENDED');
    expect((await made.call('PUT', path, { token: admin })).status).toBe(200);
    made.deps.clock.advance(5_001);
    const refused = await secondFactor(made, token, { totp: totpOf(nurse.uri, made.deps.clock.now()) });
    expect(refused.status).toBe(401);
    expect((await login(made)).body.code).toBe('ACCOUNT_INACTIVE');
    expect((await made.call('DELETE', path, { token: admin })).body.status).toBe('ACTIVE');
    expect((await login(made)).status).toBe(200);
  });

  it('reinstates nobody as a doctor whom the directory no longer has at this institution', async () => {
    const made = await scene();
    await made.practises('doctor1', [HOSPITAL]);
    const doctor = await member(made, { ...NURSE, roles: ['family-doctor'], practitionerId: 'doctor1' });
    const at = `/identity/institutions/${HOSPITAL}/staff/${doctor.accountId}`;
    const token = await made.staffToken(administrator);
    await expectOk(made.call('PUT', `${at}/suspension`, { token }));
    await made.practises('doctor1', [TOWN], { version: 2 });
    const refused = await made.call('DELETE', `${at}/suspension`, { token });
    expect(refused).toMatchObject({ status: 409, body: { code: 'PRACTITIONER_NOT_HERE' } });
    expect((await login(made)).body.code).toBe('ACCOUNT_INACTIVE');
    // Without the doctor's id and role there is nothing against it.
    await expectOk(made.call('PUT', `${at}/roles`, { token, body: { roles: ['clerk'] } }));
    await expectOk(made.call('DELETE', `${at}/suspension`, { token }));
    expect((await login(made)).body).not.toHaveProperty('practitionerId');
  });

  it('refuses the second factor to a suspended account whose session a function still takes', async () => {
    const made = await scene();
    const nurse = await member(made);
    const { token } = (await login(made)).body;
    // The function has seen the session, and so takes it for good for some seconds more.
    await secondFactor(made, token, { totp: '000000' });
    const path = `/identity/institutions/${HOSPITAL}/staff/${nurse.accountId}/suspension`;
    await expectOk(made.call('PUT', path, { token: await made.staffToken(administrator) }));
    const totp = totpOf(nurse.uri, made.deps.clock.now());
    expect((await secondFactor(made, token, { totp })).body.code).toBe('ACCOUNT_INACTIVE');
  });

  it('changes roles, which ends the sessions that carry the old ones', async () => {
    const made = await scene();
    const nurse = await member(made);
    const token = await fullSession(made, nurse);
    const path = `/identity/institutions/${HOSPITAL}/staff/${nurse.accountId}/roles`;
    const admin = await made.staffToken(administrator);
    const changed = await expectOk(made.call('PUT', path, { token: admin, body: { roles: ['clerk'] } }));
    expect(changed.body.roles).toEqual(['clerk']);
    made.deps.clock.advance(30_000);
    expect((await made.call('DELETE', '/identity/sessions', { token })).status).toBe(401);
    expect((await login(made)).body.roles).toEqual(['clerk']);
  });

  it('of oneself takes another', async () => {
    const made = await scene();
    const nurse = await member(made, { ...NURSE, roles: ['institution-administrator'] });
    const token = await fullSession(made, nurse);
    const path = `/identity/institutions/${HOSPITAL}/staff/${nurse.accountId}`;
    for (const [method, tail, body] of [
      ['PUT', 'roles', { roles: ['clerk'] }],
      ['PUT', 'suspension', undefined],
      ['POST', 'activation-code', undefined],
    ] as const) {
      const answer = await made.call(method, `${path}/${tail}`, { token, body });
      expect(answer).toMatchObject({ status: 409, body: { code: 'OWN_STAFF_ACCOUNT' } });
    }
  });

  it('does not reach who is bound elsewhere only', async () => {
    const made = await scene();
    const { body } = await expectOk(create(made, NURSE, TOWN));
    const path = `/identity/institutions/${HOSPITAL}/staff/${body.accountId}/suspension`;
    const answer = await made.call('PUT', path, { token: await made.staffToken(administrator) });
    expect(answer).toMatchObject({ status: 404, body: { code: 'STAFF_NOT_FOUND' } });
  });

  it('renews credentials: everything known is void, and a repeat answers the same code', async () => {
    const made = await scene();
    const nurse = await member(made);
    const path = `/identity/institutions/${HOSPITAL}/staff/${nurse.accountId}/activation-code`;
    const token = await made.staffToken(administrator);
    const first = await expectOk(made.call('POST', path, { token, key: 'renewal-1' }));
    const again = await expectOk(made.call('POST', path, { token, key: 'renewal-1' }));
    expect(again.body).toEqual(first.body);
    expect((await login(made)).body.code).toBe('CREDENTIALS_WRONG');
    const { body } = await expectOk(activate(made, first.body.activationCode));
    const totp = totpOf(body.otpauthUri, made.deps.clock.now());
    await expectOk(confirm(made, first.body.activationCode, totp));
    expect((await login(made)).status).toBe(200);
    // The very request once more, late: its code is spent, and what was chosen with it stays.
    const late = await made.call('POST', path, { token, key: 'renewal-1' });
    expect(late).toMatchObject({ status: 410, body: { code: 'ACTIVATION_UNUSABLE' } });
    expect((await login(made)).status).toBe(200);
    // Another administrator's request is another one, whatever its key.
    const other = await made.staffToken({ ...administrator, accountId: 'admin-2' });
    const others = await expectOk(made.call('POST', path, { token: other, key: 'renewal-1' }));
    expect(others.body.activationCode).not.toBe(first.body.activationCode);
    expect((await login(made)).body.code).toBe('CREDENTIALS_WRONG');
  });
});

describe('somebody who is also a health authority elsewhere', () => {
  it('gets no new credentials from an administrator: they would open both', async () => {
    const made = await scene();
    const nurse = await member(made);
    const body = { loginName: NURSE.loginName, roles: ['health-authority'] };
    const token = await made.staffToken({ ...authority, institutionId: TOWN });
    await expectOk(made.call('POST', `/identity/institutions/${TOWN}/staff-bindings`, { token, body }));
    const path = `/identity/institutions/${HOSPITAL}/staff/${nurse.accountId}/activation-code`;
    const answer = await made.call('POST', path, { token: await made.staffToken(administrator) });
    expect(answer).toMatchObject({ status: 403, body: { code: 'ROLE_NOT_ASSIGNABLE' } });
  });
});

describe('somebody who works at two institutions', () => {
  async function both(made: Scene) {
    const nurse = await member(made);
    const token = await made.staffToken({ ...administrator, institutionId: TOWN, accountId: 'admin-2' });
    const body = { loginName: NURSE.loginName, roles: ['clerk'] };
    const bound = await expectOk(
      made.call('POST', `/identity/institutions/${TOWN}/staff-bindings`, { token, body }),
    );
    expect(bound.body).toMatchObject({ accountId: nurse.accountId, institutionId: TOWN, roles: ['clerk'] });
    return { nurse, townAdmin: token };
  }

  it('says at which, and is only there what the binding says', async () => {
    const made = await scene();
    const { nurse } = await both(made);
    const open = await login(made);
    expect(open).toMatchObject({ status: 409, body: { code: 'INSTITUTION_REQUIRED' } });
    const ids = open.body.reasons.map(
      ({ detail }: { detail: { institutionId: string } }) => detail.institutionId,
    );
    expect(ids.sort()).toEqual([HOSPITAL, TOWN].sort());
    const { body } = await expectOk(login(made, { institutionId: TOWN }));
    expect(body.roles).toEqual(['clerk']);
    const totp = totpOf(nurse.uri, made.deps.clock.now());
    const full = await expectOk(secondFactor(made, body.token, { totp }));
    expect(full.body).toMatchObject({ institutionId: TOWN, roles: ['clerk'] });
    expect((await login(made, { institutionId: 'elsewhere' })).body.code).toBe('INSTITUTION_REQUIRED');
  });

  it('keeps the other binding when one is suspended', async () => {
    const made = await scene();
    const { nurse, townAdmin } = await both(made);
    const path = `/identity/institutions/${TOWN}/staff/${nurse.accountId}/suspension`;
    await expectOk(made.call('PUT', path, { token: townAdmin }));
    expect((await expectOk(login(made))).body.institutionId).toBe(HOSPITAL);
  });

  it('gets new credentials from the home institution only', async () => {
    const made = await scene();
    const { nurse, townAdmin } = await both(made);
    const path = `/identity/institutions/${TOWN}/staff/${nurse.accountId}/activation-code`;
    expect(await made.call('POST', path, { token: townAdmin })).toMatchObject({
      status: 409,
      body: { code: 'OTHER_HOME' },
    });
    expect((await login(made, { institutionId: HOSPITAL })).status).toBe(200);
  });
});

describe('the first administrator', () => {
  it('is made by an operator through the worker, once', async () => {
    const made = await scene();
    const input = { loginName: 'first', name: '郑晓峰', institutionId: HOSPITAL, role: 'health-authority' };
    const created = await made.task('create-first-administrator', input);
    expect(await made.task('create-first-administrator', input)).toEqual(created);
    const first = await expectOk(activate(made, created.activationCode, { loginName: 'first' }));
    const totp = totpOf(first.body.otpauthUri, made.deps.clock.now());
    await expectOk(confirm(made, created.activationCode, totp, 'first'));
    expect((await login(made, { loginName: 'first' })).body.roles).toEqual(['health-authority']);
    await expect(made.task('create-first-administrator', input)).rejects.toHaveProperty(
      'name',
      'LOGIN_NAME_TAKEN',
    );
  });
});
