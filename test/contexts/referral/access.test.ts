import { describe, expect, test } from 'vitest';
import { referral } from '../../../functions/referral/context.ts';
import { settleRelations } from '../../../functions/referral/relations.ts';
import { relationKey } from '../../../shared/access/care-relations.ts';
import type { Table } from '../../../shared/data/table.ts';
import { staff } from '../booking/door.ts';
import {
  application,
  COMPLETION,
  homePath,
  PATIENT,
  type Person,
  peopleOf,
  shown,
  staffPath,
} from './people.ts';
import { applyDown, communityAccepts, returnAtGate, type Story, story, upTo } from './stories.ts';
import { CITY, COUNTY, OTHER_TOWN, TOWN } from './world.ts';

/** Each step by staff: how a referral comes to wait for it, whose it is, and a body that would be taken. */
const STEPS: readonly (readonly [string, (told: Story) => Promise<string>, string, object])[] = [
  ['gate-decision', (told) => upTo(told, 'GATE_REVIEW'), TOWN, { decision: 'APPROVE' }],
  ['supplement', returned, TOWN, { attachments: [] }],
  ['centre-decision', (told) => upTo(told, 'OFFERED'), COUNTY, { decision: 'ACCEPT' }],
  ['community-decision', applyDown, TOWN, { decision: 'ACCEPT' }],
  ['arrival', admitted, COUNTY, {}],
  ['treatment', (told) => upTo(told, 'ARRIVED'), COUNTY, {}],
  ['completion', (told) => upTo(told, 'IN_TREATMENT'), COUNTY, COMPLETION],
  ['first-visit', atHome, TOWN, { on: '2026-03-02', findings: '平稳' }],
];

async function returned(told: Story): Promise<string> {
  const referralId = await upTo(told, 'GATE_REVIEW');
  await returnAtGate(told, referralId);
  return referralId;
}

async function admitted(told: Story): Promise<string> {
  const referralId = await upTo(told, 'OFFERED');
  const body = { decision: 'ADMIT', expectedOn: '2026-03-03' };
  await told.people.countyCoordinator.post(staffPath(COUNTY, referralId, 'centre-decision'), body);
  return referralId;
}

async function atHome(told: Story): Promise<string> {
  const referralId = await applyDown(told);
  await communityAccepts(told, referralId);
  return referralId;
}

const EVERY_ROLE = [
  'family-doctor',
  'village-doctor',
  'practitioner',
  'nurse',
  'clerk',
  'referral-coordinator',
  'institution-administrator',
] as const;

/** Somebody with every role there is, at another institution: a role alone opens nothing. */
function allRolesAt({ world }: Story, institutionId: string): Person {
  return peopleOf(world).somebody(() =>
    staff(world.deps, `acc-all-${institutionId}`, EVERY_ROLE, {
      institutionId,
      practitionerId: 'dr-elsewhere',
    }),
  );
}

describe('the step', () => {
  test.each(STEPS)(
    '%s is refused to every institution but the one it waits for, and nothing is written',
    async (name, bring, own, body) => {
      const told = await story();
      const referralId = await bring(told);
      const before = await told.now(referralId);
      const written = told.world.events.length;
      for (const institutionId of [TOWN, COUNTY, CITY, OTHER_TOWN].filter((one) => one !== own)) {
        const stranger = allRolesAt(told, institutionId);
        const itself = await stranger.post(staffPath(institutionId, referralId, name), body);
        expect([institutionId, itself.status]).toEqual([institutionId, expect.toBeOneOf([403, 404, 409])]);
        const inTheirName = await stranger.post(staffPath(own, referralId, name), body);
        expect([institutionId, inTheirName.status, inTheirName.code]).toEqual([
          institutionId,
          403,
          'FORBIDDEN',
        ]);
      }
      expect(await told.now(referralId)).toEqual(before);
      expect(told.world.events.length).toBe(written);
      const theirs = await allRolesAt(told, own).post(staffPath(own, referralId, name), body);
      expect(theirs.status).toBe(200);
    },
  );

  test('of a referral elsewhere and of none at all are refused by the same words', async () => {
    const told = await story();
    const referralId = await upTo(told, 'OFFERED');
    const stranger = allRolesAt(told, CITY);
    const real = await stranger.post(staffPath(CITY, referralId, 'centre-decision'), { decision: 'ACCEPT' });
    const made = await stranger.post(staffPath(CITY, 'nobody0000000000', 'centre-decision'), {
      decision: 'ACCEPT',
    });
    expect([real.status, real.code, made.code]).toEqual([404, 'REFERRAL_NOT_FOUND', 'REFERRAL_NOT_FOUND']);
    expect((await stranger.get(staffPath(CITY, referralId))).code).toBe('REFERRAL_NOT_FOUND');
  });
});

