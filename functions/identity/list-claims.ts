import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import { recordAccess } from '../../shared/privacy/audit.ts';
import { maskName } from '../../shared/privacy/masking.ts';
import { accessTo } from './acting.ts';
import type { claims as claimsSchema } from './contracts.ts';
import type { IdentityDeps } from './identity-deps.ts';
import { opened } from './sealing.ts';
import { claims, OPEN_CLAIMS } from './store.ts';

/** The city's open claims, oldest first: the person may come to any desk. */
export async function listClaims(deps: IdentityDeps, call: Call): Promise<z.input<typeof claimsSchema>> {
  const { items } = await claims.query(deps.table, { index: 'lookup', pk: OPEN_CLAIMS });
  return {
    claims: await Promise.all(
      items.map(async ({ claimId, patientId, kind, name, claimedAt }) => {
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
  };
}
