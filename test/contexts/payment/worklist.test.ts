import { expect, test } from 'vitest';
import { payment } from '../../../functions/payment/context.ts';
import { type Posting, postings } from '../../../functions/payment/ledger.ts';
import { putPayee } from '../../../functions/payment/payee-accounts.ts';
import { askRefund } from '../../../functions/payment/request-refund.ts';
import { openWork } from '../../../functions/payment/worklist.ts';
import { door, staff } from '../booking/door.ts';
import { compareBills, DAY, ledgerOf, listed, MORNING_AFTER, paid, runOf } from './bill-scene.ts';
import { atTheWindow, CLINIC, foreignCharge, HOSPITAL, MERCHANTS, paymentScene } from './scene.ts';

type Scene = Awaited<ReturnType<typeof paymentScene>>;

const LIST = `/payment/institutions/${HOSPITAL}/work-items`;
const { hospital } = MERCHANTS;

interface Listed {
  readonly items: readonly { readonly workItemId: string; readonly status: string; readonly note?: string }[];
  readonly next?: string;
}

async function open(scene: Scene, count: number, listId = HOSPITAL): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    scene.deps.clock.advance(1_000);
    const workItemId = `bill-${DAY}-${String(index).padStart(3, '0')}`;
    await scene.deps.table.transact([
      openWork(scene.deps, {
        workItemId,
        listId,
        kind: 'BILL_REMOTE_ONLY',
        mchid: hospital,
        theirFen: index,
      }),
    ]);
  }
}

/** A posting that is gone: one difference on the hospital's list. */
async function withDifference(): Promise<Scene & { readonly posting: Posting }> {
  const scene = await paymentScene();
  await paid(scene, [2_000]);
  const [posting] = await ledgerOf(scene);
  if (posting === undefined) throw new Error('no posting');
  await postings.delete(scene.deps.table, posting);
  await compareBills(scene);
  return { ...scene, posting };
}

test('a clerk sees what waits, decides with a note, and it stands behind what still waits', async () => {
  const scene = await paymentScene();
  await open(scene, 3);
  const ask = door(scene.deps, payment);
  const as = await staff(scene.deps, 'clerk-1', ['clerk']);
  const before = (await ask('GET', LIST, { as })).body as Listed;
  expect(before.items.map(({ workItemId }) => workItemId.slice(-3))).toEqual(['000', '001', '002']);
  const path = `${LIST}/${before.items[0]?.workItemId}/resolve`;
  const { status, body } = await ask('POST', path, { as, body: { note: '停车费，非本平台' } });
  expect(status).toBe(200);
  expect(body).toMatchObject({ status: 'RESOLVED', note: '停车费，非本平台' });
  const after = (await ask('GET', LIST, { as })).body as Listed;
  expect(after.items.map(({ workItemId }) => workItemId.slice(-3))).toEqual(['001', '002', '000']);
  const again = await ask('POST', path, { as, body: { note: '另一个理由' } });
  expect(again.body).toMatchObject({ note: '停车费，非本平台' });
  const stored = await listed(scene);
  expect(stored[0]).toMatchObject({ resolvedBy: 'clerk-1' });
});

test('a long list comes in pages, every item once, what waits before what is done', async () => {
  const scene = await paymentScene();
  await open(scene, 120);
  const ask = door(scene.deps, payment);
  const as = await staff(scene.deps, 'clerk-1', ['clerk']);
  for (let index = 0; index < 60; index += 1) {
    const id = `bill-${DAY}-${String(index).padStart(3, '0')}`;
    await ask('POST', `${LIST}/${id}/resolve`, { as, body: { note: '已核实' } });
  }
  const seen: Listed['items'][number][] = [];
  let next: string | undefined;
  do {
    const page = (await ask('GET', LIST, { as, ...(next ? { query: { after: next } } : {}) })).body as Listed;
    seen.push(...page.items);
    next = page.next;
  } while (next !== undefined);
  expect(seen).toHaveLength(120);
  expect(new Set(seen.map(({ workItemId }) => workItemId)).size).toBe(120);
  expect(seen.slice(0, 60).every(({ status }) => status === 'OPEN')).toBe(true);
  expect(seen.slice(60).every(({ status }) => status === 'RESOLVED')).toBe(true);
});

test('a cursor of one list does not open another', async () => {
  const scene = await paymentScene();
  await open(scene, 60);
  const ask = door(scene.deps, payment);
  const mine = await staff(scene.deps, 'clerk-1', ['clerk']);
  const { next } = (await ask('GET', LIST, { as: mine })).body as Listed;
  const other = await staff(scene.deps, 'clerk-2', ['clerk'], { institutionId: CLINIC });
  const path = `/payment/institutions/${CLINIC}/work-items`;
  expect(await ask('GET', path, { as: other, query: { after: next ?? '' } })).toMatchObject({
    status: 400,
    code: 'INVALID_REQUEST',
  });
});

test('another institution’s clerk neither sees nor decides, and nothing is changed', async () => {
  const scene = await withDifference();
  const ask = door(scene.deps, payment);
  const as = await staff(scene.deps, 'clerk-2', ['clerk'], { institutionId: CLINIC });
  const [item] = await listed(scene);
  const body = { note: '不相干' };
  expect((await ask('GET', LIST, { as })).code).toBe('FORBIDDEN');
  expect((await ask('POST', `${LIST}/${item?.workItemId}/resolve`, { as, body })).code).toBe('FORBIDDEN');
  const through = `/payment/institutions/${CLINIC}/work-items/${item?.workItemId}/resolve`;
  expect((await ask('POST', through, { as, body })).code).toBe('WORK_ITEM_NOT_FOUND');
  expect(await listed(scene)).toMatchObject([{ status: 'OPEN' }]);
});

