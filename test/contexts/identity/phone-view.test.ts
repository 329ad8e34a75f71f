import { describe, expect, it } from 'vitest';
import { phoneKey, readPhone } from '../../../shared/access/phone-view.ts';
import { FieldSealError } from '../../../shared/privacy/field-cipher.ts';
import { expectOk, HOSPITAL, idNumber, NOTICE, scene } from './scene.ts';

const LIN = { name: '林晓梅', idNumber: idNumber('19880721', '982'), phone: '13800000001' };

describe('the phone that messages go to', () => {
  it('is that of the account, and of its own patient', async () => {
    const made = await scene();
    const { accountId, patientId } = await made.resident('lin', LIN);
    expect(await readPhone(made.deps, accountId)).toBe(LIN.phone);
    expect(await readPhone(made.deps, patientId)).toBe(LIN.phone);
  });

  it('follows the account to another number, and its patient with it', async () => {
    const made = await scene();
    const { accountId, patientId, token } = await made.resident('lin', LIN);
    const code = made.wechat.phoneCodes.issue({ person: 'lin', phone: '13800000009' });
    await expectOk(made.call('PUT', '/identity/account/phone', { token, body: { code } }));
    expect(await readPhone(made.deps, accountId)).toBe('13800000009');
    expect(await readPhone(made.deps, patientId)).toBe('13800000009');
  });

  it('of somebody without WeChat is the one given at the desk, and of who gave none there is none', async () => {
    const made = await scene();
    const { phone, ...silent } = { ...LIN, name: '王静', idNumber: idNumber('19900101', '982') };
    const register = async (body: object) =>
      (
        await expectOk(
          made.call('POST', `/identity/institutions/${HOSPITAL}/patients`, {
            token: await made.staffToken(),
            body: { ...body, noticeVersion: NOTICE },
          }),
        )
      ).body.patientId;
    expect(await readPhone(made.deps, await register(LIN))).toBe(phone);
    expect(await readPhone(made.deps, await register(silent))).toBeUndefined();
  });

  it('of a child is the guardian’s until the 18th birthday, and none from then on', async () => {
    const made = await scene();
    const { token } = await made.resident('li', {
      ...LIN,
      name: '李娜娜',
      idNumber: idNumber('19860312', '982'),
    });
    const child = { name: '张小阳', idNumber: idNumber('20080303', '983'), noticeVersion: NOTICE };
    const added = await expectOk(made.call('POST', '/identity/account/children', { token, body: child }));
    const { patientId } = added.body;
    expect(await readPhone(made.deps, patientId)).toBe(LIN.phone);
    made.deps.clock.set('2026-03-02T16:00:00.000Z');
    await made.sweep();
    expect(await readPhone(made.deps, patientId)).toBeUndefined();
    const [record] = made.items(`identity#patient#${patientId}`);
    expect(record).not.toHaveProperty('phone');
  });

  it('is gone with the account; what the patient is called by stays', async () => {
    const made = await scene();
    const { accountId, patientId, token } = await made.resident('lin', LIN);
    await expectOk(made.call('DELETE', '/identity/account', { token }));
    expect(await readPhone(made.deps, accountId)).toBeUndefined();
    expect(await readPhone(made.deps, patientId)).toBe(LIN.phone);
  });

  it('stands sealed, under keys of its own, and opens at nobody else’s', async () => {
    const made = await scene();
    const [lin, wang] = [
      await made.resident('lin', LIN),
      await made.resident('wang', {
        name: '王静',
        idNumber: idNumber('19900101', '982'),
        phone: '13800000002',
      }),
    ];
    expect(JSON.stringify(made.deps.all())).not.toContain(LIN.phone);
    expect(made.items('keys#phone')).toHaveLength(1);
    const item = await made.deps.table.get(phoneKey(lin.accountId));
    await made.deps.table.put({ ...item, ...phoneKey(wang.accountId) });
    await expect(readPhone(made.deps, wang.accountId)).rejects.toThrow(FieldSealError);
  });
});
