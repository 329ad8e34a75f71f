import * as z from 'zod/mini';
import type { Subscription } from '../../shared/context.ts';
import { entity } from '../../shared/data/entity.ts';
import type { Deps } from '../../shared/deps.ts';

const practitionerChanged = z.object({
  practitionerId: z.string(),
  sites: z.array(z.object({ institutionId: z.string() })),
  active: z.boolean(),
  version: z.int(),
});

interface Practice {
  readonly institutionIds: readonly string[];
  readonly active: boolean;
  readonly version: number;
}

const practices = entity<string, Practice>('identity', 'practice', (practitionerId) => ({
  pk: `identity#practitioner#${practitionerId}`,
  sk: 'practice',
}));

/** Identity's copy of where a doctor practises. Events may come late or twice: an older version never overwrites. */
export const keepPractice: Subscription = {
  event: 'directory.practitioner-changed',
  handle: async ({ table }, { data }) => {
    const { practitionerId, sites, active, version } = practitionerChanged.parse(data);
    const institutionIds = sites.map(({ institutionId }) => institutionId);
    await practices.put(
      table,
      practitionerId,
      { institutionIds, active, version },
      { if: { $any: [{ $exists: false }, { version: { lt: version } }] } },
    );
  },
};

export async function practisesAt(
  { table }: Pick<Deps, 'table'>,
  practitionerId: string,
  institutionId: string,
): Promise<boolean> {
  const practice = await practices.get(table, practitionerId, { consistent: true });
  return practice?.active === true && practice.institutionIds.includes(institutionId);
}
