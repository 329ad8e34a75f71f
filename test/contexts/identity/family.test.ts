import { describe, expect, it } from 'vitest';
import {
  type Answer,
  expectOk,
  HOSPITAL,
  idNumber,
  NOTICE,
  type Resident,
  type Scene,
  scene,
} from './scene.ts';

const MOTHER = { name: '李娜娜', idNumber: idNumber('19880721', '982'), phone: '13800000002' };
const FATHER = { name: '张卫国', idNumber: idNumber('19860312', '981'), phone: '13800000001' };
const GRANNY = { name: '王桂芳', idNumber: idNumber('19490105', '986'), phone: '13800000003' };
/** 18 on 3 March 2026, the day after the scene begins. */
const SON = { name: '张小阳', idNumber: idNumber('20080303', '983') };
const DAUGHTER = { name: '张小雨', idNumber: idNumber('20190504', '984') };

function addChild(
  { call }: Scene,
  token: string,
  child: { readonly name: string; readonly idNumber: string },
): Promise<Answer> {
  return call('POST', '/identity/account/children', { token, body: { ...child, noticeVersion: NOTICE } });
}

async function invite({ call }: Scene, token: string, key?: string): Promise<Answer> {
  const body = { kinship: 'parent' };
  return call('POST', '/identity/account/family-invitations', { token, body, ...(key ? { key } : {}) });
}

function accept({ call }: Scene, token: string, code: string): Promise<Answer> {
  const body = { code, noticeVersion: NOTICE };
  return call('POST', '/identity/account/accepted-invitations', { token, body });
}

async function myPatients({ call }: Scene, { token }: Resident) {
  return (await expectOk(call('GET', '/identity/account/patients', { token }))).body.patients;
}

function show({ call }: Scene, { token }: Resident, patientId: string): Promise<Answer> {
  return call('GET', `/identity/patients/${patientId}`, { token });
}

/** 李娜娜 may act for 王桂芳. */
async function daughterInLaw(made: Scene) {
  const [daughter, granny] = [await made.resident('li', MOTHER), await made.resident('wang', GRANNY)];
  const { body } = await expectOk(invite(made, daughter.token));
  const accepted = await expectOk(accept(made, granny.token, body.code));
  return { daughter, granny, code: body.code as string, accepted: accepted.body };
}