test('the receiving hospital knows of a referral only once the reviewers have let it go', async () => {
  const told = await story();
  const referralId = await upTo(told, 'GATE_REVIEW');
  expect((await told.people.countyCoordinator.get(staffPath(COUNTY, referralId))).code).toBe(
    'REFERRAL_NOT_FOUND',
  );
  await told.people.townCoordinator.post(staffPath(TOWN, referralId, 'gate-decision'), {
    decision: 'APPROVE',
  });
  expect((await told.people.countyCoordinator.get(staffPath(COUNTY, referralId))).status).toBe(200);
});

test('a resident sees and withdraws their own referrals, and nobody else’s', async () => {
  const told = await story();
  const referralId = await upTo(told, 'OFFERED');
  for (const path of [homePath(), homePath(referralId)])
    expect((await told.people.stranger.get(path)).code).toBe('FORBIDDEN');
  const others = await told.people.stranger.post(homePath(referralId, 'withdrawal'), { reason: '别人的' });
  expect(others.code).toBe('FORBIDDEN');
  const mine = `/referral/patients/pat00003/referrals/${referralId}`;
  expect((await told.people.stranger.get(mine)).code).toBe('REFERRAL_NOT_FOUND');
});

test('a family doctor applies for residents who have signed with them only', async () => {
  const told = await story();
  const doctor = peopleOf(told.world).somebody(() =>
    staff(told.world.deps, 'acc-new-doctor', ['family-doctor'], {
      institutionId: TOWN,
      practitionerId: 'dr-new',
    }),
  );
  expect((await doctor.post(homePath(), application())).code).toBe('FORBIDDEN');
});

test('the relation is not opened again by a step that is heard of while the end is', async () => {
  const told = await story();
  const referralId = await upTo(told, 'OFFERED');
  const { deps } = told.world;
  let isFirst = true;
  // The end comes, and is settled, between what the earlier step has read and what it writes.
  const query: Table['query'] = async (spec) => {
    const page = await deps.table.query(spec);
    if (isFirst) {
      isFirst = false;
      await told.people.patient.post(homePath(referralId, 'withdrawal'), { reason: '不去了' });
    }
    return page;
  };
  await settleRelations({ ...deps, table: { ...deps.table, query } }, PATIENT);
  const key = relationKey({ patientId: PATIENT, kind: 'REFERRAL', holderId: COUNTY });
  expect(await deps.table.get(key)).toBeUndefined();
});

test('worklists are each institution’s own, also to the institution above it', async () => {
  const told = await story();
  await upTo(told, 'GATE_REVIEW');
  const own = await told.people.townCoordinator.get(`/referral/institutions/${TOWN}/gate`);
  expect((own.body as { referrals: unknown[] }).referrals).toHaveLength(1);
  expect((await told.people.countyCoordinator.get(`/referral/institutions/${TOWN}/gate`)).code).toBe(
    'FORBIDDEN',
  );
  const sent = await told.people.familyDoctor.get(`/referral/institutions/${TOWN}/sent`);
  expect((sent.body as { referrals: { status: string }[] }).referrals.map(({ status }) => status)).toEqual([
    'GATE_REVIEW',
  ]);
});

