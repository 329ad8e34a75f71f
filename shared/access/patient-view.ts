import * as z from 'zod/mini';
import type { Item, Key } from '../data/table.ts';
import type { Deps } from '../deps.ts';
import type { Day } from '../kernel/china-time.ts';
import { daySchema } from '../kernel/schemas.ts';

export const PATIENT_PREFIX = 'patient#';

/** Scope of the keys that seal the profile: readers need `keys#patient` besides the prefix. */
export const PATIENT_SCOPE = 'patient';

/** What rules of other contexts (age limits, priorities) may know of a patient. Never to be logged or sent on. */
export interface PatientProfile {
  readonly birthDate: Day;
  readonly sex: 'male' | 'female';
  /** An invented person of a demonstration: left out of statistics. */
  readonly synthetic: boolean;
  /** As others may see it (张*): who a message is about. Missing where the view was written before it held names. */
  readonly maskedName?: string;
}

const sealedSchema = z.object({
  birthDate: daySchema,
  sex: z.enum(['male', 'female']),
  maskedName: z.optional(z.string()),
});

export function patientProfileKey(patientId: string): Key {
  return { pk: `${PATIENT_PREFIX}${patientId}`, sk: 'profile' };
}

/** The shared view's item, for a transaction. Written by identity alone. */
export async function patientProfileItem(
  { cipher }: Pick<Deps, 'cipher'>,
  patientId: string,
  { birthDate, sex, synthetic, maskedName }: PatientProfile,
): Promise<Item> {
  const text = JSON.stringify({ birthDate, sex, maskedName });
  return {
    ...patientProfileKey(patientId),
    profile: await cipher.seal(PATIENT_SCOPE, placeOf(patientId), text),
    synthetic,
  };
}

export async function writePatientProfile(
  deps: Pick<Deps, 'cipher' | 'table'>,
  patientId: string,
  profile: PatientProfile,
): Promise<void> {
  await deps.table.put(await patientProfileItem(deps, patientId, profile));
}

/**
 * Undefined: no such patient. Consistent, so that a patient just registered can book.
 * @throws FieldSealError when the item was moved or altered.
 */
export async function readPatientProfile(
  deps: Pick<Deps, 'cipher' | 'table'>,
  patientId: string,
): Promise<PatientProfile | undefined> {
  const item = await deps.table.get(patientProfileKey(patientId), { consistent: true });
  return item === undefined ? undefined : openPatientProfile(deps, patientId, item);
}

/**
 * The same from an item already read, for who reads it in a batch.
 * @throws FieldSealError when the item was moved or altered.
 */
export async function openPatientProfile(
  { cipher }: Pick<Deps, 'cipher'>,
  patientId: string,
  item: Item,
): Promise<PatientProfile> {
  const text = await cipher.open(PATIENT_SCOPE, placeOf(patientId), String(item['profile']));
  const { maskedName, ...opened } = sealedSchema.parse(JSON.parse(text));
  return {
    ...opened,
    synthetic: item['synthetic'] === true,
    ...(maskedName === undefined ? {} : { maskedName }),
  };
}

function placeOf(patientId: string): { readonly item: string; readonly field: string } {
  const { pk, sk } = patientProfileKey(patientId);
  return { item: `${pk}|${sk}`, field: 'profile' };
}
