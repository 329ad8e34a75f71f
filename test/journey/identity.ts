import { equal, match, notEqual } from 'node:assert/strict';
import { DEMO_PASSWORD } from '../../functions/identity/load-people.ts';
import type { Answer } from '../support/city.ts';
import { person, resident, staff, wechatLogin } from '../support/people.ts';
import { expectStatus, type Journey } from './journey.ts';

/** Invented, like everybody of the demo city. */
const newcomer = { person: 'newcomer', phone: '13800009901', name: '乔新生', idNumber: '410425199506159817' };
const child = { name: '乔小满', idNumber: '410425202009019869' };
const CLERK = 'jxrm-clerk';
const DESK = '/identity/institutions/jiaxian-people-hospital';

interface Opened {
  readonly token: string;
  readonly verified: boolean;
  readonly phoneBound: boolean;
  readonly noticeVersion: string;
}

interface Patient {
  readonly patientId: string;
  readonly name: string;
  readonly relation: string;
}

/** From a stranger's first login to a family that the hospital's desk knows. */
export async function journey({ city, step }: Journey): Promise<void> {
  await step('a demo resident logs in by WeChat and is known already', async () => {
    const account = await (await resident(city, 'demo-li-na')).get<{ verified: boolean }>(
      '/identity/account',
    );
    equal(account.verified, true);
  });

  const codes = await city.wechatCodes(newcomer.person, newcomer.phone);
  const login = { body: { code: codes.loginCode } };
  const opened = await step('a stranger logs in: an account is opened', async () => {
    const session = expectStatus<Opened>(await city.http('POST', '/identity/wechat-sessions', login), 200);
    equal(session.verified, false);
    equal(session.phoneBound, false);
    return session;
  });
  const { noticeVersion } = opened;
  const stranger = person(city, async () => opened.token);

  await step('the same code does not log in twice', async () => {
    await expectCode(city.http('POST', '/identity/wechat-sessions', login), 409, 'WECHAT_CODE_USED');
  });

  await step('the phone number is bound and shown masked', async () => {
    const body = { code: codes.phoneCode };
    const { phone } = await stranger.send<{ phone: string }>('PUT', '/identity/account/phone', body);
    match(phone, /^138\*+9901$/);
  });

  await step('an identity number with a wrong check digit is refused with its reason', async () => {
    const idNumber = `${newcomer.idNumber.slice(0, 17)}1`;
    const body = { name: newcomer.name, idNumber, noticeVersion };
    const path = '/identity/account/verification';
    const { reasons } = await stranger.refused('POST', path, 'VERIFICATION_FAILED', 422, body);
    equal(reasons?.map(({ code }) => code).join(), 'ID_NUMBER_CHECK_DIGIT');
  });

  const { patientId } = await step('the right one verifies the account', async () => {
    const body = { name: newcomer.name, idNumber: newcomer.idNumber, noticeVersion };
    const patient = await stranger.send<Patient>('POST', '/identity/account/verification', body);
    notEqual(patient.name, newcomer.name);
    return patient;
  });

  await step('a child is added', () =>
    stranger.send('POST', '/identity/account/children', { ...child, kinship: 'child', noticeVersion }),
  );

  const family = async (): Promise<string> => {
    const again = await resident(city, newcomer.person);
    const { patients } = await again.get<{ patients: Patient[] }>('/identity/account/patients');
    return patients.map(({ relation }) => relation).join(' and ');
  };
  await step('both are listed after the next login', async () => equal(await family(), 'SELF and GUARDIAN'));

  await step('the clerk’s password alone opens nothing', async () => {
    const body = { loginName: CLERK, password: DEMO_PASSWORD };
    const half = expectStatus<{ token: string }>(
      await city.http('POST', '/identity/staff-sessions', { body }),
      200,
    );
    await expectCode(city.http('GET', `${DESK}/identity-claims`, half), 401, 'SECOND_FACTOR_REQUIRED');
  });

  const clerk = staff(city, CLERK);
  await step('with the one-time password the clerk is in', () => clerk.get(`${DESK}/identity-claims`));

  await step('the desk finds the newcomer by the card', async () => {
    const body = { idNumber: newcomer.idNumber, purpose: 'REGISTRATION' };
    const found = await clerk.send<Patient>('POST', `${DESK}/patient-searches`, body);
    equal(found.patientId, patientId);
  });

  await step('a power cut loses none of it', async () => {
    await city.kill9();
    await city.restart();
    equal(await family(), 'SELF and GUARDIAN');
  });

  await step('logging out ends every session of the account within seconds', async () => {
    expectStatus(await city.http('GET', '/identity/account', opened), 200);
    const again = await wechatLogin(city, newcomer.person);
    expectStatus(await city.http('DELETE', '/identity/sessions', again), 200);
    // A container believes what it read of the account's sessions for five seconds.
    await city.clock.advance('PT5S');
    await expectCode(city.http('GET', '/identity/account', opened), 401, 'UNAUTHENTICATED');
  });
}

async function expectCode(asked: Promise<Answer>, status: number, code: string): Promise<void> {
  equal(expectStatus<{ code: string }>(await asked, status).code, code);
}
