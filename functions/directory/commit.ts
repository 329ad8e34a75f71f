import type { Item, Table, TransactOperation } from '../../shared/data/table.ts';
import { houseErrors, type Reason } from '../../shared/kernel/errors.ts';
import { directoryErrors } from './errors.ts';

interface Refused {
  readonly code: keyof typeof directoryErrors.definitions;
  readonly reasons?: readonly Reason[];
}

/** One operation of a transaction, and what it means when its condition fails. */
export interface Step {
  readonly operation: TransactOperation;
  /** Left out: somebody else changed it meanwhile (CONFLICT). */
  readonly refused?: (current: Item | undefined) => Refused;
}

/**
 * All steps or none. Of several failed conditions the first decides the code, and the reasons of all that
 * answer the same code are given at once.
 */
export async function commit(table: Table, steps: readonly Step[]): Promise<void> {
  const outcome = await table.transact(steps.map(({ operation }) => operation));
  if (outcome.ok) return;
  const refused = outcome.failures.flatMap(({ failed, current }, index) =>
    failed ? [steps[index]?.refused?.(current)] : [],
  );
  const [first] = refused;
  if (first === undefined) throw houseErrors.refusal('CONFLICT');
  const reasons = refused.flatMap((each) => (each?.code === first.code ? (each.reasons ?? []) : []));
  throw directoryErrors.refusal(first.code, reasons.length === 0 ? {} : { reasons });
}
