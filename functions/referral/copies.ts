import * as z from 'zod/mini';
import type { Subscription } from '../../shared/context.ts';
import type { Condition } from '../../shared/data/table.ts';
import { daySchema } from '../../shared/kernel/schemas.ts';
import { idSchema } from './contracts.ts';
import { alliances, departments, institutions, practitioners } from './store.ts';

/** Referral's own copies of what directory says. Events come late and twice: an older version replaces no newer one. */

const version = z.int();
const institutionChanged = z.object({
  institutionId: idSchema,
  name: z.string(),
  level: z.enum(['authority', 'tertiary', 'secondary', 'community', 'township', 'village']),
  divisionCode: z.string(),
  active: z.boolean(),
  version,
});
const departmentChanged = z.object({
  departmentId: idSchema,
  institutionId: idSchema,
  name: z.string(),
  serviceCategory: z.string(),
  active: z.boolean(),
  version,
});
const practitionerChanged = z.object({
  practitionerId: idSchema,
  name: z.string(),
  title: z.enum(['resident', 'attending', 'associate-chief', 'chief']),
  sites: z.array(z.object({ institutionId: idSchema, departmentId: idSchema })),
  active: z.boolean(),
  version,
});
const allianceChanged = z.object({
  allianceId: idSchema,
  leadId: idSchema,
  members: z.array(z.object({ institutionId: idSchema, joinedOn: daySchema, leftOn: z.optional(daySchema) })),
  active: z.boolean(),
  version,
});

const newer = (copy: { readonly version: number }): { readonly if: Condition } => ({
  if: { $any: [{ $exists: false }, { version: { lt: copy.version } }] },
});

export const copies: readonly Subscription[] = [
  {
    event: 'directory.institution-changed',
    handle: async ({ table }, { data }) => {
      const copy = institutionChanged.parse(data);
      await institutions.put(table, copy.institutionId, copy, newer(copy));
    },
  },
  {
    event: 'directory.department-changed',
    handle: async ({ table }, { data }) => {
      const copy = departmentChanged.parse(data);
      await departments.put(table, copy, copy, newer(copy));
    },
  },
  {
    event: 'directory.practitioner-changed',
    handle: async ({ table }, { data }) => {
      const copy = practitionerChanged.parse(data);
      await practitioners.put(table, copy.practitionerId, copy, newer(copy));
    },
  },
  {
    event: 'directory.alliance-changed',
    handle: async ({ table }, { data }) => {
      const { members, ...copy } = allianceChanged.parse(data);
      const dated = members.map(({ leftOn, ...member }) => ({
        ...member,
        ...(leftOn === undefined ? {} : { leftOn }),
      }));
      await alliances.put(table, copy.allianceId, { ...copy, members: dated }, newer(copy));
    },
  },
];
