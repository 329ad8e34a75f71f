import { describe, expect, test } from 'vitest';
import { residents, teams } from '../../../functions/signing/store.ts';
import { keepTeam } from '../../../functions/signing/teams.ts';
import { usualSigning } from '../../../infra/cities/policy/signing.ts';
import { relationKey } from '../../../shared/access/care-relations.ts';
import { cityWith } from '../../support/city-policy.ts';
import { application, apply, bothSign, homePath, shown, sign, story, teamPath } from './story.ts';
import { ADULT, DAY, OLD, OTHER, OTHER_TEAM, OTHER_TOWN, SMALL_TEAM, TEAM, TOWN, VILLAGE } from './world.ts';

const placesOf = async (told: Awaited<ReturnType<typeof story>>, careTeamId: string) => {
  const team = await teams.get(told.world.deps.table, careTeamId);
  return [team?.free, team?.reserved, team?.signed];
};

test('is in force once the team has reviewed and both have signed, and opens the resident to the team', async () => {
  const told = await story();
  const { people, world } = told;
  const { signingId } = await apply(told);
  expect(await placesOf(told, TEAM)).toEqual([99, 1, 0]);
  expect((await people.doctor.get(homePath(ADULT))).code).toBe('FORBIDDEN');
  shown(await people.doctor.post(teamPath(ADULT, signingId, 'review'), { decision: 'APPROVE' }));
  const active = await bothSign(told, { signingId, patientId: ADULT } as never);
  expect([active.status, active.term]).toEqual(['ACTIVE', { from: '2026-03-02', until: '2027-03-01' }]);
  expect(await placesOf(told, TEAM)).toEqual([99, 0, 1]);
  expect((await people.colleague.get(homePath(ADULT))).status).toBe(200);
  expect((await people.otherDoctor.get(homePath(ADULT))).code).toBe('FORBIDDEN');
  expect(await world.executions()).toEqual(['SUCCEEDED']);
});

test('binds both to one text: its hash is signed, and no other', async () => {
  const told = await story();
  const { signingId } = await apply(told);
  const reviewed = shown(
    await told.people.doctor.post(teamPath(ADULT, signingId, 'review'), { decision: 'APPROVE' }),
  );
  expect(reviewed.agreement?.text).toContain('团队team-1');
  const home = told.people.of(ADULT);
  const wrong = await home.post(homePath(ADULT, signingId, 'signature'), { sha256: '0'.repeat(64) });
  expect(wrong.code).toBe('AGREEMENT_CHANGED');
  expect((await told.world.now({ patientId: ADULT, signingId })).agreement?.resident).toBeUndefined();
  const { sha256 } = reviewed.agreement ?? {};
  await home.post(homePath(ADULT, signingId, 'signature'), { sha256 });
  expect((await home.post(homePath(ADULT, signingId, 'signature'), { sha256 })).code).toBe(
    'ALREADY_SIGNED_BY_YOU',
  );
});

