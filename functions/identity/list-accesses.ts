import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import { openCursor, sealCursor } from '../../shared/http/cursor.ts';
import { listAccess } from '../../shared/privacy/audit.ts';
import type { accesses, accessQuery, patientParams } from './contracts.ts';
import type { IdentityDeps } from './identity-deps.ts';

const PAGE = 50;

/** Who looked at a patient's data or changed it, and why, in every context; newest first (PIPL article 44). */
export async function listAccesses(
  deps: IdentityDeps,
  { params, query }: Call<z.output<typeof patientParams>, z.output<typeof accessQuery>>,
): Promise<z.input<typeof accesses>> {
  const { patientId } = params;
  const place = { scope: 'identity', of: `accesses:${patientId}` };
  const after = await openCursor(deps, place, query.after);
  const page = await listAccess(deps.table, patientId, { limit: PAGE, ...(after && { after }) });
  const next = await sealCursor(deps, place, page.next);
  return {
    accesses: page.items.map(({ id, at, action, actor, purpose, subject }) => ({
      id,
      at,
      action,
      role: actor.role,
      ...(actor.institutionId === undefined ? {} : { institutionId: actor.institutionId }),
      purpose,
      subject,
    })),
    ...(next === undefined ? {} : { next }),
  };
}
