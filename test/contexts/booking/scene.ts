import type { CreateSchedule } from '../../../functions/booking/contracts.ts';
import { createSchedule } from '../../../functions/booking/create-schedule.ts';
import type { ScheduleDetail } from '../../../functions/booking/store.ts';
import { practitioners } from '../../../functions/booking/store.ts';
import type { Deps } from '../../../shared/deps.ts';

export const HOSPITAL = 'jx-hospital';
export const DEPARTMENT = 'cardiology';
export const DOCTOR = 'doctor1';

/** A doctor of the hospital, as directory's event leaves it in booking. */
export async function addDoctor(deps: Deps, practitionerId = DOCTOR): Promise<void> {
  await practitioners.put(
    deps.table,
    { institutionId: HOSPITAL, practitionerId },
    {
      practitionerId,
      institutionId: HOSPITAL,
      departmentId: DEPARTMENT,
      name: '测试医生',
      title: 'chief',
      active: true,
      version: 1,
    },
  );
}

export interface SceneSchedule extends Partial<Omit<CreateSchedule, 'slots'>> {
  /** Numbers per slot, all PUBLIC unless `quota` says otherwise. */
  readonly capacity?: number;
  readonly slotCount?: number;
  readonly quota?: Partial<CreateSchedule['slots'][number]['quota']>;
}

/** A morning at 郏县人民医院: one slot from 09:00, free of charge, a week ahead of the test clock unless told otherwise. */
export async function addSchedule(
  deps: Deps,
  { capacity = 3, slotCount = 1, quota = {}, ...rest }: SceneSchedule = {},
): Promise<ScheduleDetail> {
  const practitionerId = rest.practitionerId ?? DOCTOR;
  await addDoctor(deps, practitionerId);
  const given = { PUBLIC: 0, COMMUNITY: 0, REFERRAL: 0, ONSITE: 0, ...quota };
  const apart = given.COMMUNITY + given.REFERRAL + given.ONSITE;
  const { detail } = await createSchedule(deps, HOSPITAL, {
    departmentId: DEPARTMENT,
    day: '2026-03-06',
    half: 'A',
    visitKind: 'expert',
    feeFen: 0,
    paymentMode: 'ONSITE',
    room: undefined,
    ...rest,
    practitionerId,
    slots: Array.from({ length: slotCount }, (_, index) => ({
      start: `${String(9 + index).padStart(2, '0')}:00`,
      end: `${String(9 + index).padStart(2, '0')}:50`,
      capacity,
      quota: { ...given, PUBLIC: capacity - apart },
    })) as CreateSchedule['slots'],
  });
  return detail;
}