describe('refuses an application', () => {
  test('with every reason at once: identity, residence and a package that does not exist', async () => {
    const told = await story();
    const answer = await told.people
      .of('pat-unknown')
      .post(homePath('pat-unknown'), { careTeamId: TEAM, packageIds: ['NONE'] });
    const { reasons } = answer.body as { reasons: { code: string }[] };
    expect(reasons.map(({ code }) => code)).toEqual([
      'IDENTITY_UNVERIFIED',
      'RESIDENCE_NEEDED',
      'PACKAGE_UNKNOWN',
    ]);
    expect(await placesOf(told, TEAM)).toEqual([100, 0, 0]);
  });

  test('of somebody who is signed, or has applied', async () => {
    const told = await story();
    const first = await apply(told);
    const again = await told.people.of(ADULT).post(homePath(ADULT), application({ careTeamId: OTHER_TEAM }));
    expect((again.body as { reasons: { code: string }[] }).reasons[0]?.code).toBe('ALREADY_APPLIED');
    await told.people.doctor.post(teamPath(ADULT, first.signingId, 'review'), { decision: 'APPROVE' });
    await bothSign(told, first);
    const second = await told.people.of(ADULT).post(homePath(ADULT), application({ careTeamId: OTHER_TEAM }));
    expect((second.body as { reasons: { code: string }[] }).reasons[0]?.code).toBe('ALREADY_SIGNED');
    expect(await placesOf(told, OTHER_TEAM)).toEqual([100, 0, 0]);
  });

  test('at a team without a free place: of two who race for the last one, one gets it', async () => {
    const told = await story();
    const body = application({ careTeamId: SMALL_TEAM });
    const answers = await Promise.all(
      [ADULT, OTHER].map((patientId) => told.people.of(patientId).post(homePath(patientId), body)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 422]);
    expect(await placesOf(told, SMALL_TEAM)).toEqual([0, 1, 0]);
  });

  test('by a relative who may book but not sign', async () => {
    const told = await story();
    expect((await told.people.relative.post(homePath(OLD), application())).code).toBe('FORBIDDEN');
  });

  test('1+1+1 with one hospital only', async () => {
    const told = await story();
    const one = await told.people.of(ADULT).post(homePath(ADULT), application({ districtId: 'county' }));
    expect((one.body as { reasons: { code: string }[] }).reasons[0]?.code).toBe('COMBINATION_INVALID');
    const both = application({ districtId: 'county', municipalId: 'city-hospital' });
    expect((await told.people.of(ADULT).post(homePath(ADULT), both)).status).toBe(201);
  });
});

test('answers a repeated application as the first one was', async () => {
  const told = await story();
  const home = told.people.of(ADULT);
  const first = shown(await home.post(homePath(ADULT), application(), 'the-same-key-1'));
  const again = shown(await home.post(homePath(ADULT), application(), 'the-same-key-1'));
  expect(again.signingId).toBe(first.signingId);
  expect(await placesOf(told, TEAM)).toEqual([99, 1, 0]);
});

describe('gives the place back', () => {
  test('when the team does not review in time', async () => {
    const told = await story();
    const { signingId } = await apply(told);
    await told.world.pass(4 * DAY);
    const now = await told.world.now({ patientId: ADULT, signingId });
    expect([now.status, now.endedReason]).toEqual(['LAPSED', 'REVIEW_TIMEOUT']);
    expect(told.world.events.some(({ type }) => type === 'signing.reminder-due')).toBe(true);
    expect(await placesOf(told, TEAM)).toEqual([100, 0, 0]);
    expect(await told.world.executions()).toEqual(['SUCCEEDED']);
    await apply(told);
  });

  test('when the team rejects, and when the resident withdraws', async () => {
    const told = await story();
    const first = await apply(told);
    await told.people.doctor.post(teamPath(ADULT, first.signingId, 'review'), { decision: 'REJECT' });
    expect(await placesOf(told, TEAM)).toEqual([100, 0, 0]);
    const second = await apply(told);
    await told.people.of(ADULT).post(homePath(ADULT, second.signingId, 'withdrawal'));
    expect(await placesOf(told, TEAM)).toEqual([100, 0, 0]);
    expect(await told.world.executions()).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  });
});

test('is worked on by doctors of the very team', async () => {
  const told = await story();
  const { signingId } = await apply(told);
  const approve = { decision: 'APPROVE' };
  expect((await told.people.smallTeam.post(teamPath(ADULT, signingId, 'review'), approve)).code).toBe(
    'NOT_YOUR_TEAM',
  );
  const elsewhere = teamPath(ADULT, signingId, 'review', OTHER_TOWN);
  expect((await told.people.otherDoctor.post(elsewhere, approve)).code).toBe('SIGNING_NOT_FOUND');
  expect((await told.world.now({ patientId: ADULT, signingId })).status).toBe('TEAM_REVIEW');
});

