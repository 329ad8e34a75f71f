import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { relationItem } from '../../shared/access/care-relations.ts';
import { allow, institution, patient } from '../../shared/access/grants.ts';
import { type AuditRule, type Route, route } from '../../shared/context.ts';
import { createMemoryTable } from '../../shared/data/memory-table.ts';
import type { Table } from '../../shared/data/table.ts';
import { TableUnavailable } from '../../shared/data/table-errors.ts';
import { listAccess } from '../../shared/privacy/audit.ts';
import { type TestDeps, testClock } from '../support/deps.ts';
import { call } from './edge.ts';
import { residentToken, staffToken } from './logins.ts';
import { smallCity, smallErrors } from './small-context.ts';

const SECRET = 'what-the-patient-has';

const params = z.object({ patientId: z.string() });
const report = z.object({ reportId: z.string(), finding: z.string() });

type ReportRule = AuditRule<{ patientId: string }, undefined, { reportId: string; finding: string }>;

function reportRoute(audit: ReportRule, handle: () => void = () => {}): Route {
  return route({
    method: 'GET',
    path: '/things/patients/{patientId}/report',
    summary: '报告',
    access: allow('resident', patient()),
    request: { params },
    response: report,
    errors: ['THING_GONE'],
    audit,
    handle: async () => {
      handle();
      return { reportId: 'report-1', finding: SECRET };
    },
  });
}

const read: ReportRule = {
  subject: 'report',
  action: 'READ',
  of: ({ params: { patientId }, response }) => [{ patientId, subjectId: response.reportId }],
};

const listRoute = route({
  method: 'GET',
  path: '/things/institutions/{institutionId}/patients',
  summary: '名单',
  access: allow('clerk', institution()),
  request: { params: z.object({ institutionId: z.string() }) },
  response: z.object({ patients: z.array(z.object({ patientId: z.string() })) }),
  audit: {
    subject: 'list-entry',
    action: 'READ',
    of: ({ response }) => response.patients.map(({ patientId }) => ({ patientId, subjectId: 'list' })),
  },
  handle: async () => ({
    patients: ['patient-1', 'patient-2', 'patient-3'].map((patientId) => ({ patientId })),
  }),
});

async function askAsSelf(routes: readonly Route[], options: Parameters<typeof smallCity>[1] = {}) {
  const { api, deps } = smallCity(routes, options);
  const relation = {
    patientId: 'patient-1',
    kind: 'SELF',
    holderId: 'resident-1',
    since: '2026-01-01T00:00:00.000Z',
  } as const;
  await deps.table.put(relationItem(relation));
  const answer = await call(api, 'GET /things/patients/patient-1/report', {
    token: await residentToken(deps),
  });
  return { answer, deps };
}

async function entriesOf(deps: TestDeps, patientId: string) {
  return (await listAccess(deps.table, patientId)).items;
}

describe('an access to health data', () => {
  it('is written down under the patient, with who, as what, by what ground and in which request', async () => {
    const { answer, deps } = await askAsSelf([reportRoute(read)]);
    expect(answer.json).toEqual({ reportId: 'report-1', finding: SECRET });
    expect(await entriesOf(deps, 'patient-1')).toEqual([
      {
        id: expect.any(String),
        actor: { accountId: 'resident-1', role: 'resident' },
        action: 'READ',
        patientId: 'patient-1',
        subject: { kind: 'report', id: 'report-1' },
        purpose: 'self-or-family',
        at: '2026-03-02T00:00:00.000Z',
        requestId: 'edge-request-1',
      },
    ]);
    expect(JSON.stringify(deps.all())).not.toContain(SECRET);
  });

  it('of several patients at once is written down for each, with the institution of who looked', async () => {
    const { api, deps } = smallCity([listRoute]);
    await call(api, 'GET /things/institutions/hospital-1/patients', {
      token: await staffToken(deps, 'clerk'),
    });
    for (const patientId of ['patient-1', 'patient-2', 'patient-3']) {
      expect(await entriesOf(deps, patientId)).toMatchObject([
        {
          actor: { accountId: 'account-clerk', role: 'clerk', institutionId: 'hospital-1' },
          purpose: 'care-at-institution',
        },
      ]);
    }
  });

  it('is not written down where nothing was seen: refused, not found, or not as declared', async () => {
    const refusing = reportRoute(read, () => {
      throw smallErrors.refusal('THING_GONE');
    });
    const { answer, deps } = await askAsSelf([refusing]);
    expect(answer.statusCode).toBe(410);
    expect(await entriesOf(deps, 'patient-1')).toEqual([]);
    const { api, deps: others } = smallCity([reportRoute(read)]);
    const refused = await call(api, 'GET /things/patients/patient-1/report', {
      token: await residentToken(others),
    });
    expect(refused.statusCode).toBe(403);
    expect(await entriesOf(others, 'patient-1')).toEqual([]);
  });

  it("is left to the change's own event where the route says so", async () => {
    const { answer, deps } = await askAsSelf([reportRoute('by-event')]);
    expect(answer.statusCode).toBe(200);
    expect(await entriesOf(deps, 'patient-1')).toEqual([]);
  });
});

