import { describe, expect, it } from 'vitest';
import { identity } from '../../../functions/identity/context.ts';
import { openidKey, readOpenid } from '../../../shared/access/openid-view.ts';
import { createApi } from '../../../shared/http/api.ts';
import { FieldSealError } from '../../../shared/privacy/field-cipher.ts';
import { call } from '../../http/edge.ts';
import { crashingTable } from '../../support/crashing-table.ts';
import { expectOk, idNumber, openidOf, type Scene, scene } from './scene.ts';

/** As an account stands that was made before there was such a view. */
async function withoutView({ deps }: Scene, accountId: string): Promise<void> {
  await deps.table.delete(openidKey(accountId));
}

describe('the openid of an account', () => {
  it('is found from the first login on, each account having its own', async () => {
    const { login, deps } = await scene();
    for (const person of ['lin', 'wang']) {
      const { body } = await expectOk(login(person));
      expect(await readOpenid(deps, body.accountId)).toBe(openidOf(person));
    }
  });

  it('is written with the account itself: whichever write is the last, both stand or neither', async () => {
    for (let nth = 1, crashed = true; crashed; nth += 1) {
      const { deps, wechat, items } = await scene();
      const lin = { person: 'lin', phone: '13900000000' };
      wechat.users.add(lin);
      const { table, happened } = crashingTable(deps.table, { nth, accident: 'after' });
      await call(createApi(identity, { ...deps, table }), 'POST /identity/wechat-sessions', {
        key: 'request-1',
        body: { code: wechat.loginCodes.issue(lin) },
      });
      crashed = happened();
      expect([items('identity#account#').length, items('openid#').length], `write ${nth}`).toEqual([1, 1]);
    }
  });

  it('stands sealed in the table, under keys of its own', async () => {
    const { login, deps, items } = await scene();
    const { accountId } = (await login('lin')).body;
    expect(items('openid#')).toEqual([
      { pk: `openid#${accountId}`, sk: 'wechat', openid: expect.stringMatching(/^v1\.1\.[\w-]+$/) },
    ]);
    expect(JSON.stringify(deps.all())).not.toContain(openidOf('lin'));
    expect(items('keys#openid')).toHaveLength(1);
  });

  it('does not open at another account', async () => {
    const { login, deps } = await scene();
    const [lin, wang] = [(await login('lin')).body.accountId, (await login('wang')).body.accountId];
    const item = await deps.table.get(openidKey(lin));
    await deps.table.put({ ...item, ...openidKey(wang) });
    await expect(readOpenid(deps, wang)).rejects.toThrow(FieldSealError);
    expect(await readOpenid(deps, lin)).toBe(openidOf('lin'));
  });

  it('does not open in place of what identity itself keeps, nor the other way round', async () => {
    const { login, deps, items } = await scene();
    const { accountId } = (await login('lin')).body;
    const [account] = items('identity#account#');
    await deps.table.update(openidKey(accountId), { set: { openid: String(account?.['openid']) } });
    await expect(readOpenid(deps, accountId)).rejects.toThrow(FieldSealError);
  });

  it('is there after the next login of an account that lacked it', async () => {
    const made = await scene();
    const { accountId } = (await made.login('lin')).body;
    await withoutView(made, accountId);
    expect(await readOpenid(made.deps, accountId)).toBeUndefined();
    const again = await expectOk(made.login('lin'));
    expect(again.body.accountId).toBe(accountId);
    expect(await readOpenid(made.deps, accountId)).toBe(openidOf('lin'));
  });

  it('is written once: a login that finds it writes nothing', async () => {
    const { login, items } = await scene();
    await login('lin');
    const [before] = items('openid#');
    await login('lin');
    expect(items('openid#')).toEqual([before]);
  });

  it('is one of twenty first logins at once, and of twenty that all find it lacking', async () => {
    const made = await scene();
    made.raceNext(20);
    const first = await Promise.all(Array.from({ length: 20 }, () => made.login('lin')));
    expect(made.items('openid#')).toHaveLength(1);
    const { accountId } = first[0]?.body ?? {};
    await withoutView(made, accountId);
    made.raceNext(20);
    const again = await Promise.all(Array.from({ length: 20 }, () => made.login('lin')));
    expect(again.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(await readOpenid(made.deps, accountId)).toBe(openidOf('lin'));
  });

  it('is gone with the account, and the next login makes that of another', async () => {
    const { call: request, login, deps, items } = await scene();
    const { accountId, token } = (await login('lin')).body;
    await expectOk(request('DELETE', '/identity/account', { token }));
    expect(await readOpenid(deps, accountId)).toBeUndefined();
    const again = await expectOk(login('lin'));
    expect(again.body.accountId).not.toBe(accountId);
    expect(items('openid#').map(({ pk }) => pk)).toEqual([`openid#${again.body.accountId}`]);
  });

  it('does not come back by a login that began before the account was deactivated', async () => {
    const made = await scene();
    const { accountId, token } = (await made.login('lin')).body;
    await withoutView(made, accountId);
    // Both are decided on what was before; the deactivation is written first.
    const { first } = made.raceNext(2);
    const ending = made.call('DELETE', '/identity/account', { token });
    await first;
    const [ended, late] = await Promise.all([ending, made.login('lin')]);
    expect([ended.status, late.status]).toEqual([200, 200]);
    expect(late.body.accountId).not.toBe(accountId);
    expect(await readOpenid(made.deps, accountId)).toBeUndefined();
    expect(await readOpenid(made.deps, late.body.accountId)).toBe(openidOf('lin'));
  });

  it('of staff and of nobody is none', async () => {
    const { deps } = await scene();
    expect(await readOpenid(deps, 'nobody')).toBeUndefined();
  });

  it('stands in no event, no log line and no answer', async () => {
    const made = await scene();
    const lin = await made.resident('lin', { name: '林标记', idNumber: idNumber('19880721', '982') });
    await withoutView(made, lin.accountId);
    await expectOk(made.login('lin'));
    await expectOk(made.call('DELETE', '/identity/account', { token: lin.token }));
    expect(made.events.length).toBeGreaterThan(2);
    expect(made.deps.lines.length).toBeGreaterThan(3);
    const told = JSON.stringify([made.events, made.deps.lines, made.answers]);
    expect(told).not.toContain(openidOf('lin'));
  });
});