test('the receiving institution stands in the relation REFERRAL while the referral is open there', async () => {
  const told = await story();
  const relation = (holderId: string) =>
    told.world.deps.table.get(relationKey({ patientId: PATIENT, kind: 'REFERRAL', holderId }));
  const referralId = await upTo(told, 'GATE_REVIEW');
  expect(await relation(COUNTY)).toBeUndefined();
  await told.people.townCoordinator.post(staffPath(TOWN, referralId, 'gate-decision'), {
    decision: 'APPROVE',
  });
  expect(await relation(COUNTY)).toBeDefined();
  const other = shown(
    await told.people.familyDoctor.post(homePath(), application({ toDepartmentId: 'dept-endocrine' })),
  ).referralId;
  await told.people.townCoordinator.post(staffPath(TOWN, other, 'gate-decision'), { decision: 'APPROVE' });
  await told.people.patient.post(homePath(referralId, 'withdrawal'), { reason: '不去了' });
  expect(await relation(COUNTY)).toBeDefined();
  await told.people.patient.post(homePath(other, 'withdrawal'), { reason: '不去了' });
  expect(await relation(COUNTY)).toBeUndefined();
});

describe('what is written down', () => {
  test('is every step, by whom, in which role and for which institution', async () => {
    const told = await story();
    const referralId = await upTo(told, 'OFFERED');
    const entries = told.world.deps
      .all()
      .filter(
        ({ pk, subjectId, action }) =>
          pk === `audit#${PATIENT}` && subjectId === referralId && action === 'WRITE',
      )
      .map(({ actorId, actorRole, institutionId, purpose }) => [actorId, actorRole, institutionId, purpose]);
    expect(entries.toSorted()).toEqual(
      [
        ['acc-town-coord', 'referral-coordinator', TOWN, 'referral-offered'],
        ['acc-town-doctor', 'family-doctor', TOWN, 'referral-gate-review'],
      ].toSorted(),
    );
  });

  test('is every reading of a referral, and each referral of a list', async () => {
    const told = await story();
    const referralId = await upTo(told, 'OFFERED');
    await told.people.countyCoordinator.get(`/referral/institutions/${COUNTY}/centre`);
    await told.people.countyCoordinator.get(staffPath(COUNTY, referralId));
    const reads = told.world.deps
      .all()
      .filter(({ action, actorId }) => action === 'READ' && actorId === 'acc-county-coord')
      .map(({ subjectId }) => subjectId);
    expect(reads).toEqual([referralId, referralId]);
  });

  test.each(referral.routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s says how',
    (_, { audit, path }) => {
      const isAboutNobody = path.endsWith('/counts');
      expect(audit === undefined).toBe(isAboutNobody);
    },
  );
});

test('what doctors write stands nowhere in clear: not in items, events, logs or the machine’s history', async () => {
  const told = await story();
  const marker = '标记文字七三九';
  const referralId = await upTo(told, 'OFFERED', {
    history: `${marker}病史`,
    diagnosis: { icd10: 'I25.103', text: `${marker}诊断` },
  });
  const body = { decision: 'RETURN', reason: `${marker}理由` };
  await told.people.countyCoordinator.post(staffPath(COUNTY, referralId, 'centre-decision'), body);
  await told.people.familyDoctor.post(staffPath(TOWN, referralId, 'supplement'), {
    history: `${marker}补充`,
    attachments: [],
  });
  const executionArn = `${told.world.machineArn.replace('stateMachine', 'execution')}:${referralId}-1`;
  const history = await told.world.sfn('GetExecutionHistory', { executionArn });
  for (const place of [told.world.deps.all(), told.world.events, told.world.deps.lines, history]) {
    expect(JSON.stringify(place)).not.toContain(marker);
    expect(JSON.stringify(place)).not.toContain('I25.103');
  }
  expect(JSON.stringify((await told.people.patient.get(homePath(referralId))).body)).toContain(
    `${marker}补充`,
  );
});
