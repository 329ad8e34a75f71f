import * as z from 'zod/mini';
import {
  allianceFacts,
  allianceKindSchema,
  allianceMember,
  INSTITUTION_KINDS,
  idSchema,
  levelSchema,
  titleSchema,
  version,
} from './contracts.ts';

/**
 * What directory's events hold: the rest of its published language. Consumers keep their own copy and take an event
 * only when its `version` is above the copy's.
 */

export const institutionChanged = z.object({
  institutionId: idSchema,
  parentId: z.optional(idSchema),
  name: z.string(),
  level: levelSchema,
  kind: z.enum(INSTITUTION_KINDS),
  divisionCode: z.string(),
  active: z.boolean(),
  version,
  /** The parent is another than before: everything below stands elsewhere now. */
  moved: z.boolean(),
});
export const departmentChanged = z.object({
  departmentId: idSchema,
  institutionId: idSchema,
  name: z.string(),
  serviceCategory: z.string(),
  place: z.optional(z.string()),
  active: z.boolean(),
  version,
});
const site = z.object({ institutionId: idSchema, departmentId: idSchema, serviceCategory: z.string() });
/** `institutionId`, `departmentId` and `serviceCategory` are those of the first of `sites`. */
export const practitionerChanged = z.extend(site, {
  practitionerId: idSchema,
  name: z.string(),
  title: titleSchema,
  familyDoctor: z.boolean(),
  sites: z.array(site),
  active: z.boolean(),
  version,
});
export const careTeamChanged = z.object({
  careTeamId: idSchema,
  institutionId: idSchema,
  name: z.string(),
  leaderId: idSchema,
  memberIds: z.array(idSchema),
  serviceArea: z.array(z.string()),
  capacity: z.int(),
  active: z.boolean(),
  version,
});
export const allianceChanged = z.object({
  allianceId: idSchema,
  leadId: idSchema,
  kind: allianceKindSchema,
  members: z.array(allianceMember),
  capabilities: allianceFacts.shape.capabilities,
  exceptions: allianceFacts.shape.exceptions,
  active: z.boolean(),
  version,
});
