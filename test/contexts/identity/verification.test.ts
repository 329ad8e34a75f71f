import { describe, expect, it } from 'vitest';
import { readPatientProfile } from '../../../shared/access/patient-view.ts';
import { listAccess } from '../../../shared/privacy/audit.ts';
import { expectOk, HOSPITAL, idNumber, NOTICE, type Scene, scene } from './scene.ts';

const LIN = { name: '林晓梅', idNumber: idNumber('19880721', '982'), phone: '13800000001' };

async function verify(
  { call }: Pick<Scene, 'call'>,
  token: string,
  who: { readonly name: string; readonly idNumber: string },
  noticeVersion = NOTICE,
) {
  const body = { name: who.name, idNumber: who.idNumber, noticeVersion };
  return call('POST', '/identity/account/verification', { token, body });
}

describe('real-name verification', () => {
  it('makes the account somebody, masked, with age and sex from the number', async () => {
    const made = await scene();
    const { token, patientId } = await made.resident('lin', LIN);
    const { body } = await expectOk(made.call('GET', `/identity/patients/${patientId}`, { token }));
    expect(body).toEqual({
      patientId,
      name: '林**',
      sex: 'female',
      ageYears: 37,
      verification: 'format',
      synthetic: false,
    });
    expect((await made.call('GET', '/identity/account', { token })).body).toMatchObject({
      verified: true,
      patientId,
      agreedNoticeVersion: NOTICE,
    });
  });

  it('writes the profile that age rules and messages of other contexts read', async () => {
    const made = await scene();
    const { patientId } = await made.resident('lin', LIN);
    expect(await readPatientProfile(made.deps, patientId)).toEqual({
      birthDate: '1988-07-21',
      sex: 'female',
      synthetic: false,
      maskedName: '林**',
    });
    expect(await readPatientProfile(made.deps, 'nobody')).toBeUndefined();
  });

  it('announces the patient by ids only, and gives the account its relation', async () => {
    const made = await scene();
    const { accountId, patientId } = await made.resident('lin', LIN);
    expect(made.events.map(({ type, data }) => ({ type, data }))).toEqual([
      { type: 'identity.patient-registered', data: { patientId, accountId } },
      { type: 'identity.relation-started', data: { patientId, accountId, kind: 'SELF' } },
    ]);
    expect(made.items(`relation#${patientId}`)).toMatchObject([{ kind: 'SELF', holderId: accountId }]);
  });

  it('writes every change and every look into the trail', async () => {
    const made = await scene();
    const { token, patientId, accountId } = await made.resident('lin', LIN);
    await made.call('GET', '/identity/account/patients', { token });
    const { items } = await listAccess(made.deps.table, patientId);
    expect(items.map(({ action, purpose, actor }) => [action, purpose, actor.accountId]).sort()).toEqual([
      ['READ', 'own-account', accountId],
      ['READ', 'own-account', accountId],
      ['WRITE', 'self', accountId],
    ]);
  });

  it('tells every problem of name and number at once, and counts no attempt for it', async () => {
    const made = await scene({ policy: { verificationAttemptsPerDay: 1 } });
    const { token } = (await made.login('lin')).body;
    const answer = await verify(made, token, { name: 'Lin', idNumber: '990425198807319821' });
    expect(answer).toMatchObject({ status: 422, body: { code: 'VERIFICATION_FAILED' } });
    const codes = answer.body.reasons.map(({ code }: { code: string }) => code);
    expect(codes).toEqual(['NAME_FORMAT', 'ID_NUMBER_AREA', 'ID_NUMBER_CHECK_DIGIT']);
    const short = await verify(made, token, { name: '林', idNumber: '123' });
    expect(short.body.reasons.map(({ code }: { code: string }) => code)).toEqual([
      'NAME_FORMAT',
      'ID_NUMBER_LENGTH',
    ]);
    const noDay = await verify(made, token, { name: '林晓梅', idNumber: '41042519880231982X' });
    expect(noDay.body.reasons[0].code).toBe('ID_NUMBER_DATE');
    expect((await verify(made, token, LIN)).status).toBe(200);
  });

  it('takes full-width digits, blanks, a small x and 15 digits for the number they mean', async () => {
    const made = await scene();
    const { token } = (await made.login('lin')).body;
    const old = idNumber('19621105', '371');
    const fifteen = `${old.slice(0, 6)}${old.slice(8, 17)}`;
    const first = await expectOk(verify(made, token, { name: '林 晓 梅', idNumber: ` ${fifteen} ` }));
    const wide = [...old]
      .map((c) => (c === 'X' ? 'x' : String.fromCharCode(c.charCodeAt(0) + 0xfee0)))
      .join('');
    const again = await expectOk(verify(made, token, { name: '林晓梅', idNumber: wide }));
    expect(again.body.patientId).toBe(first.body.patientId);
  });

  it('takes a minority name with any of the usual dots', async () => {
    const made = await scene();
    const { token } = (await made.login('a')).body;
    const number = idNumber('19900101', '123');
    const answer = await expectOk(verify(made, token, { name: '阿依古丽•买买提', idNumber: number }));
    expect(answer.body.name).toBe('阿***·***');
    expect((await verify(made, token, { name: '阿依古丽·买买提', idNumber: number })).status).toBe(200);
  });

  it('repeated changes nothing', async () => {
    const made = await scene();
    const { token, patientId } = await made.resident('lin', LIN);
    const events = made.events.length;
    expect((await verify(made, token, LIN)).body.patientId).toBe(patientId);
    expect(made.events).toHaveLength(events);
    expect(made.items('identity#patient#')).toHaveLength(1);
  });

  it('as somebody else is refused', async () => {
    const made = await scene();
    const { token } = await made.resident('lin', LIN);
    const other = { name: '王大山', idNumber: idNumber('19700101') };
    expect(await verify(made, token, other)).toMatchObject({
      status: 409,
      body: { code: 'ALREADY_VERIFIED' },
    });
    expect(made.items('identity#patient#')).toHaveLength(1);
  });

  it('needs consent to the notice in force', async () => {
    const made = await scene();
    const { token } = (await made.login('lin')).body;
    const answer = await verify(made, token, LIN, 'notice-0');
    expect(answer).toMatchObject({ status: 409, body: { code: 'NOTICE_OUTDATED' } });
    expect(answer.body.context).toEqual({ noticeVersion: NOTICE });
    expect(made.items('identity#patient#')).toEqual([]);
  });

  it('of a child below the age is for a guardian; the day it is reached it is not', async () => {
    const made = await scene();
    const { token } = (await made.login('kid')).body;
    const tooYoung = { name: '林小宝', idNumber: idNumber('20120303') };
    expect(await verify(made, token, tooYoung)).toMatchObject({ status: 422, body: { code: 'TOO_YOUNG' } });
    made.deps.clock.set('2026-03-02T16:00:00.000Z');
    expect((await verify(made, token, tooYoung)).status).toBe(200);
  });

  it('is limited to so many attempts a day, also when they come at once', async () => {
    const made = await scene({ policy: { verificationAttemptsPerDay: 3 } });
    await made.resident('owner', LIN);
    const { token } = (await made.login('thief')).body;
    const attempts = await Promise.all(
      Array.from({ length: 12 }, () => verify(made, token, { ...LIN, name: '林晓兰' })),
    );
    const codes = attempts.map(({ body }) => body.code);
    expect(codes.filter((code) => code === 'ID_NUMBER_HELD')).toHaveLength(3);
    expect(codes.filter((code) => code === 'VERIFICATION_LIMIT')).toHaveLength(9);
    made.deps.clock.set('2026-03-02T16:00:00.000Z');
    expect((await verify(made, token, LIN)).body.code).toBe('ID_NUMBER_HELD');
  });

  it('records what the city’s authority said, and refuses what it denies', async () => {
    const answers = ['unavailable', 'mismatch', 'match'] as const;
    let asked = 0;
    const made = await scene({
      verifier: {
        verify: () => {
          const answer = answers[asked] ?? 'match';
          asked += 1;
          return Promise.resolve(answer === 'match' ? { answer, level: 'public-security' } : { answer });
        },
      },
    });
    const { token } = (await made.login('lin')).body;
    expect(await verify(made, token, LIN)).toMatchObject({
      status: 503,
      body: { code: 'VERIFIER_UNAVAILABLE' },
    });
    const denied = await verify(made, token, LIN);
    expect(denied).toMatchObject({ status: 422, body: { reasons: [{ code: 'NAME_MISMATCH' }] } });
    expect(made.items('identity#patient#')).toEqual([]);
    expect((await verify(made, token, LIN)).body.verification).toBe('public-security');
  });

  it('marks the people of a demonstration as invented', async () => {
    const made = await scene({ settings: { demo: true } });
    const { token } = (await made.login('lin')).body;
    expect((await verify(made, token, LIN)).body.synthetic).toBe(true);
  });
});

