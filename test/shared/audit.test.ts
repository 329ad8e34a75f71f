import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryTable } from '../../shared/data/memory-table.ts';
import type { Item, Table } from '../../shared/data/table.ts';
import { randomIds } from '../../shared/kernel/ids.ts';
import {
  type Access,
  AuditRefusedError,
  auditEntry,
  listAccess,
  recordAccess,
} from '../../shared/privacy/audit.ts';

const access = (changes: Partial<Access> = {}): Access => ({
  actor: { accountId: 'staff7', role: 'family-doctor', institutionId: 'inst1' },
  action: 'READ',
  patientId: 'patient1',
  subject: { kind: 'report', id: 'report9' },
  purpose: 'signed-team',
  at: '2026-11-22T15:59:59.000Z',
  requestId: 'req1',
  ...changes,
});

let table: Table & { all(): Item[] };
beforeEach(() => {
  table = createMemoryTable();
});

describe('the audit trail', () => {
  it("lists who looked in the patient's own partition, newest first", async () => {
    await recordAccess(table, randomIds, access());
    await recordAccess(table, randomIds, access({ at: '2026-11-22T16:00:00.000Z', action: 'WRITE' }));
    await recordAccess(table, randomIds, access({ patientId: 'patient2' }));
    const { items } = await listAccess(table, 'patient1');
    expect(items.map(({ at, action }) => [at, action])).toEqual([
      ['2026-11-22T16:00:00.000Z', 'WRITE'],
      ['2026-11-22T15:59:59.000Z', 'READ'],
    ]);
  });

  it('gives back what was recorded, with and without an institution', async () => {
    const byStaff = await recordAccess(table, randomIds, access());
    const byResident = access({ patientId: 'patient2', actor: { accountId: 'res1', role: 'resident' } });
    const recorded = await recordAccess(table, randomIds, byResident);
    expect((await listAccess(table, 'patient1')).items).toEqual([byStaff]);
    expect((await listAccess(table, 'patient2')).items).toEqual([{ ...byResident, id: recorded.id }]);
  });

  it('is read page by page to its end', async () => {
    for (let i = 10; i < 15; i += 1) {
      await recordAccess(table, randomIds, access({ at: `2026-11-22T00:00:${i}.000Z` }));
    }
    const seen: string[] = [];
    let page = await listAccess(table, 'patient1', { limit: 2 });
    seen.push(...page.items.map(({ at }) => at));
    while (page.next !== undefined) {
      page = await listAccess(table, 'patient1', { limit: 2, after: page.next });
      seen.push(...page.items.map(({ at }) => at));
    }
    expect(seen.map((at) => at.slice(17, 19))).toEqual(['14', '13', '12', '11', '10']);
  });

  it('never overwrites an entry', async () => {
    const sameId = { next: () => 'entry1' };
    await recordAccess(table, sameId, access());
    const before = table.all();
    await expect(recordAccess(table, sameId, access({ purpose: 'self' }))).rejects.toThrow(AuditRefusedError);
    expect(table.all()).toEqual(before);
  });

  it('takes the repeat of a write whose answer was lost', async () => {
    const sameId = { next: () => 'entry1' };
    const first = await recordAccess(table, sameId, access());
    expect(await recordAccess(table, sameId, access())).toEqual(first);
    expect(table.all()).toHaveLength(1);
  });

  it('is one write unit', async () => {
    const units: number[] = [];
    const metered = createMemoryTable({ onConsumed: ({ writeUnits }) => units.push(writeUnits) });
    await recordAccess(metered, randomIds, access());
    expect(units).toEqual([1]);
  });

  it.each([
    ['patientId', { patientId: '11010519491231002X' }],
    ['patientId', { patientId: '张三' }],
    ['patientId', { patientId: '' }],
    ['actorId', { actor: { accountId: '13812341234', role: 'resident' } }],
    ['subjectId', { subject: { kind: 'report', id: 'phone:13812341234' } }],
    ['subjectKind', { subject: { kind: '检验报告', id: 'report9' } }],
    ['purpose', { purpose: 'because of diabetes' }],
    ['institutionId', { actor: { accountId: 'a', role: 'nurse', institutionId: 'x y' } }],
  ])('refuses an entry whose %s is no id, and writes nothing', async (field, changes) => {
    const recording = recordAccess(table, randomIds, access(changes));
    await expect(recording).rejects.toThrow(AuditRefusedError);
    await expect(recording).rejects.toMatchObject({ field });
    expect(table.all()).toEqual([]);
  });

  it.each(['-OHa4FSbIAMFhkQ=', '_tmLXGoQIAMEM5Q=', 'JKJaXmPLvHcESHA='])(
    'takes the request id %s, as an HTTP API makes them',
    (requestId) => {
      expect(auditEntry('entry-1', access({ requestId }))).toMatchObject({ requestId });
    },
  );

  it('takes every id of ours and every UUID, digits or not', () => {
    for (let i = 0; i < 5_000; i += 1) {
      auditEntry(randomIds.next(), access({ requestId: randomUUID(), patientId: randomIds.next() }));
    }
    const digits = '00000000-0000-4000-8000-a13812341234';
    expect(auditEntry('entry1', access({ requestId: digits }))['requestId']).toBe(digits);
  });
});
