import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidTableCall } from '../../../shared/data/table-errors.ts';
import { INVALID_CASES } from './invalid-cases.ts';
import { type RunningTarget, targets } from './targets.ts';

describe.each(targets)('the table $name', ({ start }) => {
  let target: RunningTarget;

  beforeAll(async () => {
    target = await start();
  });
  afterAll(() => target.stop());

  it.each(INVALID_CASES)('refuses $what', async ({ attempt }) => {
    const consumed = target.consumed.length;
    await expect(attempt(target.table)).rejects.toBeInstanceOf(InvalidTableCall);
    expect(target.consumed.slice(consumed)).toEqual([]);
  });

  it('has written nothing of all that', async () => {
    expect(await target.table.get({ pk: 'test#invalid', sk: 'item' }, { consistent: true })).toBeUndefined();
  });

  it('says nothing of keys or values in its refusals', async () => {
    const secret = 'secret-310101199001011234';
    const calls = [
      target.table.put({ pk: `test#${secret}`, sk: secret, lookupPk: 5, note: secret }),
      target.table.update({ pk: `test#${secret}`, sk: secret }, { set: { [`${secret}.a`]: secret } }),
      target.table.update({ pk: `test#${secret}`, sk: secret }, { set: { a: { $from: secret } } }),
      target.table.put({ pk: `test#${secret}`, sk: '', note: secret }),
      target.table.query({ pk: secret, where: { [`${secret}..`]: 1 } }),
    ];
    for (const { reason } of (await Promise.allSettled(calls)).map((each) => ({
      reason: undefined,
      ...each,
    }))) {
      expect(reason).toBeInstanceOf(InvalidTableCall);
      expect(JSON.stringify([String(reason), Object(reason), Object(reason).cause])).not.toContain('secret');
    }
  });
});
