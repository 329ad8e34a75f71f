import { expect, test } from 'vitest';
import { registerSignings } from '../../../functions/signing/register-signings.ts';
import { type Signing, teams } from '../../../functions/signing/store.ts';
import { keepTeam } from '../../../functions/signing/teams.ts';
import { SYSTEM } from '../../../shared/access/acting.ts';
import { writePatientProfile } from '../../../shared/access/patient-view.ts';
import { checkRules } from './invariants.ts';
import { sign, story } from './story.ts';
import { ADULT, DAY, TEAM, TOWN, VILLAGE } from './world.ts';

test('a thousand contracts that end on one day are offered their renewal, and end by the morning after', async () => {
  const { world } = await story();
  const { deps } = world;
  const people = Array.from({ length: 1_000 }, (_, index) => `p${index}`);
  await keepTeam(deps, {
    careTeamId: 'team-large',
    institutionId: TOWN,
    name: '大团队',
    leaderId: 'dr-7',
    memberIds: [],
    serviceArea: [VILLAGE],
    capacity: 1_000,
    active: true,
    version: 1,
  });
  for (const patientId of people)
    await writePatientProfile(deps, patientId, { birthDate: '1980-01-01', sex: 'male', synthetic: true });
  const line = {
    careTeamId: 'team-large',
    divisionCode: VILLAGE,
    groups: [],
    signedOn: '2026-03-02' as const,
  };
  const answers = await registerSignings(
    deps,
    people.map((patientId) => ({ ...line, patientId })),
    SYSTEM,
  );
  expect(answers.every(({ ok }) => ok)).toBe(true);
  await world.settle();
  expect((await teams.get(deps.table, 'team-large'))?.free).toBe(0);
  await world.pass(364 * DAY);
  const states = () => {
    const all = deps.all().filter(({ sk }) => sk.startsWith('signing#')) as unknown as Signing[];
    return [...new Set(all.map(({ status }) => status))];
  };
  expect(states()).toEqual(['RENEWAL']);
  expect(world.events.filter(({ type }) => type === 'signing.reminder-due')).toHaveLength(3_000);
  await world.pass(DAY);
  expect(states()).toEqual(['EXPIRED']);
  expect(await teams.get(deps.table, 'team-large')).toMatchObject({ free: 1_000, signed: 0, reserved: 0 });
  checkRules(deps.all(), new Date(deps.clock.now()).toISOString());
}, 180_000);

test('a team that takes nobody on any more offers no renewal: its contracts run out', async () => {
  const told = await story();
  const { signingId } = await sign(told);
  await keepTeam(told.world.deps, {
    careTeamId: TEAM,
    institutionId: TOWN,
    name: '停用的团队',
    leaderId: 'dr-1',
    memberIds: ['dr-2'],
    serviceArea: [VILLAGE],
    capacity: 100,
    active: false,
    version: 2,
  });
  await told.world.pass(340 * DAY);
  expect(await told.world.now({ patientId: ADULT, signingId })).toMatchObject({
    status: 'ACTIVE',
    renewable: false,
  });
  await told.world.pass(30 * DAY);
  expect((await told.world.now({ patientId: ADULT, signingId })).endedReason).toBe('TERM_OVER');
});
