import { patientProfileKey } from '../../shared/access/patient-view.ts';
import type { Item, TransactOperation } from '../../shared/data/table.ts';
import { fillTransactions } from '../../shared/data/transaction.ts';
import type { Deps } from '../../shared/deps.ts';
import type { signingErrors } from './errors.ts';
import { type AfterChange, changeResidents } from './residents.ts';
import { type Resident, residents } from './store.ts';

/**
 * Registers on paper, or of another system, are entered many lines at a time: what is known of the people is read at
 * once, and the lines go into transactions as full as the table takes them. Each line is judged by the rules of every
 * single signing. One that is entered already is answered as such, so that a register may be sent again.
 */

export type RegisterCode = keyof typeof signingErrors.definitions | 'CONFLICT';

export type Registered =
  | { readonly ok: true; readonly isNew: boolean; readonly signingId?: string }
  | { readonly ok: false; readonly code: RegisterCode };

interface Line {
  readonly patientId: string;
}

/** A line that can be entered now. */
export interface Entry<L extends Line> {
  readonly line: L;
  readonly seen: Resident;
  readonly after: AfterChange;
  /** Written with the resident, all or nothing. */
  readonly operations: readonly TransactOperation[];
  readonly signingId?: string;
}

/** Entries that may share a transaction, and what goes with so many of them. */
export interface Batch<L extends Line> {
  readonly entries: readonly Entry<L>[];
  readonly along?: (count: number) => TransactOperation;
}

/** What is known of a person on a register, all of it read consistently. */
export interface Known {
  readonly seen: Resident;
  readonly profile: Item | undefined;
}

/** Answers what cannot be entered. A line that it neither answers nor enters is judged again after the others. */
export type Judge<L extends Line> = (
  pending: readonly (Known & { readonly line: L })[],
  answer: (line: L, registered: Registered) => void,
) => Promise<readonly Batch<L>[]>;

const MOST_ATTEMPTS = 6;

/** In the order given. */
export async function enterLines<L extends Line>(
  deps: Deps,
  lines: readonly L[],
  judge: Judge<L>,
): Promise<readonly Registered[]> {
  const answers = new Map<L, Registered>();
  for (let attempt = 0; attempt < MOST_ATTEMPTS && answers.size < lines.length; attempt += 1) {
    const pending = lines.filter((line) => !answers.has(line));
    const batches = await judge(await known(deps, pending), (line, one) => answers.set(line, one));
    for (const batch of batches) await enter(deps, batch, answers);
  }
  return lines.map((line) => answers.get(line) ?? { ok: false, code: 'CONFLICT' });
}

async function known<L extends Line>(
  { table }: Deps,
  lines: readonly L[],
): Promise<readonly (Known & { readonly line: L })[]> {
  const found = await table.getMany(
    lines.flatMap(({ patientId }) => [residents.key(patientId), patientProfileKey(patientId)]),
    { consistent: true },
  );
  return lines.map((line, index) => {
    const [resident, profile] = [found[2 * index], found[2 * index + 1]];
    const { patientId } = line;
    const seen = resident === undefined ? { patientId, version: 0, groups: [] } : residents.from(resident);
    return { line, seen, profile };
  });
}

async function enter<L extends Line>(
  deps: Deps,
  { entries, along }: Batch<L>,
  answers: Map<L, Registered>,
): Promise<void> {
  for (const some of fillTransactions(entries, sizeOf)) {
    const { ok } = await deps.table.transact([
      ...(along === undefined ? [] : [along(some.length)]),
      ...changeResidents(some),
      ...some.flatMap(({ operations }) => operations),
    ]);
    if (!ok) continue;
    for (const { line, signingId } of some)
      answers.set(line, { ok: true, isNew: true, ...(signingId === undefined ? {} : { signingId }) });
  }
}

/** At most so many operations: one goes along, each village has a tally, each resident is one, and their groups are. */
function sizeOf(entries: readonly Entry<Line>[]): number {
  const villages = new Set(entries.flatMap(({ seen, after }) => [seen.divisionCode, after.divisionCode]));
  return entries.reduce((sum, { operations }) => sum + 2 + operations.length, 1 + villages.size);
}
