import { describe, expect, test } from 'vitest';
import { signing } from '../../../functions/signing/context.ts';
import { registerSignings } from '../../../functions/signing/register-signings.ts';
import { residents, signings, teams } from '../../../functions/signing/store.ts';
import { usualSigning } from '../../../infra/cities/policy/signing.ts';
import { SYSTEM } from '../../../shared/access/acting.ts';
import { listAccess } from '../../../shared/privacy/audit.ts';
import { cityWith } from '../../support/city-policy.ts';
import { door, staff } from '../booking/door.ts';
import { checkRules } from './invariants.ts';
import { apply, homePath, type Story, story } from './story.ts';
import { ADULT, OLD, OTHER, OTHER_TEAM, SMALL_TEAM, TEAM, TOWN, VILLAGE } from './world.ts';

interface Line {
  readonly isNew?: boolean;
  readonly signingId?: string;
  readonly faults?: readonly { readonly field: string; readonly code: string; readonly message: string }[];
}

const record = (patientId: string) => ({ patientId, divisionCode: VILLAGE, groups: [] as string[] });
const contract = (patientId: string, more: object = {}) => ({
  ...record(patientId),
  careTeamId: TEAM,
  signedOn: '2026-03-01',
  ...more,
});

function clerkOf({ world }: Story) {
  const ask = door(world.deps, signing);
  return async (what: 'health-record' | 'signing', lines: readonly object[], institutionId = TOWN) => {
    const as = await staff(world.deps, 'acc-clerk', ['clerk'], { institutionId: TOWN });
    const path = `/signing/institutions/${institutionId}/${what}-register`;
    const answer = await ask('POST', path, { as, body: { lines } });
    await world.settle();
    return answer;
  };
}

async function linesOf(answer: ReturnType<ReturnType<typeof clerkOf>>): Promise<readonly Line[]> {
  const { status, body } = await answer;
  expect(status).toBe(200);
  return (body as { lines: readonly Line[] }).lines;
}

const codes = (lines: readonly Line[]) => lines.map(({ faults }) => faults?.map(({ code }) => code).join());

describe('a register of health records', () => {
  test('opens each once, writes down who did, and says of every other line why not', async () => {
    const told = await story();
    const send = clerkOf(told);
    const lines = [record(OLD), record(ADULT), record('nobody'), record(OLD)];
    expect((await linesOf(send('health-record', lines))).map(({ isNew }) => isNew)).toEqual([
      true,
      true,
      undefined,
      false,
    ]);
    const again = await linesOf(send('health-record', lines));
    expect(again.map(({ isNew }) => isNew)).toEqual([false, false, undefined, false]);
    expect(codes(again)[2]).toBe('IDENTITY_UNVERIFIED');
    const { table } = told.world.deps;
    const { items } = await listAccess(table, OLD);
    expect(items).toMatchObject([{ action: 'WRITE', actor: { accountId: 'acc-clerk', role: 'clerk' } }]);
    expect((await residents.get(table, OLD))?.groups).toEqual(['ELDERLY']);
    const there = `/signing/institutions/other-town/patients/${OTHER}/health-record`;
    await told.people.otherDoctor.put(there, { divisionCode: VILLAGE, groups: [] });
    expect(codes(await linesOf(send('health-record', [record(OTHER)])))).toEqual(['RECORD_EXISTS']);
  });
});

