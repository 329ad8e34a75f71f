import { booking } from '../../../functions/booking/context.ts';
import { referral } from '../../../functions/referral/context.ts';
import {
  alliances,
  departments,
  institutions,
  places,
  practitioners,
} from '../../../functions/referral/store.ts';
import { writePatientProfile } from '../../../shared/access/patient-view.ts';
import type { Deps } from '../../../shared/deps.ts';
import {
  type MachineWorld,
  type MachineWorldOptions,
  openMachineWorld,
} from '../../support/workflows/machine-world.ts';
import { addSchedule } from '../booking/scene.ts';

/** Referral and booking over one table, with the referral's machine. */
export type World = MachineWorld;

export const TOWN = 'town';
export const VILLAGE = 'village';
export const COUNTY = 'county';
export const CITY = 'city-hospital';
export const FAR = 'far-hospital';
export const OTHER_TOWN = 'other-town';
export const CARDIOLOGY = 'dept-cardiology';
export const ENDOCRINE = 'dept-endocrine';
export const CITY_CARDIOLOGY = 'city-cardiology';
export const FAR_CARDIOLOGY = 'far-cardiology';
export const TOWN_GP = 'town-gp';
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Monday 2026-03-02, 08:00 in China. */
export const START = '2026-03-02T00:00:00.000Z';

export interface WorldOptions extends Omit<MachineWorldOptions, 'owner' | 'others'> {
  /** Days on which the county's cardiology holds clinics; one doctor, three numbers a day for referred patients. */
  readonly clinicDays?: readonly string[];
  readonly feeFen?: number;
  readonly numbers?: number;
}

export async function openWorld({
  clinicDays = ['2026-03-05', '2026-03-06'],
  feeFen = 0,
  numbers = 3,
  ...options
}: WorldOptions = {}): Promise<World> {
  const world = await openMachineWorld({ start: START, owner: referral, others: [booking], ...options });
  const { deps } = world;
  await addPlaces(deps);
  for (const day of clinicDays) {
    await addSchedule(deps, {
      institutionId: COUNTY,
      departmentId: CARDIOLOGY,
      practitionerId: 'dr-county',
      day: day as never,
      capacity: numbers + 1,
      quota: { REFERRAL: numbers },
      visitKind: 'general',
      feeFen,
      paymentMode: 'ONLINE',
    });
  }

  return world;
}

export async function addPlaces(deps: Deps): Promise<void> {
  const { table } = deps;
  const tree = [
    [COUNTY, 'secondary', '410425', []],
    [TOWN, 'township', '410425101', [COUNTY]],
    [VILLAGE, 'village', '410425101001', [TOWN, COUNTY]],
    [OTHER_TOWN, 'township', '410425102', [COUNTY]],
    [CITY, 'tertiary', '410403', []],
    [FAR, 'tertiary', '410105', []],
  ] as const;
  for (const [institutionId, level, divisionCode, ancestors] of tree) {
    await institutions.put(table, institutionId, {
      institutionId,
      name: `机构${institutionId}`,
      level,
      divisionCode,
      active: true,
      version: 1,
    });
    await places.put(table, institutionId, { institutionId, ancestors: [...ancestors], level, active: true });
  }
  const rooms = [
    [COUNTY, CARDIOLOGY, '03.04'],
    [COUNTY, ENDOCRINE, '03.07'],
    [CITY, CITY_CARDIOLOGY, '03.04'],
    [FAR, FAR_CARDIOLOGY, '03.04'],
    [TOWN, TOWN_GP, '02'],
  ] as const;
  for (const [institutionId, departmentId, serviceCategory] of rooms) {
    await departments.put(
      table,
      { institutionId, departmentId },
      { institutionId, departmentId, name: '科室', serviceCategory, active: true, version: 1 },
    );
  }
  const doctors = [
    ['dr-town', TOWN, TOWN_GP, 'attending'],
    ['dr-village', VILLAGE, 'village-room', 'resident'],
    ['dr-county', COUNTY, CARDIOLOGY, 'associate-chief'],
    ['dr-county-2', COUNTY, ENDOCRINE, 'attending'],
    ['dr-city', CITY, CITY_CARDIOLOGY, 'chief'],
  ] as const;
  for (const [practitionerId, institutionId, departmentId, title] of doctors) {
    await practitioners.put(table, practitionerId, {
      practitionerId,
      name: '测试医生',
      title,
      sites: [{ institutionId, departmentId }],
      active: true,
      version: 1,
    });
  }
  await alliances.put(table, 'county-alliance', {
    allianceId: 'county-alliance',
    leadId: COUNTY,
    members: [
      { institutionId: TOWN, joinedOn: '2019-01-01' },
      { institutionId: CITY, joinedOn: '2020-01-01', leftOn: '2025-01-01' },
    ],
    active: true,
    version: 1,
  });
  for (const patientId of ['pat00001', 'pat00002', 'pat00003']) {
    await writePatientProfile(deps, patientId, { birthDate: '1950-05-05', sex: 'female', synthetic: true });
  }
}
