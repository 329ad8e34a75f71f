import { describe, expect, it } from 'vitest';
import { readPhone } from '../../../shared/access/phone-view.ts';
import { listAccess } from '../../../shared/privacy/audit.ts';
import { expectOk, HOSPITAL, idNumber, NOTICE, type Scene, scene, TOWN } from './scene.ts';

const LIN = { name: '林晓梅', idNumber: idNumber('19880721', '982'), phone: '13800000001' };
const CHILD = { name: '张小雨', idNumber: idNumber('20190504', '984') };

function search({ call }: Scene, token: string | undefined, number: string, at = HOSPITAL) {
  const body = { idNumber: number, purpose: 'BOOKING' };
  return call('POST', `/identity/institutions/${at}/patient-searches`, { token, body });
}

function register({ call }: Scene, token: string, who: object, at = HOSPITAL) {
  const body = { noticeVersion: NOTICE, ...who };
  return call('POST', `/identity/institutions/${at}/patients`, { token, body });
}

async function claimId(made: Scene, person: string, who: typeof LIN): Promise<string> {
  const { token, accountId } = (await made.login(person, who.phone)).body;
  const code = made.wechat.phoneCodes.issue({ person, phone: who.phone });
  await expectOk(made.call('PUT', '/identity/account/phone', { token, body: { code } }));
  const body = { name: who.name, idNumber: who.idNumber, noticeVersion: NOTICE };
  const answer = await made.call('POST', '/identity/account/verification', { token, body });
  expect(answer.body.code).toBe('ID_NUMBER_HELD');
  expect(made.items(`identity#account#${accountId}`)[0]).not.toHaveProperty('patientId');
  return answer.body.context.claimId;
}

function decide({ call }: Scene, token: string, claim: string, body: object) {
  const path = `/identity/institutions/${HOSPITAL}/identity-claims/${claim}/decision`;
  return call('POST', path, { token, body });
}

describe('the desk', () => {
  it('finds a patient by the whole ID number, masked, and the trail names reader and purpose', async () => {
    const made = await scene();
    const { patientId } = await made.resident('lin', LIN);
    const clerk = await made.staffToken({ accountId: 'clerk-1' });
    const { body } = await expectOk(search(made, clerk, LIN.idNumber));
    expect(body).toMatchObject({ patientId, name: '林**', ageYears: 37 });
    const { items } = await listAccess(made.deps.table, patientId);
    const reads = items.filter(({ purpose }) => purpose === 'desk-booking');
    expect(reads).toMatchObject([
      { action: 'READ', actor: { accountId: 'clerk-1', role: 'clerk', institutionId: HOSPITAL } },
    ]);
  });

  it('leaves the role that opened the patient in the trail, whatever else the person is', async () => {
    const made = await scene();
    const { patientId } = await made.resident('lin', LIN);
    const token = await made.staffToken({ roles: ['nurse', 'institution-administrator', 'clerk'] });
    await expectOk(search(made, token, LIN.idNumber));
    await expectOk(register(made, token, LIN));
    const { items } = await listAccess(made.deps.table, patientId);
    const roles = items
      .filter(({ actor }) => actor.institutionId === HOSPITAL)
      .map(({ actor }) => actor.role);
    expect(roles).toEqual(['clerk', 'clerk']);
  });

  it('is told that there is nobody, or that the number is none, in one way', async () => {
    const made = await scene();
    const clerk = await made.staffToken();
    const unknown = await search(made, clerk, LIN.idNumber);
    const malformed = await search(made, clerk, '123');
    expect(unknown).toMatchObject({ status: 404, body: { code: 'PATIENT_NOT_FOUND' } });
    expect(malformed.body.code).toBe(unknown.body.code);
  });

  it('must say why', async () => {
    const made = await scene();
    const token = await made.staffToken();
    const path = `/identity/institutions/${HOSPITAL}/patient-searches`;
    const answer = await made.call('POST', path, { token, body: { idNumber: LIN.idNumber } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
  });

  it.each([
    ['a resident', 'resident'],
    ['a nurse', 'nurse'],
    ['a clerk of another institution', 'elsewhere'],
    ['a clerk without second factor', 'one-factor'],
  ])('is closed to %s', async (_, kind) => {
    const made = await scene();
    await made.resident('lin', LIN);
    const tokens: Record<string, () => Promise<string>> = {
      resident: async () => (await made.login('lin')).body.token,
      nurse: () => made.staffToken({ roles: ['nurse'] }),
      elsewhere: () => made.staffToken({ institutionId: TOWN }),
      'one-factor': () => made.staffToken({ secondFactor: false }),
    };
    const answer = await search(made, await tokens[kind]?.(), LIN.idNumber);
    expect([401, 403]).toContain(answer.status);
    expect(answer.text).not.toContain('林');
  });

  it('of a hospital works for the institutions below it', async () => {
    const made = await scene();
    await made.resident('lin', LIN);
    expect((await search(made, await made.staffToken(), LIN.idNumber, TOWN)).status).toBe(200);
  });

  it('registers a person without WeChat, who later joins with a phone of that number', async () => {
    const made = await scene();
    const clerk = await made.staffToken();
    const { body } = await expectOk(register(made, clerk, LIN));
    expect(body).toMatchObject({ registered: true, name: '林**', verification: 'format' });
    expect(made.items('relation#')).toEqual([]);
    expect(made.events).toMatchObject([
      { type: 'identity.patient-registered', data: { patientId: body.patientId } },
    ]);
    expect((await made.resident('lin', LIN)).patientId).toBe(body.patientId);
  });

  it('finds who is registered already instead of registering again, also at once', async () => {
    const made = await scene();
    const clerk = await made.staffToken();
    made.raceNext(10);
    const answers = await Promise.all(Array.from({ length: 10 }, () => register(made, clerk, LIN)));
    expect(answers.filter(({ body }) => body.registered)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.patientId)).size).toBe(1);
    expect(made.items('identity#patient#')).toHaveLength(1);
  });

  it('is told everything that is wrong with name and number', async () => {
    const made = await scene();
    const answer = await register(made, await made.staffToken(), { name: 'X', idNumber: '1' });
    expect(answer).toMatchObject({
      status: 422,
      body: { reasons: [{ code: 'NAME_FORMAT' }, { code: 'ID_NUMBER_LENGTH' }] },
    });
  });

  it('registers nobody under a notice that is not in force', async () => {
    const made = await scene();
    const answer = await register(made, await made.staffToken(), { ...LIN, noticeVersion: 'old' });
    expect(answer.body.code).toBe('NOTICE_OUTDATED');
    expect(made.items('identity#patient#')).toEqual([]);
  });
});

