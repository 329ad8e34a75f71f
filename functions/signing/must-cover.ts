import type * as z from 'zod/mini';
import type { Item } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { openCursor, sealCursor } from '../../shared/http/cursor.ts';
import type { Group } from './codes.ts';
import type { gapList } from './contracts.ts';
import { signingErrors } from './errors.ts';
import { policyNow } from './signing-moves.ts';
import { gapOf, institutions, residents } from './store.ts';

const PAGE = 100;

/**
 * 应签尽签: who of a town or village is entered in a group that must be covered, by a health record, a contract or an
 * application, and is not signed. From an index, some seconds old at most; the counts of the same gap stand in the rates.
 */
export async function listGap(
  deps: Deps,
  {
    divisionCode,
    group,
    after,
  }: { divisionCode: string; group?: Group | undefined; after?: string | undefined },
): Promise<z.input<typeof gapList>> {
  const wanted = policyNow(deps)
    .groups.filter((rule) => rule.mustCover && (group === undefined || rule.group === group))
    .map((rule) => rule.group);
  if (wanted.length === 0) return { residents: [] };
  const place = { scope: 'signing', of: `gap:${divisionCode}:${group ?? ''}` };
  const from: Item | undefined = await openCursor(deps, place, after);
  const page = await residents.query(deps.table, {
    index: 'lookup',
    pk: gapOf(divisionCode),
    sk: { beginsWith: divisionCode },
    where: { $any: wanted.map((one) => ({ groups: { contains: one } })) },
    limit: PAGE,
    ...(from === undefined ? {} : { after: from }),
  });
  const next = await sealCursor(deps, place, page.next);
  return {
    residents: page.items.map((resident) => ({
      patientId: resident.patientId,
      divisionCode: resident.divisionCode ?? divisionCode,
      groups: [...resident.groups],
    })),
    ...(next === undefined ? {} : { next }),
  };
}

/** An institution sees its own division and what lies below it. @throws Refusal OTHER_DIVISION */
export async function requireDivision(
  { table }: Pick<Deps, 'table'>,
  { institutionId, divisionCode }: { institutionId: string; divisionCode: string },
): Promise<void> {
  const institution = await institutions.get(table, institutionId);
  // A city's code ends in 00: it stands for all counties that begin like it.
  const own = institution?.divisionCode.replace(/^(\d{4})00$/, '$1') ?? 'none';
  if (!divisionCode.startsWith(own)) throw signingErrors.refusal('OTHER_DIVISION');
}
