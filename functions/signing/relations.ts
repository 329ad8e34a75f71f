import { SYSTEM } from '../../shared/access/acting.ts';
import { relationItem, relationKey } from '../../shared/access/care-relations.ts';
import type { Item, TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { NEWS } from './signing-event.ts';
import { changeOperation } from './signing-moves.ts';
import { type Signing, signings, type Team, type Term } from './store.ts';
import { isInForce } from './transitions.ts';
import { endOf } from './waits.ts';

/**
 * What opens a resident's data to the doctors of their team: the relation SIGNED, written in the very transaction
 * that brings the contract into force or ends it, and never longer than its term.
 */

type Holder = Pick<Signing, 'patientId' | 'staff'>;

export function openRelations(
  patientId: string,
  doctors: readonly string[],
  { since, term }: { readonly since: string; readonly term: Term },
): readonly TransactOperation[] {
  const until = endOf(term);
  return doctors.map((holderId) => ({
    put: relationItem({ patientId, kind: 'SIGNED', holderId, since, until }),
  }));
}

export function closeRelations(
  { patientId, staff }: Holder,
  but: readonly string[] = [],
): readonly TransactOperation[] {
  return staff
    .filter((holderId) => !but.includes(holderId))
    .map((holderId) => ({ delete: relationKey({ patientId, kind: 'SIGNED', holderId }) }));
}

/** A renewal that is offered is no term yet; one that is concluded is. */
function settledTerm({ status, next }: Signing, term: Term): Term {
  return status === 'RENEWAL' || status === 'RENEWAL_PAYING' ? term : (next?.term ?? term);
}

/** Every contract of a desk gets the doctors of the team. Lost races are found by the next pass. */
export async function restaff(deps: Deps, { careTeamId, doctors }: Team, desk: string): Promise<void> {
  let after: Item | undefined;
  let left = 0;
  do {
    const page = await deps.table.query({
      index: 'lookup',
      pk: desk,
      ...(after === undefined ? {} : { after }),
    });
    for (const entry of page.items) {
      const seen = await signings.get(deps.table, signings.from(entry), { consistent: true });
      if (seen === undefined || !isInForce(seen) || seen.careTeamId !== careTeamId) continue;
      if (seen.staff.join() === doctors.join() || seen.term === undefined) continue;
      const { operation } = changeOperation(
        deps,
        seen,
        { news: NEWS.staff, set: { staff: doctors } },
        SYSTEM,
      );
      const outcome = await deps.table.transact([
        operation,
        ...closeRelations(seen, doctors),
        ...openRelations(seen.patientId, doctors, {
          since: seen.activatedAt ?? seen.appliedAt,
          term: settledTerm(seen, seen.term),
        }),
      ]);
      if (!outcome.ok) left += 1;
    }
    after = page.next;
  } while (after !== undefined);
  if (left > 0) throw houseErrors.refusal('CONFLICT');
}
