import * as z from 'zod/mini';
import {
  allianceFacts,
  allianceKindSchema,
  careTeamFacts,
  departmentFacts,
  diseaseTag,
  divisionCodeSchema,
  idSchema,
  institutionFacts,
  levelSchema,
  MAX_PAGE,
  practitionerFacts,
  serviceCategorySchema,
  titleSchema,
  version,
} from './contracts.ts';

/** What the routes take. Facts come from `contracts.ts`, where files and stored items have them too. */

function numberParam(minimum: number, maximum: number) {
  return z.pipe(
    z.pipe(z.string().check(z.regex(/^-?\d{1,6}(\.\d{1,8})?$/)), z.transform(Number)),
    z.number().check(z.minimum(minimum), z.maximum(maximum)),
  );
}

function wholeParam(minimum: number, maximum: number) {
  return z.pipe(
    z.pipe(z.string().check(z.regex(/^\d{1,6}$/)), z.transform(Number)),
    z.int().check(z.minimum(minimum), z.maximum(maximum)),
  );
}

export const institutionParams = z.object({ institutionId: idSchema });
export const departmentParams = z.object({ institutionId: idSchema, departmentId: idSchema });
export const practitionerParams = z.object({ practitionerId: idSchema });
export const sitePractitionerParams = z.object({ institutionId: idSchema, practitionerId: idSchema });
export const careTeamParams = z.object({ institutionId: idSchema, careTeamId: idSchema });
export const allianceParams = z.object({ allianceId: idSchema });
export const ledAllianceParams = z.object({ institutionId: idSchema, allianceId: idSchema });

/** `version` is the one last read: a change of something newer is refused with CONFLICT. */
export const statusBody = z.strictObject({ active: z.boolean(), version });
/** `parentId` left out: stays where it is. */
export const institutionUpdate = z.extend(institutionFacts, { parentId: z.optional(idSchema), version });
export const departmentUpdate = z.extend(departmentFacts, { version });
export const practitionerCreate = z.extend(practitionerFacts, { departmentId: idSchema });
export const practitionerUpdate = z.extend(practitionerCreate, { version });
export const siteBody = z.strictObject({ departmentId: idSchema, version });
export const siteEndQuery = z.strictObject({ version: wholeParam(1, 999_999) });
export const careTeamUpdate = z.extend(careTeamFacts, { version });
export const allianceUpdate = z.extend(allianceFacts, { version });

const paging = {
  limit: z.optional(wholeParam(1, MAX_PAGE)),
  /** `next` of the page before. */
  cursor: z.optional(z.string().check(z.maxLength(400))),
};
const near = {
  latitude: z.optional(numberParam(3, 54)),
  longitude: z.optional(numberParam(73, 136)),
  radiusMetres: z.optional(numberParam(100, 100_000)),
};
const flag = z.optional(
  z.pipe(
    z.enum(['true', 'false']),
    z.transform((value) => value === 'true'),
  ),
);
const bothOrNone = z.refine<{ latitude?: number | undefined; longitude?: number | undefined }>(
  ({ latitude, longitude }) => (latitude === undefined) === (longitude === undefined),
  { path: ['longitude'], error: '经度和纬度须同时给出' },
);

export const institutionSearch = z
  .strictObject({
    ...paging,
    ...near,
    /** Part of the name. */
    name: z.optional(z.string().check(z.minLength(1), z.maxLength(60))),
    level: z.optional(levelSchema),
    /** Its county, town or village, by prefix. */
    divisionCode: z.optional(z.string().check(z.regex(/^\d{2,12}$/))),
  })
  .check(bothOrNone);

export const practitionerSearch = z
  .strictObject({
    ...paging,
    ...near,
    serviceCategory: z.optional(serviceCategorySchema),
    diseaseTag: z.optional(diseaseTag),
    /** Beginning of the name. */
    name: z.optional(z.string().check(z.minLength(1), z.maxLength(20), z.regex(/^[^#]*$/))),
    institutionId: z.optional(idSchema),
    title: z.optional(titleSchema),
    familyDoctor: flag,
    divisionCode: z.optional(divisionCodeSchema),
  })
  .check(
    bothOrNone,
    z.refine(
      ({ serviceCategory, diseaseTag, name, institutionId }) =>
        (serviceCategory ?? diseaseTag ?? name ?? institutionId) !== undefined,
      { path: ['serviceCategory'], error: '请至少给出科目、病种、姓名或机构之一' },
    ),
  );

export const subtreeQuery = z.strictObject({ depth: z.optional(wholeParam(1, 8)) });
export const careTeamSearch = z.strictObject({ divisionCode: z.string().check(z.regex(/^\d{9}(\d{3})?$/)) });
export const allianceSearch = z.strictObject({
  kind: z.optional(allianceKindSchema),
  institutionId: z.optional(idSchema),
});
export const capabilityQuery = z.strictObject({ with: idSchema });