describe('one patient per ID number', () => {
  it('holds when twenty accounts claim it at once', async () => {
    const made = await scene();
    const tokens = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => (await made.login(`p${index}`)).body.token as string),
    );
    made.raceNext(20);
    const answers = await Promise.all(tokens.map((token) => verify(made, token, LIN)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'ID_NUMBER_HELD')).toHaveLength(19);
    expect(made.items('identity#patient#')).toHaveLength(1);
    expect(made.items('relation#')).toHaveLength(1);
  });

  it('holds when one account sends it twenty times at once', async () => {
    const made = await scene({ policy: { verificationAttemptsPerDay: 50 } });
    const { token } = (await made.login('lin')).body;
    made.raceNext(20);
    const answers = await Promise.all(Array.from({ length: 20 }, () => verify(made, token, LIN)));
    expect(new Set(answers.map(({ body }) => body.patientId)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(made.items('identity#patient#')).toHaveLength(1);
  });

  it('holds over a rotation of the blind index key', async () => {
    const made = await scene();
    await made.resident('lin', LIN);
    await made.deps.keyRing.rotate('identity', 'blind');
    made.deps.clock.advance(600_000);
    const { token } = (await made.login('thief')).body;
    expect((await verify(made, token, { ...LIN, name: '林晓兰' })).body.code).toBe('ID_NUMBER_HELD');
  });

  it('lets a second account of the same name and phone join', async () => {
    const made = await scene();
    const { patientId } = await made.resident('lin', LIN);
    const second = await made.resident('lin-new-phone', LIN);
    expect(second.patientId).toBe(patientId);
    expect(made.items(`relation#${patientId}`)).toHaveLength(2);
  });

  it.each([
    ['another name', { ...LIN, name: '林晓兰' }],
    ['another phone', { ...LIN, phone: '13800000002' }],
  ])('sends a second account with %s to the desk', async (_, who) => {
    const made = await scene();
    const { patientId } = await made.resident('lin', LIN);
    await expect(made.resident('other', who)).rejects.toThrow('ID_NUMBER_HELD');
    expect(made.items(`relation#${patientId}`)).toHaveLength(1);
    expect(made.items('identity#claim#')).toMatchObject([{ status: 'OPEN', kind: 'SELF' }]);
  });

  it('takes the claim from the desk of who joins with the registered phone after all', async () => {
    const made = await scene();
    const { patientId } = await made.resident('lin', LIN);
    await expect(made.resident('other', { ...LIN, phone: '13800000002' })).rejects.toThrow('ID_NUMBER_HELD');
    expect((await made.resident('other', LIN)).patientId).toBe(patientId);
    const path = `/identity/institutions/${HOSPITAL}/identity-claims`;
    const { body } = await expectOk(made.call('GET', path, { token: await made.staffToken() }));
    expect(body.claims).toEqual([]);
  });

  it('lets nobody join without the desk where the city says so', async () => {
    const made = await scene({ policy: { rejoinByNameAndPhone: false } });
    await made.resident('lin', LIN);
    await expect(made.resident('lin-new-phone', LIN)).rejects.toThrow('ID_NUMBER_HELD');
  });

  it('lets somebody who deactivated come back to the same record', async () => {
    const made = await scene();
    const { token, patientId } = await made.resident('lin', LIN);
    await expectOk(made.call('DELETE', '/identity/account', { token }));
    expect(made.items(`relation#${patientId}`)).toEqual([]);
    const back = await made.resident('lin', LIN);
    expect(back.patientId).toBe(patientId);
    expect(made.items(`relation#${patientId}`)).toMatchObject([{ holderId: back.accountId }]);
  });

  it('moves the contact phone with the account’s, so that the next phone joins by it', async () => {
    const made = await scene();
    const { token, patientId } = await made.resident('lin', LIN);
    const code = made.wechat.phoneCodes.issue({ person: 'lin', phone: '13700000009' });
    await expectOk(made.call('PUT', '/identity/account/phone', { token, body: { code } }));
    expect(made.events.at(-1)).toMatchObject({ type: 'identity.patient-changed', data: { patientId } });
    const second = await made.resident('lin-new-phone', { ...LIN, phone: '13700000009' });
    expect(second.patientId).toBe(patientId);
  });
});

describe('a patient’s record', () => {
  it('opens to nobody without a relation', async () => {
    const made = await scene();
    const { patientId } = await made.resident('lin', LIN);
    const { token } = (await made.login('stranger')).body;
    const answer = await made.call('GET', `/identity/patients/${patientId}`, { token });
    expect(answer).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    const clerk = await made.staffToken();
    expect((await made.call('GET', `/identity/patients/${patientId}`, { token: clerk })).status).toBe(403);
  });

  it('opens to the family doctor with whom the patient signed', async () => {
    const made = await scene();
    const { patientId } = await made.resident('lin', LIN);
    const token = await made.staffToken({ roles: ['family-doctor'], practitionerId: 'doctor1' });
    expect((await made.call('GET', `/identity/patients/${patientId}`, { token })).status).toBe(403);
    await made.deps.table.put({ pk: `relation#${patientId}`, sk: 'SIGNED#doctor1' });
    expect((await made.call('GET', `/identity/patients/${patientId}`, { token })).body.name).toBe('林**');
  });
});