test('moves to another team in one step: never with two teams, never with none', async () => {
  const told = await story();
  const old = await sign(told);
  const next = await sign(told, ADULT, { careTeamId: OTHER_TEAM, replaces: old.signingId });
  expect(next.status).toBe('ACTIVE');
  const before = await told.world.now(old);
  expect([before.status, before.endedReason]).toEqual(['MOVED', 'MOVED_TO_OTHER_TEAM']);
  expect([await placesOf(told, TEAM), await placesOf(told, OTHER_TEAM)]).toEqual([
    [100, 0, 0],
    [99, 0, 1],
  ]);
  expect((await told.people.doctor.get(homePath(ADULT))).code).toBe('FORBIDDEN');
  expect((await told.people.otherDoctor.get(homePath(ADULT))).status).toBe(200);
});

describe('the term', () => {
  test('is renewed in its last month: reminded, signed by both, and turned on its last day', async () => {
    const told = await story();
    const { signingId } = await sign(told);
    const id = { patientId: ADULT, signingId };
    await told.world.pass(340 * DAY);
    expect((await told.world.now(id)).status).toBe('RENEWAL');
    expect(told.world.events.filter(({ type }) => type === 'signing.reminder-due')).toHaveLength(1);
    await bothSign(told, id as never);
    const renewed = await told.world.now(id);
    expect([renewed.status, renewed.round, renewed.next?.term]).toEqual([
      'ACTIVE',
      1,
      { from: '2027-03-02', until: '2028-03-01' },
    ]);
    await told.world.pass(30 * DAY);
    const turned = await told.world.now(id);
    expect([turned.status, turned.round, turned.term?.until]).toEqual(['ACTIVE', 2, '2028-03-01']);
    // The application's own has ended more than 90 days ago, and is forgotten.
    expect(await told.world.executions()).toEqual(['SUCCEEDED']);
    expect((await told.people.doctor.get(homePath(ADULT))).status).toBe(200);
  });

  test('is reminded of three times and runs out: the place and the relation go with it', async () => {
    const told = await story();
    const { signingId } = await sign(told);
    await told.world.pass(370 * DAY);
    const now = await told.world.now({ patientId: ADULT, signingId });
    expect([now.status, now.endedReason, now.endedAt]).toEqual([
      'EXPIRED',
      'TERM_OVER',
      '2027-03-01T16:00:00.000Z',
    ]);
    expect(told.world.events.filter(({ type }) => type === 'signing.reminder-due')).toHaveLength(3);
    expect(await placesOf(told, TEAM)).toEqual([100, 0, 0]);
    expect((await told.people.doctor.get(homePath(ADULT))).code).toBe('FORBIDDEN');
    // The application's own has ended more than 90 days ago, and is forgotten.
    expect(await told.world.executions()).toEqual(['SUCCEEDED']);
  });
});

describe('termination', () => {
  test('is an agreement too: both sign it', async () => {
    const told = await story();
    const signed = await sign(told);
    const home = told.people.of(ADULT);
    const asked = shown(
      await home.post(homePath(ADULT, signed.signingId, 'termination'), { reason: 'MOVING_AWAY' }),
    );
    expect([asked.status, asked.agreement?.kind]).toEqual(['TERMINATING', 'TERMINATION']);
    const ended = await bothSign(told, signed);
    expect([ended.status, ended.endedReason]).toEqual(['TERMINATED', 'TERMINATION_SIGNED']);
    expect(await placesOf(told, TEAM)).toEqual([100, 0, 0]);
  });

  test('asked for by the resident takes effect without the team, by the team it lapses without the resident', async () => {
    const told = await story();
    const mine = await sign(told);
    await told.people.of(ADULT).post(homePath(ADULT, mine.signingId, 'termination'), { reason: 'OTHER' });
    const other = await sign(told, OTHER);
    await told.people.doctor.post(teamPath(OTHER, other.signingId, 'termination'), { reason: 'OTHER' });
    const recall = await told.people.of(OTHER).post(homePath(OTHER, other.signingId, 'termination-recall'));
    expect(recall.code).toBe('NOT_YOUR_REQUEST');
    await told.world.pass(16 * DAY);
    expect((await told.world.now(mine)).endedReason).toBe('TERMINATION_DUE');
    expect((await told.world.now(other)).status).toBe('ACTIVE');
  });

  test('comes with death, also of an application to another team', async () => {
    const told = await story();
    const signed = await sign(told);
    const moving = await apply(told, ADULT, { careTeamId: OTHER_TEAM, replaces: signed.signingId });
    await told.people.doctor.post(teamPath(ADULT, signed.signingId, 'death'));
    expect([(await told.world.now(signed)).status, (await told.world.now(moving)).status]).toEqual([
      'DECEASED',
      'DECEASED',
    ]);
    expect([await placesOf(told, TEAM), await placesOf(told, OTHER_TEAM)]).toEqual([
      [100, 0, 0],
      [100, 0, 0],
    ]);
    expect((await residents.get(told.world.deps.table, ADULT))?.deceased).toBe(true);
    const again = await told.people.of(ADULT).post(homePath(ADULT), application());
    expect((again.body as { reasons: { code: string }[] }).reasons[0]?.code).toBe('DECEASED_RESIDENT');
  });
});