test('money over the counter is not noted away: that refund is confirmed', async () => {
  const scene = await paymentScene();
  await foreignCharge(scene, { owner: 'dispensing', chargeId: 'drugs-2', amountFen: 500 });
  const settlement = await atTheWindow(scene, ['drugs-2']);
  const request = { chargeId: 'drugs-2', key: 'all', reason: '退费', by: 'clerk-1' };
  await askRefund(scene.deps, settlement.settlementId, request);
  const ask = door(scene.deps, payment);
  const as = await staff(scene.deps, 'clerk-1', ['clerk']);
  const [item] = await listed(scene);
  const path = `${LIST}/${item?.workItemId}/resolve`;
  expect((await ask('POST', path, { as, body: { note: '已处理' } })).code).toBe('AT_THE_COUNTER');
  expect(await listed(scene)).toMatchObject([{ kind: 'REFUND_AT_DESK', status: 'OPEN' }]);
});

test('a merchant’s own list is the authority’s alone', async () => {
  const scene = await paymentScene();
  await open(scene, 1, `merchant-${hospital}`);
  const ask = door(scene.deps, payment);
  const path = `/payment/merchants/${hospital}/work-items`;
  const clerk = await staff(scene.deps, 'clerk-1', ['clerk']);
  expect((await ask('GET', path, { as: clerk })).code).toBe('FORBIDDEN');
  const as = await staff(scene.deps, 'authority-1', ['health-authority'], { institutionId: 'bureau' });
  const { items } = (await ask('GET', path, { as })).body as Listed;
  expect(items).toHaveLength(1);
  const resolve = `${path}/${items[0]?.workItemId}/resolve`;
  expect((await ask('POST', resolve, { as, body: { note: '已核实' } })).body).toMatchObject({
    status: 'RESOLVED',
  });
});

test('what a person decided stays decided however often the bill is compared', async () => {
  const scene = await withDifference();
  const ask = door(scene.deps, payment);
  const clerk = await staff(scene.deps, 'clerk-1', ['clerk']);
  const [item] = await listed(scene);
  await ask('POST', `${LIST}/${item?.workItemId}/resolve`, { as: clerk, body: { note: '已补记' } });
  const as = await staff(scene.deps, 'admin-1', ['institution-administrator']);
  const path = `/payment/institutions/${HOSPITAL}/reconciliations/${DAY}`;
  const asked = await ask('POST', path, { as, body: {} });
  expect(asked).toMatchObject({ status: 202, body: { day: DAY, mchid: hospital } });
  await scene.sweep();
  expect(await listed(scene)).toMatchObject([{ status: 'RESOLVED', resolvedBy: 'clerk-1' }]);
  await postings.put(scene.deps.table, scene.posting, scene.posting);
  await ask('POST', path, { as, body: {} });
  await scene.sweep();
  expect(await runOf(scene)).toMatchObject({ result: { open: 0 } });
  await postings.delete(scene.deps.table, scene.posting);
  await ask('POST', path, { as, body: {} });
  await scene.sweep();
  expect(await runOf(scene)).toMatchObject({ result: { open: 1 } });
  expect(await listed(scene)).toMatchObject([{ status: 'RESOLVED', resolvedBy: 'clerk-1' }]);
  expect((await ask('POST', path, { as: clerk, body: {} })).code).toBe('FORBIDDEN');
});

test('the authority reads every merchant’s day, and asks for one again', async () => {
  const scene = await withDifference();
  const ask = door(scene.deps, payment);
  const as = await staff(scene.deps, 'authority-1', ['health-authority'], { institutionId: 'bureau' });
  const { body } = await ask('GET', `/payment/reconciliations/${DAY}`, { as });
  expect((body as { reconciliations: unknown[] }).reconciliations).toHaveLength(3);
  const path = `/payment/merchants/${hospital}/reconciliations/${DAY}`;
  expect((await ask('GET', path, { as })).body).toMatchObject({
    status: 'DONE',
    result: { open: 1, gapFen: 2_000 },
    differences: [{ class: 'REMOTE_ONLY', theirFen: 2_000 }],
  });
  expect(await ask('POST', path, { as, body: {} })).toMatchObject({ status: 202 });
  const unknown = `/payment/merchants/1999999999/reconciliations/${DAY}`;
  expect((await ask('GET', unknown, { as })).code).toBe('RECONCILIATION_NOT_FOUND');
  expect((await ask('POST', unknown, { as, body: {} })).code).toBe('MERCHANT_UNKNOWN');
  const today = MORNING_AFTER.slice(0, 10);
  expect((await ask('POST', path.replace(DAY, today), { as, body: {} })).code).toBe('NO_BILL');
  expect(await runOf(scene)).toMatchObject({ status: 'DONE' });
});

test('an institution that shares its merchant reads no sums of the others', async () => {
  const scene = await withDifference();
  await putPayee(scene.deps, { institutionId: CLINIC, mchid: hospital }, 'authority');
  const ask = door(scene.deps, payment);
  const path = (institutionId: string) => `/payment/institutions/${institutionId}/reconciliations/${DAY}`;
  const clerk = await staff(scene.deps, 'clerk-1', ['clerk']);
  const own = await ask('GET', path(HOSPITAL), { as: clerk });
  expect(own.body).toMatchObject({ status: 'DONE', differences: [{ theirFen: 2_000 }] });
  expect(own.body).not.toHaveProperty('result');
  const other = await staff(scene.deps, 'clerk-2', ['clerk'], { institutionId: CLINIC });
  const theirs = await ask('GET', path(CLINIC), { as: other });
  expect(theirs.body).toMatchObject({ status: 'DONE', differences: [] });
  expect((await ask('GET', path(HOSPITAL), { as: other })).code).toBe('FORBIDDEN');
});