describe('an access that cannot be written down', () => {
  /** A table that asks first before it writes down an access. */
  function tableWith(beforeAudit: () => Promise<void>): Table {
    const memory = createMemoryTable({ clock: testClock('2026-03-02T00:00:00.000Z') });
    return {
      ...memory,
      put: async (item, options) => {
        if (item.pk.startsWith('audit#')) await beforeAudit();
        return memory.put(item, options);
      },
    };
  }

  it('does not leave: the caller is told to come again', async () => {
    const table = tableWith(async () => {
      throw new TableUnavailable('ThrottlingException', 'unknown');
    });
    const { answer, deps } = await askAsSelf([reportRoute(read)], { table });
    expect(answer).toMatchObject({
      statusCode: 503,
      headers: { 'retry-after': '2' },
      json: { code: 'UNAVAILABLE' },
    });
    expect(answer.text).not.toContain(SECRET);
    expect(answer.headers['etag']).toBeUndefined();
    expect(deps.lines.map(({ code }) => code)).toEqual(['HTTP_UNAVAILABLE', 'HTTP_REQUEST_SERVED']);
  });

  it('does not leave either when the client already has it', async () => {
    const good = await askAsSelf([reportRoute(read)]);
    const { api, deps } = smallCity([reportRoute(read)], {
      table: tableWith(async () => {
        throw new TableUnavailable('ThrottlingException', 'no');
      }),
    });
    await deps.table.put(
      relationItem({
        patientId: 'patient-1',
        kind: 'SELF',
        holderId: 'resident-1',
        since: '2026-01-01T00:00:00.000Z',
      }),
    );
    const headers = { 'if-none-match': good.answer.headers['etag'] ?? '' };
    const answer = await call(api, 'GET /things/patients/patient-1/report', {
      token: await residentToken(deps),
      headers,
    });
    expect(answer.statusCode).toBe(503);
  });

  it('does not leave when one of several patients cannot be written down', async () => {
    let written = 0;
    const table = tableWith(async () => {
      written += 1;
      if (written === 3) throw new TableUnavailable('InternalServerError', 'no');
    });
    const { api, deps } = smallCity([listRoute], { table });
    const answer = await call(api, 'GET /things/institutions/hospital-1/patients', {
      token: await staffToken(deps, 'clerk'),
    });
    expect(answer.statusCode).toBe(503);
    expect(answer.text).not.toContain('patient-1');
  });

  it('does not leave when the entry would hold more than ids', async () => {
    const personal: ReportRule = {
      ...read,
      of: ({ params: { patientId } }) => [{ patientId, subjectId: '13812345678' }],
    };
    const { answer, deps } = await askAsSelf([reportRoute(personal)]);
    expect(answer).toMatchObject({ statusCode: 500, json: { code: 'INTERNAL' } });
    expect(answer.text).not.toContain(SECRET);
    expect(JSON.stringify(deps.lines.map(({ facts }) => facts))).not.toContain('13812345678');
  });

  it('waits: the answer comes after the entry', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let statusCode: number | undefined;
    const asked = askAsSelf([reportRoute(read)], { table: tableWith(() => promise) }).then(({ answer }) => {
      statusCode = answer.statusCode;
    });
    for (let turns = 0; turns < 50; turns += 1) await new Promise(setImmediate);
    expect(statusCode).toBeUndefined();
    resolve();
    await asked;
    expect(statusCode).toBe(200);
  });
});