describe('a claim that waits for the desk', () => {
  const LOST = { ...LIN, phone: '13700000007' };

  it('is listed masked, once however often it was tried', async () => {
    const made = await scene();
    await made.resident('lin', LIN);
    const claim = await claimId(made, 'lin-again', LOST);
    expect(await claimId(made, 'lin-again', LOST)).toBe(claim);
    const path = `/identity/institutions/${HOSPITAL}/identity-claims`;
    const { body } = await expectOk(made.call('GET', path, { token: await made.staffToken() }));
    expect(body.claims).toEqual([
      { claimId: claim, relation: 'SELF', name: '林**', claimedAt: '2026-03-02T01:00:00.000Z' },
    ]);
    expect(made.items('audit#').filter(({ purpose }) => purpose === 'desk-identity-claim')).toHaveLength(1);
  });

  it('is on a later page where many older ones wait for somebody who never comes', async () => {
    const made = await scene();
    await made.resident('lin', LIN);
    const waiting: string[] = [];
    for (let person = 0; person < 105; person += 1) {
      made.deps.clock.advance(1_000);
      waiting.push(await claimId(made, `claimant-${person}`, LOST));
    }
    const path = `/identity/institutions/${HOSPITAL}/identity-claims`;
    const listed: string[] = [];
    let query = '';
    for (let page = 0; page < 3; page += 1) {
      const { body } = await expectOk(made.call('GET', path + query, { token: await made.staffToken() }));
      listed.push(...body.claims.map((claim: { claimId: string }) => claim.claimId));
      query = `?${new URLSearchParams({ after: body.next ?? '' })}`;
    }
    expect(listed).toEqual(waiting);
  });

  it('is granted against the card and makes the account that person', async () => {
    const made = await scene();
    const { patientId, accountId } = await made.resident('lin', LIN);
    const claim = await claimId(made, 'lin-again', LOST);
    const clerk = await made.staffToken();
    const wrong = await decide(made, clerk, claim, { decision: 'GRANT', idNumber: CHILD.idNumber });
    expect(wrong).toMatchObject({ status: 422, body: { code: 'CLAIM_ID_MISMATCH' } });
    const grant = { decision: 'GRANT', idNumber: LIN.idNumber };
    expect((await expectOk(decide(made, clerk, claim, grant))).body).toEqual({
      claimId: claim,
      status: 'GRANTED',
    });
    expect((await decide(made, clerk, claim, grant)).body.status).toBe('GRANTED');
    const { token } = (await made.login('lin-again')).body;
    expect((await made.call('GET', '/identity/account', { token })).body.patientId).toBe(patientId);
    expect(made.items(`relation#${patientId}`)).toHaveLength(2);
    const list = await made.call('GET', `/identity/institutions/${HOSPITAL}/identity-claims`, {
      token: clerk,
    });
    expect(list.body.claims).toEqual([]);
    expect(made.items(`relation#${patientId}`).map(({ holderId }) => holderId)).toContain(accountId);
  });

  it('granted for a lost phone ends the other account’s relation in the same write', async () => {
    const made = await scene();
    const { patientId, accountId, token } = await made.resident('lin', LIN);
    const claim = await claimId(made, 'lin-again', LOST);
    const body = { decision: 'GRANT', idNumber: LIN.idNumber, endsOthers: true };
    await expectOk(decide(made, await made.staffToken(), claim, body));
    expect(await readPhone(made.deps, patientId)).toBe(LOST.phone);
    const holders = made.items(`relation#${patientId}`).map(({ holderId }) => holderId);
    expect(holders).toHaveLength(1);
    expect(holders).not.toContain(accountId);
    expect((await made.call('GET', '/identity/account', { token })).body).toMatchObject({ verified: false });
    expect((await made.call('GET', `/identity/patients/${patientId}`, { token })).status).toBe(403);
    expect(made.events.find(({ data }) => data['reason'] === 'CLAIMED')?.data).toMatchObject({ accountId });
    // Nobody joins by the lost phone any more; by the new one, the same person does.
    await expect(made.resident('finder', LIN)).rejects.toThrow('ID_NUMBER_HELD');
    expect((await made.resident('lin-third', LOST)).patientId).toBe(patientId);
  });

  it('granted for a lost phone ends also an account that joins by it meanwhile', async () => {
    const made = await scene();
    const { patientId } = await made.resident('lin', LIN);
    const claim = await claimId(made, 'lin-again', LOST);
    const { token } = (await made.login('finder', LIN.phone)).body;
    const code = made.wechat.phoneCodes.issue({ person: 'finder', phone: LIN.phone });
    await expectOk(made.call('PUT', '/identity/account/phone', { token, body: { code } }));
    const clerk = await made.staffToken();
    // Both are decided on what was before; the finder is written first.
    const { first } = made.raceNext(2);
    const body = { name: LIN.name, idNumber: LIN.idNumber, noticeVersion: NOTICE };
    const joining = made.call('POST', '/identity/account/verification', { token, body });
    await first;
    const grant = { decision: 'GRANT', idNumber: LIN.idNumber, endsOthers: true };
    const [joined, decided] = await Promise.all([joining, decide(made, clerk, claim, grant)]);
    expect([joined.status, decided.status]).toEqual([200, 200]);
    expect(made.items(`relation#${patientId}`)).toHaveLength(1);
    expect((await made.call('GET', `/identity/patients/${patientId}`, { token })).status).toBe(403);
  });

  it('granted for a taken account ends what that one did as the person: it acts for no child any more', async () => {
    const made = await scene();
    const add = async (token: string) => {
      const body = { ...CHILD, noticeVersion: NOTICE };
      return (await expectOk(made.call('POST', '/identity/account/children', { token, body }))).body
        .patientId;
    };
    const thief = await made.resident('thief', LIN);
    const childId = await add(thief.token);
    const again = await made.resident('thief-again', LIN);
    expect(await add(again.token)).toBe(childId);
    const claim = await claimId(made, 'lin', LOST);
    const body = { decision: 'GRANT', idNumber: LIN.idNumber, endsOthers: true };
    await expectOk(decide(made, await made.staffToken(), claim, body));
    expect(made.items(`relation#${childId}`)).toEqual([]);
    expect(made.items(`identity#patient#${childId}`)).toMatchObject([{ delegates: {} }]);
    for (const { token } of [thief, again]) {
      expect((await made.call('GET', `/identity/patients/${childId}`, { token })).status).toBe(403);
      expect((await made.call('GET', '/identity/account/patients', { token })).body).toEqual({
        patients: [],
      });
    }
    // Nor does the phone that was given for the child make a guardian again, or ring for the child.
    expect(await readPhone(made.deps, childId)).toBeUndefined();
    const other = { name: '王大山', idNumber: idNumber('19700101'), phone: LIN.phone };
    const { token } = await made.resident('thief-as-himself', other);
    const addition = { token, body: { ...CHILD, noticeVersion: NOTICE } };
    expect((await made.call('POST', '/identity/account/children', addition)).body.code).toBe(
      'ID_NUMBER_HELD',
    );
    const ended = made.events.filter(({ data }) => data['reason'] === 'CLAIMED');
    expect(ended.map(({ data }) => `${data['accountId']} ${data['kind']}`).sort()).toEqual(
      [thief, again].flatMap(({ accountId }) => [`${accountId} GUARDIAN`, `${accountId} SELF`]).sort(),
    );
  });

  it('refused gives nothing, and can be made again', async () => {
    const made = await scene();
    const { patientId } = await made.resident('lin', LIN);
    const claim = await claimId(made, 'thief', LOST);
    const clerk = await made.staffToken();
    const refuse = { decision: 'REFUSE', idNumber: LIN.idNumber };
    expect((await decide(made, clerk, claim, refuse)).body.status).toBe('REFUSED');
    expect(await decide(made, clerk, claim, { ...refuse, decision: 'GRANT' })).toMatchObject({
      status: 409,
      body: { code: 'CLAIM_DECIDED' },
    });
    expect(made.items(`relation#${patientId}`)).toHaveLength(1);
    expect(await claimId(made, 'thief', LOST)).toBe(claim);
    expect((await decide(made, clerk, claim, { ...refuse, decision: 'GRANT' })).body.status).toBe('GRANTED');
  });

  it('is decided once when two clerks decide at once', async () => {
    const made = await scene();
    const { patientId } = await made.resident('lin', LIN);
    const claim = await claimId(made, 'lin-again', LOST);
    const clerk = await made.staffToken();
    made.raceNext(2);
    const answers = await Promise.all(
      ['GRANT', 'REFUSE'].map((decision) => decide(made, clerk, claim, { decision, idNumber: LIN.idNumber })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const granted = answers.some(({ body }) => body.status === 'GRANTED');
    expect(made.items(`relation#${patientId}`)).toHaveLength(granted ? 2 : 1);
  });

  it('of a second guardian ends on the child’s 18th birthday as the first one’s', async () => {
    const made = await scene();
    const mother = await made.resident('li', LIN);
    const body = { ...CHILD, noticeVersion: NOTICE, kinship: 'grandchild' };
    const first = await made.call('POST', '/identity/account/children', { token: mother.token, body });
    const granny = await made.resident('wang', {
      name: '王桂芳',
      idNumber: idNumber('19490105', '986'),
      phone: '13800000003',
    });
    const second = await made.call('POST', '/identity/account/children', { token: granny.token, body });
    const claim = second.body.context.claimId;
    const grant = { decision: 'GRANT', idNumber: CHILD.idNumber };
    await expectOk(decide(made, await made.staffToken(), claim, grant));
    const mine = await made.call('GET', '/identity/account/patients', { token: granny.token });
    expect(mine.body.patients[1]).toMatchObject({
      patientId: first.body.patientId,
      relation: 'GUARDIAN',
      kinship: 'grandchild',
      until: first.body.until,
    });
  });

  it('is not for the hotline, which sees no card', async () => {
    const made = await scene();
    await made.resident('lin', LIN);
    const claim = await claimId(made, 'lin-again', LOST);
    const agent = await made.staffToken({ roles: ['call-centre-agent'] });
    const answer = await decide(made, agent, claim, { decision: 'GRANT', idNumber: LIN.idNumber });
    expect(answer.status).toBe(403);
  });

  it('that nobody made is not found', async () => {
    const made = await scene();
    const answer = await decide(made, await made.staffToken(), 'nothing', {
      decision: 'GRANT',
      idNumber: LIN.idNumber,
    });
    expect(answer.status).toBe(404);
  });
});
