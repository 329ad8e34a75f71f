import { OWNER } from '../../../functions/signing/charges.ts';
import { signing } from '../../../functions/signing/context.ts';
import { institutions, type Signing, signings } from '../../../functions/signing/store.ts';
import { keepTeam } from '../../../functions/signing/teams.ts';
import { writePatientProfile } from '../../../shared/access/patient-view.ts';
import { claimCharge, markChargePaid, openCharge } from '../../../shared/charges/charge-lock.ts';
import type { TestDeps, TestDepsOptions } from '../../support/deps.ts';
import { type MachineWorld, openMachineWorld } from '../../support/workflows/machine-world.ts';

/** Signing over one table, with its very machine. */
export interface World extends Pick<MachineWorld, 'deps' | 'settle' | 'pass' | 'events' | 'tasks' | 'close'> {
  /** How each execution stands, oldest first. */
  executions(): Promise<readonly string[]>;
  /** What payment does to the charge of a signing. */
  pay(id: { patientId: string; signingId: string }, step?: 'claim' | 'open' | 'pay'): Promise<void>;
  now(id: { patientId: string; signingId: string }): Promise<Signing>;
}

export const TOWN = 'town';
export const OTHER_TOWN = 'other-town';
export const COUNTY = 'county';
export const CITY = 'city-hospital';
export const TEAM = 'team-1';
export const SMALL_TEAM = 'team-small';
export const OTHER_TEAM = 'team-2';
export const VILLAGE = '410425101001';
export const DAY = 24 * 3_600_000;
/** Monday 2026-03-02, 08:00 in China. */
export const START = '2026-03-02T00:00:00.000Z';
export const OLD = 'pat00001';
export const ADULT = 'pat00002';
export const OTHER = 'pat00003';

export async function addTeams(deps: TestDeps): Promise<void> {
  const team = (careTeamId: string, institutionId: string, doctors: string[], capacity: number) =>
    keepTeam(deps, {
      careTeamId,
      institutionId,
      name: `团队${careTeamId}`,
      leaderId: doctors[0] ?? '',
      memberIds: doctors.slice(1),
      serviceArea: [VILLAGE.slice(0, 9)],
      capacity,
      active: true,
      version: 1,
    });
  await team(TEAM, TOWN, ['dr-1', 'dr-2'], 100);
  await team(SMALL_TEAM, TOWN, ['dr-3'], 1);
  await team(OTHER_TEAM, OTHER_TOWN, ['dr-4'], 100);
  const tree = [
    [COUNTY, 'secondary', '410425', []],
    [TOWN, 'township', '410425101', [COUNTY]],
    [OTHER_TOWN, 'township', '410425102', [COUNTY]],
    [CITY, 'tertiary', '410403', []],
  ] as const;
  for (const [institutionId, level, divisionCode, ancestors] of tree) {
    const copy = {
      institutionId,
      name: `机构${institutionId}`,
      level,
      divisionCode,
      active: true,
      version: 1,
    };
    await institutions.put(deps.table, institutionId, copy);
    await deps.table.put({
      pk: `institution#${institutionId}`,
      sk: 'place',
      institutionId,
      ancestors: [...ancestors],
      level,
      active: true,
    });
  }
}

export async function openWorld(options: TestDepsOptions = {}): Promise<World> {
  const world = await openMachineWorld({ start: START, owner: signing, ...options });
  const { deps, settle, sfn, machineArn } = world;
  await addTeams(deps);
  await writePatientProfile(deps, OLD, { birthDate: '1950-05-05', sex: 'female', synthetic: true });
  await writePatientProfile(deps, ADULT, { birthDate: '1990-05-05', sex: 'male', synthetic: true });
  await writePatientProfile(deps, OTHER, { birthDate: '1985-05-05', sex: 'male', synthetic: true });

  const now = async (id: { patientId: string; signingId: string }): Promise<Signing> => {
    const found = await signings.get(deps.table, id, { consistent: true });
    if (found === undefined) throw new Error('no such signing');
    return found;
  };

  return {
    ...world,
    now,
    async executions() {
      const { executions } = await sfn('ListExecutions', { stateMachineArn: machineArn });
      return (executions as { status: string }[]).map(({ status }) => status).toReversed();
    },
    async pay(id, step = 'pay') {
      const { charge, patientId } = await now(id);
      if (charge === undefined) throw new Error('there is nothing to pay');
      const facts = { owner: OWNER, patientId, ...charge };
      const operation = {
        claim: () => claimCharge(deps, facts, 'settlement-1'),
        open: () => openCharge(deps, facts, 'settlement-1'),
        pay: () => markChargePaid(deps, facts, 'settlement-1'),
      }[step]();
      const { ok } = await deps.table.transact([operation]);
      if (!ok) throw new Error('the lock refuses it');
      await settle();
    },
  };
}
