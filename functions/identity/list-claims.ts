import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import { openCursor, sealCursor } from '../../shared/http/cursor.ts';
import { recordAccess } from '../../shared/privacy/audit.ts';
import { maskName } from '../../shared/privacy/masking.ts';
import { accessTo } from './acting.ts';
import type { claimQuery, claims as claimsSchema, institutionParams } from './contracts.ts';
import type { IdentityDeps } from './identity-deps.ts';
import { opened } from './sealing.ts';
import { claims, OPEN_CLAIMS } from './store.ts';

const PAGE = 50;

/** The city's open claims, oldest first: the person may come to any desk. */
export async function listClaims(
  deps: IdentityDeps,
  call: Call<z.output<typeof institutionParams>, z.output<typeof claimQuery>>,
): Promise<z.input<typeof claimsSchema>> {
  const place = { scope: 'identity', of: 'open-claims' };
  const after = await openCursor(deps, place, call.query.after);
  const page = await claims.query(deps.table, {
    index: 'lookup',
    pk: OPEN_CLAIMS,
    limit: PAGE,
    ...(after && { after }),
  });
  const next = await sealCursor(deps, place, page.next);
  return {
    claims: await Promise.all(
      page.items.map(async ({ claimId, patientId, kind, name, claimedAt }) => {
        const access = accessTo(deps, call, { patientId, action: 'READ', purpose: 'desk-identity-claim' });
        await recordAccess(deps.table, deps.ids, access);
        return {
          claimId,
          relation: kind,
          name: maskName(await opened(deps, claims.key(claimId), 'name', name)),
          claimedAt,
        };
      }),
    ),
    ...(next === undefined ? {} : { next }),
  };
}
