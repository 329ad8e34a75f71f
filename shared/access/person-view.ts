import * as z from 'zod/mini';
import type { Item, Key } from '../data/table.ts';
import type { Deps } from '../deps.ts';
import { normaliseName } from '../privacy/person-name.ts';
import { normaliseResidentId } from '../privacy/resident-id.ts';

export const PERSON_PREFIX = 'person#';

/** Scope of the keys that seal it: a grant of the prefix brings them along. */
export const PERSON_SCOPE = 'person';

/** Who somebody is on their card: what another system (a hospital's, an insurer's) names them by. */
export interface CardHolder {
  readonly name: string;
  /** 18 characters; 15 digits of before 1999 are taken too. */
  readonly idNumber: string;
}

const holderSchema = z.object({ name: z.string(), idNumber: z.string() });

/**
 * The shared view's items, for a transaction: which patient has a number, and which number a patient has. Written by
 * identity alone, when a patient is registered.
 */
export async function personItems(
  deps: Pick<Deps, 'cipher' | 'blindIndex'>,
  patientId: string,
  holder: CardHolder,
): Promise<readonly Item[]> {
  const sealed = await deps.cipher.seal(PERSON_SCOPE, placeOf(patientId), JSON.stringify(normalised(holder)));
  const blind = await deps.blindIndex.of(PERSON_SCOPE, 'resident-id', normaliseResidentId(holder.idNumber));
  return [
    { ...numberKey(blind), patientId },
    { ...personKey(patientId), holder: sealed },
  ];
}

/**
 * The patient with this number and this very name; undefined: there is none. A number under another name is nobody's,
 * so that a slip of one digit never shows somebody's record to a stranger. Consistent.
 */
export async function findPerson(
  deps: Pick<Deps, 'table' | 'cipher' | 'blindIndex'>,
  holder: CardHolder,
): Promise<string | undefined> {
  const keys = (await blindsOf(deps, holder.idNumber)).map(numberKey);
  const found = (await deps.table.getMany(keys, { consistent: true })).find((item) => item !== undefined);
  if (found === undefined) return undefined;
  const patientId = String(found['patientId']);
  const registered = await readPerson(deps, patientId);
  return registered !== undefined && isSamePerson(registered, holder) ? patientId : undefined;
}

/** Undefined: no such patient, or one registered before this view. @throws FieldSealError */
export async function readPerson(
  { table, cipher }: Pick<Deps, 'table' | 'cipher'>,
  patientId: string,
): Promise<CardHolder | undefined> {
  const item = await table.get(personKey(patientId), { consistent: true });
  if (item === undefined) return undefined;
  const text = await cipher.open(PERSON_SCOPE, placeOf(patientId), String(item['holder']));
  return holderSchema.parse(JSON.parse(text));
}

/** Under what a context may keep something for a number that nobody has yet; the newest key's first. */
export async function blindsOf(
  { blindIndex }: Pick<Deps, 'blindIndex'>,
  idNumber: string,
): Promise<readonly string[]> {
  return blindIndex.candidates(PERSON_SCOPE, 'resident-id', normaliseResidentId(idNumber));
}

export function isSamePerson(one: CardHolder, other: CardHolder): boolean {
  const [a, b] = [normalised(one), normalised(other)];
  return a.name === b.name && a.idNumber === b.idNumber;
}

function normalised({ name, idNumber }: CardHolder): CardHolder {
  return { name: normaliseName(name), idNumber: normaliseResidentId(idNumber) };
}

function numberKey(blind: string): Key {
  return { pk: `${PERSON_PREFIX}number#${blind}`, sk: 'patient' };
}

function personKey(patientId: string): Key {
  return { pk: `${PERSON_PREFIX}patient#${patientId}`, sk: 'card' };
}

function placeOf(patientId: string): { readonly item: string; readonly field: string } {
  const { pk, sk } = personKey(patientId);
  return { item: `${pk}|${sk}`, field: 'holder' };
}
