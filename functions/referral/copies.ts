import * as z from 'zod/mini';
import type { Subscription } from '../../shared/context.ts';
import { keepCopy } from '../../shared/keep-copy.ts';
import { INSTITUTION_LEVELS } from '../../shared/kernel/institution-level.ts';
import { daySchema } from '../../shared/kernel/schemas.ts';
import { idSchema } from './contracts.ts';
import { alliances, departments, institutions, practitioners } from './store.ts';

/** Referral's own copies of what directory says. */

const version = z.int();
const institutionChanged = z.object({
  institutionId: idSchema,
  name: z.string(),
  level: z.enum(INSTITUTION_LEVELS),
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

export const copies: readonly Subscription[] = [
  keepCopy('directory.institution-changed', institutionChanged, institutions, (copy) => copy.institutionId),
  keepCopy('directory.department-changed', departmentChanged, departments, (copy) => copy),
  keepCopy(
    'directory.practitioner-changed',
    practitionerChanged,
    practitioners,
    (copy) => copy.practitionerId,
  ),
  keepCopy('directory.alliance-changed', allianceChanged, alliances, (copy) => copy.allianceId),
];