describe('a child', () => {
  it('is added by a verified adult, who becomes guardian until the 18th birthday', async () => {
    const made = await scene();
    const mother = await made.resident('li', MOTHER);
    const { body } = await expectOk(addChild(made, mother.token, DAUGHTER));
    expect(body).toMatchObject({
      name: '张**',
      sex: 'female',
      ageYears: 6,
      relation: 'GUARDIAN',
      kinship: 'child',
      until: '2037-05-03T16:00:00.000Z',
    });
    const patients = await myPatients(made, mother);
    expect(
      patients.map(({ name, relation }: { name: string; relation: string }) => [name, relation]),
    ).toEqual([
      ['李**', 'SELF'],
      ['张**', 'GUARDIAN'],
    ]);
    expect((await show(made, mother, body.patientId)).status).toBe(200);
  });

  it('added twenty times at once is one patient and one relation', async () => {
    const made = await scene({ policy: { verificationAttemptsPerDay: 50 } });
    const mother = await made.resident('li', MOTHER);
    made.raceNext(20);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => addChild(made, mother.token, DAUGHTER)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(new Set(answers.map(({ body }) => body.patientId)).size).toBe(1);
    expect(made.items('identity#patient#')).toHaveLength(2);
  });

  it.each([
    ['an adult', GRANNY, 'NOT_A_MINOR'],
    ['oneself', MOTHER, 'OWN_ID_NUMBER'],
  ])('cannot be %s', async (_, who, code) => {
    const made = await scene();
    const mother = await made.resident('li', MOTHER);
    const { name, idNumber: number } = who;
    expect((await addChild(made, mother.token, { name, idNumber: number })).body.code).toBe(code);
    expect(made.items('relation#')).toHaveLength(1);
  });

  it('cannot be added before one is verified, nor by a minor', async () => {
    const made = await scene();
    const { token } = (await made.login('nobody')).body;
    expect((await addChild(made, token, DAUGHTER)).body.code).toBe('NOT_VERIFIED');
    const son = await made.resident('son', SON);
    expect((await addChild(made, son.token, DAUGHTER)).body.code).toBe('GUARDIAN_TOO_YOUNG');
  });

  it('of both parents has two guardians where the second gives the registered phone, else the desk decides', async () => {
    const made = await scene();
    const mother = await made.resident('li', MOTHER);
    const { body } = await expectOk(addChild(made, mother.token, DAUGHTER));
    const father = await made.resident('zhang', FATHER);
    expect((await addChild(made, father.token, DAUGHTER)).body.code).toBe('ID_NUMBER_HELD');
    expect((await show(made, father, body.patientId)).status).toBe(403);
    const aunt = await made.resident('aunt', { ...GRANNY, phone: MOTHER.phone });
    expect((await addChild(made, aunt.token, DAUGHTER)).body.patientId).toBe(body.patientId);
  });

  it('is not a second account of who gave its phone: that one would not end with the 18th birthday', async () => {
    const made = await scene();
    const mother = await made.resident('li', MOTHER);
    const { patientId } = (await expectOk(addChild(made, mother.token, SON))).body;
    const asSon = { ...SON, phone: MOTHER.phone };
    await expect(made.resident('li-again', asSon)).rejects.toThrow('ID_NUMBER_HELD');
    made.deps.clock.set('2026-03-03T01:00:00.000Z');
    await made.sweep();
    await expect(made.resident('li-again', asSon)).rejects.toThrow('ID_NUMBER_HELD');
    expect(made.items(`relation#${patientId}`)).toEqual([]);
  });

  it('who comes to a desk with the card is there with an own phone from then on', async () => {
    const made = await scene();
    const mother = await made.resident('li', MOTHER);
    const { patientId } = (await expectOk(addChild(made, mother.token, SON))).body;
    const own = { ...SON, phone: '13800000009' };
    const held = await made.resident('son', own).catch((error: Error) => error.message);
    const claimId = /"claimId":"(\w+)"/.exec(String(held))?.[1];
    await expectOk(
      made.call('POST', `/identity/institutions/${HOSPITAL}/identity-claims/${claimId}/decision`, {
        token: await made.staffToken(),
        body: { decision: 'GRANT', idNumber: SON.idNumber },
      }),
    );
    expect((await made.resident('son-second', own)).patientId).toBe(patientId);
  });

  it('no longer has a guardian as the 18th birthday begins, before and after the timer says so', async () => {
    const made = await scene();
    const mother = await made.resident('li', MOTHER);
    const { patientId } = (await expectOk(addChild(made, mother.token, SON))).body;
    made.deps.clock.set('2026-03-02T15:59:59.999Z');
    expect((await show(made, mother, patientId)).status).toBe(200);
    await made.sweep();
    expect(await myPatients(made, mother)).toHaveLength(2);
    made.deps.clock.set('2026-03-02T16:00:00.000Z');
    expect((await show(made, mother, patientId)).status).toBe(403);
    expect(await myPatients(made, mother)).toHaveLength(1);
    await made.sweep();
    expect(made.events.at(-1)).toMatchObject({
      type: 'identity.relation-ended',
      data: { patientId, accountId: mother.accountId, kind: 'GUARDIAN', reason: 'ADULT' },
    });
    expect(made.items(`relation#${patientId}`)).toEqual([]);
    const events = made.events.length;
    await made.sweep();
    expect(made.events).toHaveLength(events);
  });

  it('who is removed is no longer there, and removing again is fine', async () => {
    const made = await scene();
    const mother = await made.resident('li', MOTHER);
    const { patientId } = (await expectOk(addChild(made, mother.token, DAUGHTER))).body;
    const remove = () =>
      made.call('DELETE', `/identity/account/patients/${patientId}`, { token: mother.token });
    expect((await remove()).body).toEqual({ done: true });
    expect((await remove()).body).toEqual({ done: true });
    expect(await myPatients(made, mother)).toHaveLength(1);
    expect(made.items(`relation#${patientId}`)).toEqual([]);
    expect((await expectOk(addChild(made, mother.token, DAUGHTER))).body.patientId).toBe(patientId);
  });

  it('is listed also behind more relations that have ended than a page holds', async () => {
    const made = await scene();
    const mother = await made.resident('li', MOTHER);
    const { patientId } = (await expectOk(addChild(made, mother.token, DAUGHTER))).body;
    for (let n = 100; n < 205; n += 1) {
      // A zero stands in no id of ours, and sorts before all of them.
      const ended = { accountId: mother.accountId, patientId: `0${n}`, kind: 'FAMILY', status: 'ENDED' };
      const key = { pk: `identity#account#${mother.accountId}`, sk: `patient#0${n}` };
      await made.deps.table.put({ ...key, ...ended, since: '2026-01-01T00:00:00.000Z' });
    }
    const listed = await myPatients(made, mother);
    expect(listed.map((one: { patientId: string }) => one.patientId)).toEqual([mother.patientId, patientId]);
  });

  it('counts towards the limit, which holds when children are added at once', async () => {
    const made = await scene({ policy: { familyMembersMax: 2, verificationAttemptsPerDay: 50 } });
    const mother = await made.resident('li', MOTHER);
    made.raceNext(5);
    const answers = await Promise.all(
      ['001', '002', '003', '004', '005'].map((sequence) =>
        addChild(made, mother.token, { name: '张小明', idNumber: idNumber('20190504', sequence) }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(answers.filter(({ body }) => body.code === 'FAMILY_LIMIT')).toHaveLength(3);
    expect(made.items('identity#patient#')).toHaveLength(3);
  });
});

describe('one’s own person', () => {
  it('cannot be removed from the list', async () => {
    const made = await scene();
    const mother = await made.resident('li', MOTHER);
    const path = `/identity/account/patients/${mother.patientId}`;
    expect(await made.call('DELETE', path, { token: mother.token })).toMatchObject({
      status: 404,
      body: { code: 'RELATION_NOT_FOUND' },
    });
    expect(await myPatients(made, mother)).toHaveLength(1);
  });
});

describe('an adult relative', () => {
  it('who accepts is acted for until the agreed end', async () => {
    const made = await scene();
    const { daughter, granny, accepted } = await daughterInLaw(made);
    expect(accepted).toEqual({ delegateAccountId: daughter.accountId, until: '2028-03-02T01:00:00.000Z' });
    expect((await show(made, daughter, granny.patientId)).body.name).toBe('王**');
    expect(await myPatients(made, daughter)).toMatchObject([
      { relation: 'SELF' },
      { relation: 'FAMILY', kinship: 'parent', name: '王**', ageYears: 77 },
    ]);
    expect((await show(made, granny, daughter.patientId)).status).toBe(403);
  });

  it('sees who may act for them and takes it back', async () => {
    const made = await scene();
    const { daughter, granny } = await daughterInLaw(made);
    const { body } = await expectOk(made.call('GET', '/identity/account/delegates', { token: granny.token }));
    expect(body.delegates).toMatchObject([
      { accountId: daughter.accountId, name: '李**', relation: 'FAMILY', until: '2028-03-02T01:00:00.000Z' },
    ]);
    const path = `/identity/account/delegates/${daughter.accountId}`;
    await expectOk(made.call('DELETE', path, { token: granny.token }));
    expect((await show(made, daughter, granny.patientId)).status).toBe(403);
    expect(await myPatients(made, daughter)).toHaveLength(1);
    expect(made.events.at(-1)?.data).toMatchObject({ kind: 'FAMILY', reason: 'WITHDRAWN' });
  });

  it('is removed by the one who acts, too', async () => {
    const made = await scene();
    const { daughter, granny } = await daughterInLaw(made);
    const path = `/identity/account/patients/${granny.patientId}`;
    await expectOk(made.call('DELETE', path, { token: daughter.token }));
    expect((await show(made, daughter, granny.patientId)).status).toBe(403);
    const { body } = await made.call('GET', '/identity/account/delegates', { token: granny.token });
    expect(body.delegates).toEqual([]);
  });

  it('is no longer acted for after the agreed end, and may agree anew', async () => {
    const made = await scene();
    const { daughter, granny } = await daughterInLaw(made);
    made.deps.clock.set('2028-03-02T01:00:00.000Z');
    const again = (await made.login('li')).body;
    const later = { ...daughter, token: again.token };
    expect((await show(made, later, granny.patientId)).status).toBe(403);
    await made.sweep();
    expect(made.events.at(-1)?.data).toMatchObject({ kind: 'FAMILY', reason: 'LAPSED' });
    const { body } = await expectOk(invite(made, later.token));
    const grannyAgain = (await made.login('wang')).body;
    await expectOk(accept(made, grannyAgain.token, body.code));
    expect((await show(made, later, granny.patientId)).status).toBe(200);
  });

  it('prolongs the agreement by accepting a new invitation', async () => {
    const made = await scene();
    const { daughter, granny } = await daughterInLaw(made);
    made.deps.clock.set('2026-03-05T01:00:00.000Z');
    const { body } = await expectOk(invite(made, daughter.token));
    const { body: renewed } = await expectOk(accept(made, granny.token, body.code));
    expect(renewed.until).toBe('2028-03-05T01:00:00.000Z');
    const relations = made.items(`relation#${granny.patientId}`);
    expect(relations.find(({ kind }) => kind === 'FAMILY')).toMatchObject({ until: renewed.until });
    made.deps.clock.set('2028-03-02T01:00:00.000Z');
    await made.sweep();
    expect(made.items(`relation#${granny.patientId}`)).toHaveLength(2);
  });

  it('accepts once: the code is good for one person and may be repeated by that person', async () => {
    const made = await scene();
    const { code, granny, accepted } = await daughterInLaw(made);
    expect((await accept(made, granny.token, code)).body).toEqual(accepted);
    const father = await made.resident('zhang', FATHER);
    expect(await accept(made, father.token, code)).toMatchObject({
      status: 410,
      body: { code: 'INVITATION_UNUSABLE' },
    });
    expect(made.items(`relation#${father.patientId}`)).toHaveLength(1);
  });

  it('is one when two people accept one code at once', async () => {
    const made = await scene();
    const daughter = await made.resident('li', MOTHER);
    const people = [await made.resident('wang', GRANNY), await made.resident('zhang', FATHER)];
    const { body } = await expectOk(invite(made, daughter.token));
    made.raceNext(2);
    const answers = await Promise.all(people.map(({ token }) => accept(made, token, body.code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
    expect(await myPatients(made, daughter)).toHaveLength(2);
  });

  it('cannot accept a code that lapsed, nor an unknown one, nor their own', async () => {
    const made = await scene();
    const daughter = await made.resident('li', MOTHER);
    const granny = await made.resident('wang', GRANNY);
    const { body } = await expectOk(invite(made, daughter.token));
    expect((await accept(made, daughter.token, body.code)).body.code).toBe('OWN_ID_NUMBER');
    expect((await accept(made, granny.token, 'unknown')).body.code).toBe('INVITATION_UNUSABLE');
    made.deps.clock.set(body.expiresAt);
    expect((await accept(made, granny.token, body.code)).body.code).toBe('INVITATION_UNUSABLE');
    expect(made.items(`relation#${granny.patientId}`)).toHaveLength(1);
  });

  it('cannot be guessed at: codes tried count as attempts of the day', async () => {
    const made = await scene({ policy: { verificationAttemptsPerDay: 3 } });
    const granny = await made.resident('wang', GRANNY);
    const codes = [];
    for (const guess of ['guess1', 'guess2', 'guess3']) {
      codes.push((await accept(made, granny.token, guess)).body.code);
    }
    expect(codes).toEqual(['INVITATION_UNUSABLE', 'INVITATION_UNUSABLE', 'VERIFICATION_LIMIT']);
  });

  it('is invited by the same code when the request is repeated, and the code is not stored', async () => {
    const made = await scene();
    const daughter = await made.resident('li', MOTHER);
    const first = await expectOk(invite(made, daughter.token, 'same-request'));
    const again = await expectOk(invite(made, daughter.token, 'same-request'));
    expect(again.body).toEqual(first.body);
    expect((await invite(made, daughter.token, 'next-request')).body.code).not.toBe(first.body.code);
    expect(JSON.stringify(made.deps.all())).not.toContain(first.body.code);
  });

  it('finds the way barred at the limit of either side', async () => {
    const made = await scene({ policy: { familyMembersMax: 1 } });
    const { daughter, granny } = await daughterInLaw(made);
    const father = await made.resident('zhang', FATHER);
    const { body: full } = await expectOk(invite(made, daughter.token));
    expect((await accept(made, father.token, full.code)).body.code).toBe('FAMILY_LIMIT');
    const { body: second } = await expectOk(invite(made, father.token));
    expect((await accept(made, granny.token, second.code)).body.code).toBe('FAMILY_LIMIT');
  });

  it('needs a verified account on both sides', async () => {
    const made = await scene();
    const { token } = (await made.login('nobody')).body;
    expect((await invite(made, token)).body.code).toBe('NOT_VERIFIED');
    expect((await accept(made, token, 'any')).body.code).toBe('NOT_VERIFIED');
  });

  it('cannot accept the invitation of an account that has gone', async () => {
    const made = await scene();
    const daughter = await made.resident('li', MOTHER);
    const granny = await made.resident('wang', GRANNY);
    const { body } = await expectOk(invite(made, daughter.token));
    await expectOk(made.call('DELETE', '/identity/account', { token: daughter.token }));
    expect((await accept(made, granny.token, body.code)).body.code).toBe('INVITATION_UNUSABLE');
  });
});

describe('a minor with an account', () => {
  it('cannot remove the guardian', async () => {
    const made = await scene();
    const mother = await made.resident('li', MOTHER);
    const son = await made.resident('son', { ...SON, phone: MOTHER.phone });
    await expectOk(addChild(made, mother.token, SON));
    const path = `/identity/account/delegates/${mother.accountId}`;
    expect((await made.call('DELETE', path, { token: son.token })).body.code).toBe('RELATION_NOT_FOUND');
    expect((await show(made, mother, son.patientId)).status).toBe(200);
  });
});

describe('deactivation', () => {
  it('ends every relation of the account and those it had granted, and keeps records and trail', async () => {
    const made = await scene();
    const { daughter, granny } = await daughterInLaw(made);
    const child = (await expectOk(addChild(made, daughter.token, DAUGHTER))).body.patientId;
    const { body } = await expectOk(invite(made, granny.token));
    await expectOk(accept(made, daughter.token, body.code));
    const trail = made.items('audit#').length;
    await expectOk(made.call('DELETE', '/identity/account', { token: daughter.token }));
    expect(made.items(`relation#${daughter.patientId}`)).toEqual([]);
    expect(made.items(`relation#${child}`)).toEqual([]);
    expect(made.items(`relation#${granny.patientId}`)).toMatchObject([{ kind: 'SELF' }]);
    expect(await myPatients(made, granny)).toHaveLength(1);
    expect(made.items('identity#patient#')).toHaveLength(3);
    expect(made.items('audit#').length).toBeGreaterThan(trail);
    const ended = made.events.filter(({ type }) => type === 'identity.relation-ended');
    expect(ended.map(({ data }) => data['reason'])).toEqual(Array(4).fill('DEACTIVATED'));
  });

  it.each(['accepts', 'deactivates'])(
    'lets nobody stay or come in who is accepted meanwhile: %s first',
    async (earlier) => {
      const made = await scene();
      const [daughter, granny] = [await made.resident('li', MOTHER), await made.resident('wang', GRANNY)];
      const { body } = await expectOk(invite(made, daughter.token));
      const accepting = () => accept(made, granny.token, body.code);
      const ending = () => made.call('DELETE', '/identity/account', { token: granny.token });
      const { first } = made.raceNext(2);
      const one = earlier === 'accepts' ? accepting() : ending();
      await first;
      const [before, after] = await Promise.all([one, earlier === 'accepts' ? ending() : accepting()]);
      expect(before.status).toBe(200);
      expect([after.status, after.body.code]).toEqual(
        earlier === 'accepts' ? [200, undefined] : [403, 'ACCOUNT_INACTIVE'],
      );
      expect(made.items(`relation#${granny.patientId}`)).toEqual([]);
      expect(await myPatients(made, daughter)).toHaveLength(1);
    },
  );

  it('fits one transaction at the greatest number of relations', async () => {
    const made = await scene({ policy: { familyMembersMax: 14, verificationAttemptsPerDay: 99 } });
    const mother = await made.resident('li', MOTHER);
    for (let n = 0; n < 14; n += 1) {
      const sequence = String(100 + n);
      const child = { name: '张小明', idNumber: idNumber('20190504', sequence) };
      await expectOk(addChild(made, mother.token, child));
      const relative = { name: '李大明', idNumber: idNumber('19700504', sequence) };
      const { token } = await made.resident(`relative${n}`, relative);
      const { body } = await expectOk(invite(made, token));
      await expectOk(accept(made, mother.token, body.code));
    }
    await expectOk(made.call('DELETE', '/identity/account', { token: mother.token }));
    expect(made.items('relation#').filter(({ holderId }) => holderId === mother.accountId)).toEqual([]);
    expect(made.items(`relation#${mother.patientId}`)).toEqual([]);
  });
});
