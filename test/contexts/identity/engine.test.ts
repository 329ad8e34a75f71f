import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTableEngine, type TableEngine } from '../../support/table-engine.ts';
import { expectOk, HOSPITAL, idNumber, NOTICE, scene, totpOf } from './scene.ts';

/** The chief ways once more over the embedded engine, whose conditions and transactions are DynamoDB's own. */
let engine: TableEngine;

beforeAll(async () => {
  engine = await startTableEngine();
});

afterAll(async () => {
  await engine?.stop();
});

describe('over DynamoDB’s own expressions', () => {
  it('a family is made, bound, unbound and dissolved', async () => {
    const made = await scene({ table: engine.table, policy: { verificationAttemptsPerDay: 20 } });
    const mother = await made.resident('li', { name: '李娜娜', idNumber: idNumber('19880721', '982') });
    const granny = await made.resident('wang', { name: '王桂芳', idNumber: idNumber('19490105', '986') });
    const as = (token: string) => (method: string, path: string, body?: unknown) =>
      expectOk(made.call(method, `/identity/account${path}`, { token, body }));
    const [byMother, byGranny] = [as(mother.token), as(granny.token)];
    const child = { name: '张小雨', idNumber: idNumber('20190504', '984'), noticeVersion: NOTICE };
    const added = await Promise.all(Array.from({ length: 5 }, () => byMother('POST', '/children', child)));
    expect(new Set(added.map(({ body }) => body.patientId)).size).toBe(1);
    for (let round = 0; round < 2; round += 1) {
      const { body } = await byMother('POST', '/family-invitations', { kinship: 'parent' });
      await byGranny('POST', '/accepted-invitations', { code: body.code, noticeVersion: NOTICE });
    }
    const list = async () => (await byMother('GET', '/patients')).body.patients;
    expect(await list()).toMatchObject([
      { relation: 'SELF' },
      { relation: 'GUARDIAN' },
      { relation: 'FAMILY' },
    ]);
    await byGranny('DELETE', `/delegates/${mother.accountId}`);
    expect(await list()).toHaveLength(2);
    const { body } = await byMother('POST', '/family-invitations', { kinship: 'parent' });
    await byGranny('POST', '/accepted-invitations', { code: body.code, noticeVersion: NOTICE });
    await byMother('DELETE', '');
    expect((await byGranny('GET', '/delegates')).body.delegates).toEqual([]);
    expect(
      (await made.resident('li', { name: '李娜娜', idNumber: idNumber('19880721', '982') })).patientId,
    ).toBe(mother.patientId);
  });

  it('one of ten accounts gets a number, another one by the desk', async () => {
    const made = await scene({ table: engine.table });
    const who = { name: '林晓梅', idNumber: idNumber('19900721', '982'), noticeVersion: NOTICE };
    const tokens = await Promise.all(
      Array.from({ length: 10 }, async (_, n) => (await made.login(`lin${n}`)).body.token),
    );
    const answers = await Promise.all(
      tokens.map((token) => made.call('POST', '/identity/account/verification', { token, body: who })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const held = answers.find(({ body }) => body.code === 'ID_NUMBER_HELD');
    const clerk = await made.staffToken();
    const claims = `/identity/institutions/${HOSPITAL}/identity-claims`;
    expect((await expectOk(made.call('GET', claims, { token: clerk }))).body.claims).toHaveLength(9);
    const body = { decision: 'GRANT', idNumber: who.idNumber, endsOthers: true };
    const path = `${claims}/${held?.body.context.claimId}/decision`;
    expect((await made.call('POST', path, { token: clerk, body })).body.status).toBe('GRANTED');
    expect((await expectOk(made.call('GET', claims, { token: clerk }))).body.claims).toHaveLength(8);
  });

  it('a member of staff is made, activated, let in once per code and suspended', async () => {
    const made = await scene({ table: engine.table });
    const token = await made.staffToken({ roles: ['institution-administrator'], accountId: 'admin' });
    const staff = `/identity/institutions/${HOSPITAL}/staff`;
    const nurse = { loginName: 'nurse.zhou', name: '周敏', roles: ['nurse'] };
    const created = await expectOk(made.call('POST', staff, { token, body: nurse }));
    const post = (path: string, body: object, as?: string) =>
      made.call('POST', `/identity/${path}`, { body, ...(as === undefined ? {} : { token: as }) });
    const { accountId, activationCode } = created.body;
    const credentials = { loginName: nurse.loginName, password: 'Correct-horse-7' };
    const activated = await expectOk(post('staff-activations', { ...credentials, activationCode }));
    const code = () => totpOf(activated.body.otpauthUri, made.deps.clock.now());
    const confirmation = { loginName: nurse.loginName, activationCode, totp: code() };
    const { body } = await expectOk(post('staff-activations/confirmation', confirmation));
    made.deps.clock.advance(30_000);
    const first = await expectOk(post('staff-sessions', credentials));
    const totp = code();
    const answers = await Promise.all(
      [1, 2, 3].map(() => post('staff-sessions/second-factor', { totp }, first.body.token)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const recovery = { recoveryCode: body.recoveryCodes[0] };
    expect((await post('staff-sessions/second-factor', recovery, first.body.token)).status).toBe(200);
    expect((await post('staff-sessions/second-factor', recovery, first.body.token)).status).toBe(401);
    const suspension = `${staff}/${accountId}/suspension`;
    expect((await expectOk(made.call('PUT', suspension, { token }))).body.status).toBe('SUSPENDED');
    expect((await post('staff-sessions', credentials)).body.code).toBe('ACCOUNT_INACTIVE');
  });
});