describe('a register of contracts', () => {
  test('enters each once, in force for its doctors, and a second time changes nothing', async () => {
    const told = await story();
    const send = clerkOf(told);
    const lines = [contract(OLD), contract(ADULT), contract(OLD)];
    const first = await linesOf(send('signing', lines));
    expect(first.map(({ isNew }) => isNew)).toEqual([true, true, false]);
    expect(first[2]?.signingId).toBe(first[0]?.signingId);
    const before = told.world.deps.all();
    expect((await linesOf(send('signing', lines))).map(({ isNew }) => isNew)).toEqual([false, false, false]);
    expect(told.world.deps.all()).toEqual(before);
    const { deps } = told.world;
    expect(await teams.get(deps.table, TEAM)).toMatchObject({ signed: 2, free: 98 });
    const found = await signings.get(deps.table, { patientId: OLD, signingId: String(first[0]?.signingId) });
    expect(found).toMatchObject({
      status: 'ACTIVE',
      channel: 'PAPER',
      term: { from: '2026-03-01', until: '2027-02-28' },
    });
    // Their doctors read what is theirs from now on.
    expect((await told.people.doctor.get(`/signing/patients/${OLD}/signings`)).status).toBe(200);
    expect((await told.people.otherDoctor.get(`/signing/patients/${OLD}/signings`)).status).toBe(403);
    checkRules(deps.all(), new Date(deps.clock.now()).toISOString());
  });

  test('says by field what stands against a line, and enters the others', async () => {
    const told = await story();
    await apply(told, OTHER);
    const lines = await linesOf(
      clerkOf(told)('signing', [
        contract('nobody'),
        contract(ADULT, { careTeamId: 'no-team' }),
        contract(ADULT, { careTeamId: OTHER_TEAM }),
        contract(ADULT, { signedOn: '2025-03-01' }),
        contract(ADULT, { signedOn: '2026-03-03' }),
        contract(OTHER),
        contract(ADULT, { careTeamId: SMALL_TEAM }),
        contract(OLD, { careTeamId: SMALL_TEAM }),
      ]),
    );
    expect(codes(lines)).toEqual([
      'IDENTITY_UNVERIFIED',
      'CARE_TEAM_NOT_FOUND',
      // Another institution's team is none of this one's business.
      'CARE_TEAM_NOT_FOUND',
      'TERM_NOT_RUNNING',
      'TERM_NOT_RUNNING',
      'ALREADY_APPLIED',
      undefined,
      'TEAM_FULL',
    ]);
    expect(lines[1]?.faults?.[0]).toMatchObject({ field: 'careTeamId', message: '未找到该家庭医生团队' });
    expect(lines[3]?.faults?.[0]?.field).toBe('signedOn');
  });

  test('is entered once when two clerks send it at once, and no team takes more than it may', async () => {
    const told = await story();
    const send = clerkOf(told);
    const lines = [OLD, ADULT, OTHER].map((patientId) => contract(patientId, { careTeamId: SMALL_TEAM }));
    const both = await Promise.all([
      linesOf(send('signing', lines)),
      linesOf(send('signing', lines.toReversed())),
    ]);
    expect(both.flat().filter(({ isNew }) => isNew === true)).toHaveLength(1);
    const { deps } = told.world;
    expect(await teams.get(deps.table, SMALL_TEAM)).toMatchObject({ signed: 1, free: 0 });
    checkRules(deps.all(), new Date(deps.clock.now()).toISOString());
  });

  test('judges a line anew that lost a race between reading and writing', async () => {
    const { world } = await story();
    const { deps } = world;
    const line = {
      divisionCode: VILLAGE,
      groups: [],
      careTeamId: SMALL_TEAM,
      signedOn: '2026-03-01' as const,
    };
    let isFirst = true;
    const table: typeof deps.table = {
      ...deps.table,
      async transact(operations, options) {
        if (isFirst) {
          isFirst = false;
          await registerSignings(deps, [{ ...line, patientId: ADULT }], SYSTEM);
        }
        return deps.table.transact(operations, options);
      },
    };
    expect(await registerSignings({ ...deps, table }, [{ ...line, patientId: OLD }], SYSTEM)).toEqual([
      { ok: false, code: 'TEAM_FULL' },
    ]);
  });

  test('is an institution’s own, and names malformed fields before anything is entered', async () => {
    const told = await story();
    const send = clerkOf(told);
    const before = told.world.deps.all().filter(({ pk }) => pk.startsWith('signing#'));
    expect((await send('signing', [contract(OLD)], 'other-town')).status).toBe(403);
    const malformed = await send('signing', [contract(OLD), contract(ADULT, { signedOn: '2026-02-30' })]);
    expect(malformed.status).toBe(400);
    expect(malformed.body).toMatchObject({ fields: [{ path: 'lines.1.signedOn' }] });
    expect(told.world.deps.all().filter(({ pk }) => pk.startsWith('signing#'))).toEqual(before);
  });
});

test('a contract on paper from before the city had a catalogue is shown by its first one', async () => {
  const values = usualSigning[0]?.values;
  const told = await story({ city: cityWith('demo', 'signing', values, [], '2026-01-01') });
  const [line] = await linesOf(clerkOf(told)('signing', [contract(ADULT, { signedOn: '2025-06-01' })]));
  const path = homePath(ADULT, line?.signingId);
  const seen = await told.people.of(ADULT).get(path);
  expect([seen.status, seen.body]).toMatchObject([200, { packages: [{ name: '基本服务包' }] }]);
});
