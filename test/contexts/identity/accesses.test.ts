import { expect, it } from 'vitest';
import { findPerson, readPerson } from '../../../shared/access/person-view.ts';
import { expectOk, HOSPITAL, idNumber, scene } from './scene.ts';

const LIN = { name: '林晓梅', idNumber: idNumber('19880721', '982'), phone: '13800000001' };
const CHILD = { name: '张小雨', idNumber: idNumber('20190504', '984') };

it('shows a resident who looked, in which role, where and why, and a stranger nothing', async () => {
  const made = await scene();
  const { patientId, token } = await made.resident('lin', LIN);
  const clerk = await made.staffToken({ accountId: 'clerk-1' });
  await made.call('POST', `/identity/institutions/${HOSPITAL}/patient-searches`, {
    token: clerk,
    body: { idNumber: LIN.idNumber, purpose: 'BOOKING' },
  });
  const path = `/identity/patients/${patientId}/accesses`;
  const { body, text } = await expectOk(made.call('GET', path, { token }));
  expect(body.accesses).toContainEqual(
    expect.objectContaining({
      action: 'READ',
      role: 'clerk',
      institutionId: HOSPITAL,
      purpose: 'desk-booking',
      subject: { kind: 'patient', id: patientId },
    }),
  );
  expect(text).not.toContain('clerk-1');
  const stranger = await made.resident('zhang', { name: '张三丰', idNumber: idNumber('19700101', '985') });
  const refused = await made.call('GET', path, { token: stranger.token });
  const nobody = await made.call('GET', '/identity/patients/nobody/accesses', { token: stranger.token });
  expect([refused.status, refused.body.code]).toEqual([403, 'FORBIDDEN']);
  expect({ ...refused.body, requestId: '' }).toEqual({ ...nobody.body, requestId: '' });
});

it('comes in pages, the newest first, and none is told twice', async () => {
  const made = await scene();
  const { patientId, token } = await made.resident('lin', LIN);
  const path = `/identity/patients/${patientId}/accesses`;
  for (let read = 0; read < 60; read += 1) {
    made.deps.clock.advance(1_000);
    await made.call('GET', path, { token });
  }
  const first = await expectOk(made.call('GET', path, { token }));
  expect(first.body.accesses).toHaveLength(50);
  const query = new URLSearchParams({ after: first.body.next });
  const second = await expectOk(made.call('GET', `${path}?${query}`, { token }));
  const ids = [...first.body.accesses, ...second.body.accesses].map(({ id }: { id: string }) => id);
  expect(ids.length).toBeGreaterThanOrEqual(60);
  expect(new Set(ids).size).toBe(ids.length);
});

it('lets a registered patient be found by number and name, in any spelling, and not by either alone', async () => {
  const made = await scene();
  const { patientId, token } = await made.resident('lin', LIN);
  const child = await expectOk(
    made.call('POST', '/identity/account/children', { token, body: { ...CHILD, noticeVersion: 'notice-1' } }),
  );
  expect(await findPerson(made.deps, LIN)).toBe(patientId);
  expect(await findPerson(made.deps, { name: ' 林 晓梅', idNumber: LIN.idNumber.toLowerCase() })).toBe(
    patientId,
  );
  expect(await findPerson(made.deps, CHILD)).toBe(child.body.patientId);
  expect(await findPerson(made.deps, { ...LIN, name: '林晓红' })).toBeUndefined();
  expect(await findPerson(made.deps, { ...LIN, idNumber: CHILD.idNumber })).toBeUndefined();
  expect(await readPerson(made.deps, patientId)).toEqual({ name: LIN.name, idNumber: LIN.idNumber });
  expect(JSON.stringify(made.items('person#'))).not.toMatch(new RegExp(`${LIN.name}|${LIN.idNumber}`));
});