describe('a village doctor', () => {
  const capture = {
    captureId: 'device-1-000017',
    capturedAt: '2026-03-01T02:00:00.000Z',
    templateVersion: '2026-1',
    evidenceSha256: 'a'.repeat(64),
  };

  test('signs a resident at their door: sent late and twice, it is entered once and waits for the team alone', async () => {
    const told = await story();
    const path = teamPath(OLD, '', '', 'village');
    const body = { ...application({ divisionCode: VILLAGE }), capture };
    const first = shown(await told.people.villageDoctor.post(path, body));
    const again = shown(await told.people.villageDoctor.post(path, body));
    expect(again.signingId).toBe(first.signingId);
    expect(await placesOf(told, TEAM)).toEqual([99, 1, 0]);
    const reviewed = shown(
      // Employed by the village, and of the town's team.
      await told.people.villageDoctor.post(teamPath(OLD, first.signingId, 'review', 'village'), {
        decision: 'APPROVE',
      }),
    );
    const { sha256 } = reviewed.agreement ?? {};
    const done = shown(
      await told.people.doctor.post(teamPath(OLD, first.signingId, 'signature'), { sha256 }),
    );
    expect(done.status).toBe('ACTIVE');
    const { agreement } = await told.world.now(first);
    expect(agreement?.resident).toMatchObject({
      method: 'WITNESSED',
      by: 'acc-village',
      at: capture.capturedAt,
    });
  });

  test('sends again what was reviewed, and then withdrawn, and signs nobody a second time', async () => {
    const told = await story();
    const send = async () =>
      shown(
        await told.people.villageDoctor.post(teamPath(OLD, '', '', 'village'), { ...application(), capture }),
      );
    const { signingId } = await send();
    await told.people.doctor.post(teamPath(OLD, signingId, 'review'), { decision: 'APPROVE' });
    expect(await send()).toMatchObject({ signingId, status: 'SIGNING' });
    await told.people.of(OLD).post(homePath(OLD, signingId, 'withdrawal'));
    expect(await send()).toMatchObject({ signingId, status: 'WITHDRAWN' });
    expect(await placesOf(told, TEAM)).toEqual([100, 0, 0]);
  });

  test('has read out an older agreement: the resident signs anew', async () => {
    const told = await story();
    const body = { ...application(), capture: { ...capture, templateVersion: '2025-1' } };
    const first = shown(await told.people.villageDoctor.post(teamPath(OLD, '', '', 'village'), body));
    await told.people.doctor.post(teamPath(OLD, first.signingId, 'review'), { decision: 'APPROVE' });
    expect((await told.world.now(first)).agreement?.resident).toBeUndefined();
  });
});

