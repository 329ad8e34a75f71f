import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEMO_PASSWORD, DEMO_TOTP_SECRET, loadPeople } from '../../../functions/identity/load-people.ts';
import { HOSPITAL, idNumber, type Scene, scene, totpOf } from './scene.ts';

const PEOPLE = {
  staff: [
    { loginName: 'demo-clerk', name: '田小雨', institutionId: HOSPITAL, roles: ['clerk'] },
    {
      loginName: 'demo-doctor',
      name: '贺文博',
      institutionId: HOSPITAL,
      practitionerId: 'doctor1',
      roles: ['practitioner'],
    },
  ],
  residents: [
    {
      wechatCode: 'demo-li-na',
      name: '李娜娜',
      idNumber: idNumber('19880721', '982'),
      phone: '13800000002',
      children: [{ name: '张小雨', idNumber: idNumber('20190504', '984') }],
      signedTeamId: 'team-1',
    },
  ],
};

function withWechat(made: Scene, people: typeof PEOPLE): Scene {
  for (const { wechatCode, phone } of people.residents) made.wechat.users.add({ person: wechatCode, phone });
  return made;
}

describe('demo people', () => {
  it('are loaded through the use cases, and a second run changes nothing', async () => {
    const made = withWechat(await scene({ settings: demo() }), PEOPLE);
    const loaded = await loadPeople(made.deps, PEOPLE);
    expect(loaded).toMatchObject({
      staff: 2,
      residents: [{ wechatCode: 'demo-li-na', signedTeamId: 'team-1' }],
    });
    expect(loaded.residents[0]?.childIds).toHaveLength(1);
    const events = made.events.length;
    expect(await loadPeople(made.deps, PEOPLE)).toEqual({ ...loaded, staff: 0 });
    expect(made.events).toHaveLength(events);
  });

  it('log in as everybody does', async () => {
    const made = withWechat(await scene({ settings: demo() }), PEOPLE);
    const { residents } = await loadPeople(made.deps, PEOPLE);
    const code = { code: 'demo-li-na' };
    const resident = await made.call('POST', '/identity/wechat-sessions', { body: code });
    expect(resident.body).toMatchObject({
      verified: true,
      phoneBound: true,
      patientId: residents[0]?.patientId,
    });
    const { body } = await made.call('POST', '/identity/staff-sessions', {
      body: { loginName: 'demo-doctor', password: DEMO_PASSWORD },
    });
    expect(body).toMatchObject({ roles: ['practitioner'], practitionerId: 'doctor1' });
    const totp = totpOf(`otpauth://totp/x?secret=${DEMO_TOTP_SECRET}`, made.deps.clock.now());
    const full = await made.call('POST', '/identity/staff-sessions/second-factor', {
      token: body.token,
      body: { totp },
    });
    expect(full.body.secondFactor).toBe(true);
  });

  it('are refused by a city of real people, and nothing is written', async () => {
    const made = withWechat(await scene(), PEOPLE);
    await expect(loadPeople(made.deps, PEOPLE)).rejects.toThrow('demo: true');
    expect(made.items('identity#')).toEqual([]);
  });

  it('of 郏县 are all taken', async () => {
    const file = join(import.meta.dirname, '../../../infra/local/city/jiaxian/people.json');
    const people = JSON.parse(readFileSync(file, 'utf8'));
    const made = withWechat(await scene({ settings: demo() }), people);
    const loaded = await loadPeople(made.deps, people);
    expect(loaded.staff).toBe(people.staff.length);
    expect(loaded.residents).toHaveLength(people.residents.length);
    const children = people.residents.flatMap(({ children = [] }: { children?: unknown[] }) => children);
    expect(made.items('identity#patient#')).toHaveLength(people.residents.length + children.length);
  });
});

function demo() {
  return { demo: true };
}
