import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHANGE_CASES } from './change-cases.ts';
import { body, freshKey, type RunningTarget, said, targets } from './targets.ts';

const CASES = CHANGE_CASES.map((each) => ({
  ...each,
  title: `${said(each.changes)} makes ${said(each.after)} of ${each.before === undefined ? 'nothing' : said(each.before)}`,
}));

describe.each(targets)('changes $name', ({ start, embedded }) => {
  const cases = CASES.filter(({ notEmbedded = false }) => !(embedded && notEmbedded));
  let target: RunningTarget;

  beforeAll(async () => {
    target = await start();
  });
  afterAll(() => target.stop());

  // Not it.each: it would cut the titles short.
  for (const { title, before, changes, after } of cases)
    it(title, async () => {
      const key = freshKey();
      if (before !== undefined) await target.table.put({ ...key, ...before });
      const update = target.table.update(key, changes);
      if (after === 'refused') await expect(update).rejects.toMatchObject({ code: 'TABLE_INVALID_CALL' });
      else expect(await update).toEqual({ ok: true, item: { ...key, ...after } });
      const stored = await target.table.get(key, { consistent: true });
      expect(body(stored)).toEqual(after === 'refused' ? before : after);
    });

  for (const { title, before, changes, after } of cases)
    it(`in a transaction: ${title}`, async () => {
      const key = freshKey();
      const other = freshKey();
      if (before !== undefined) await target.table.put({ ...key, ...before });
      const transaction = target.table.transact([
        { update: key, changes },
        { put: { ...other, seen: true } },
      ]);
      if (after === 'refused')
        await expect(transaction).rejects.toMatchObject({ code: 'TABLE_INVALID_CALL' });
      else expect(await transaction).toEqual({ ok: true });
      const [stored, beside] = await target.table.getMany([key, other], { consistent: true });
      expect(body(stored)).toEqual(after === 'refused' ? before : after);
      expect(body(beside)).toEqual(after === 'refused' ? undefined : { seen: true });
    });

  for (const { title, before, changes, after } of cases) {
    if (after === 'refused') continue;
    it(`under a condition that fails, nothing of: ${title}`, async () => {
      const key = freshKey();
      if (before !== undefined) await target.table.put({ ...key, ...before });
      const outcome = await target.table.update(key, changes, { if: { absent: 'never' } });
      expect(outcome).toEqual({
        ok: false,
        current: before === undefined ? undefined : { ...key, ...before },
      });
      expect(body(await target.table.get(key, { consistent: true }))).toEqual(before);
    });
  }
});