test('writes every step and every look into the patient’s audit', async () => {
  const told = await story();
  const { signingId } = await sign(told);
  await told.people.doctor.get(teamPath(ADULT, signingId));
  const audit = told.world.deps.all().filter(({ pk }) => pk === `audit#${ADULT}`);
  const purposes = audit.map((entry) => String(entry['purpose']));
  for (const step of ['team-review', 'signing', 'signature-given', 'active']) {
    expect(purposes).toContain(`signing-${step}`);
  }
  expect(audit.some((entry) => entry['action'] === 'READ' && entry['subjectId'] === signingId)).toBe(true);
});

test('is offered its renewal by the policy of the day, though its timer was set by an earlier one', async () => {
  const values = usualSigning[0]?.values;
  if (values === undefined) throw new Error('no policy');
  const renewal = { windowDays: 10, remindDaysBefore: [10] };
  const later = [{ from: '2027-01-01', values: { ...values, renewal } }] as const;
  const told = await story({ city: cityWith('demo', 'signing', values, later) });
  const signed = await sign(told);
  await told.world.pass(350 * DAY);
  expect((await told.world.now(signed)).status).toBe('ACTIVE');
  await told.world.pass(6 * DAY);
  expect((await told.world.now(signed)).status).toBe('RENEWAL');
  await told.world.pass(12 * DAY);
  expect((await told.world.now(signed)).status).toBe('EXPIRED');
});

test('reminds once of a renewal that is offered late, not once for each reminder that is past', async () => {
  const told = await story();
  const { signingId } = await sign(told);
  const home = told.people.of(ADULT);
  const reminders = () => told.world.events.filter(({ type }) => type === 'signing.reminder-due').length;
  await told.world.pass(350 * DAY);
  await home.post(homePath(ADULT, signingId, 'termination'), { reason: 'OTHER' });
  await told.world.pass(10 * DAY);
  const before = reminders();
  await home.post(homePath(ADULT, signingId, 'termination-recall'));
  await told.world.pass(DAY);
  expect((await told.world.now({ patientId: ADULT, signingId })).status).toBe('RENEWAL');
  expect(reminders() - before).toBe(1);
  await told.world.pass(4 * DAY);
  expect(reminders() - before).toBe(2);
});

test('opens to a doctor who joins in the renewal window until the end of the term, and not of the one on offer', async () => {
  const told = await story();
  const signed = await sign(told);
  await told.world.pass(340 * DAY);
  expect((await told.world.now(signed)).status).toBe('RENEWAL');
  await keepTeam(told.world.deps, {
    careTeamId: TEAM,
    institutionId: TOWN,
    name: '团队',
    leaderId: 'dr-1',
    memberIds: ['dr-9'],
    serviceArea: [VILLAGE.slice(0, 9)],
    capacity: 100,
    active: true,
    version: 2,
  });
  await told.world.pass(DAY);
  const until = async (holderId: string) => {
    const key = relationKey({ patientId: ADULT, kind: 'SIGNED', holderId });
    return (await told.world.deps.table.get(key))?.['until'];
  };
  expect(await until('dr-9')).toBe('2027-03-01T16:00:00.000Z');
  await bothSign(told, signed);
  expect(await until('dr-9')).toBe('2028-03-01T16:00:00.000Z');
});

test('keeps its doctors’ relations in step with the team', async () => {
  const told = await story();
  const { signingId } = await sign(told);
  await keepTeam(told.world.deps, {
    careTeamId: TEAM,
    institutionId: TOWN,
    name: '新团队',
    leaderId: 'dr-1',
    memberIds: ['dr-9'],
    serviceArea: [VILLAGE.slice(0, 9)],
    capacity: 1,
    active: true,
    version: 2,
  });
  await told.world.pass(DAY);
  expect((await told.world.now({ patientId: ADULT, signingId })).staff).toEqual(['dr-1', 'dr-9']);
  expect((await told.people.doctor.get(homePath(ADULT))).status).toBe(200);
  expect((await told.people.colleague.get(homePath(ADULT))).code).toBe('FORBIDDEN');
  expect(await placesOf(told, TEAM)).toEqual([0, 0, 1]);
});
