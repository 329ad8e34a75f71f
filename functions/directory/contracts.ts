import * as z from 'zod/mini';
import { INSTITUTION_LEVELS } from '../../shared/kernel/institution-level.ts';
import { daySchema } from '../../shared/kernel/schemas.ts';
import { isServiceCategory } from './service-categories.ts';

/**
 * The published language of directory: institutions, departments, practitioners, care teams, alliances.
 * Nothing here is personal health data: staff must wear name and title on a badge (医疗机构管理条例 §30, recalled),
 * so a doctor's name, title and specialty stand openly in answers, keys and events.
 */

export const INSTITUTION_KINDS = [
  'health-authority',
  'general-hospital',
  'tcm-hospital',
  'maternal-child-hospital',
  'specialist-hospital',
  'township-health-centre',
  'community-health-centre',
  'community-health-station',
  'village-clinic',
  'other',
] as const;
export const TITLES = ['resident', 'attending', 'associate-chief', 'chief'] as const;
export const ALLIANCE_KINDS = ['city-group', 'county', 'specialty', 'close', 'remote'] as const;
/** 网络互联、信息互通、检查互认、人才互动、资源共享. */
export const CAPABILITIES = [
  'network',
  'records',
  'result-recognition',
  'staff-exchange',
  'shared-resources',
] as const;
export const MAX_SITES = 3;
export const MAX_DISEASE_TAGS = 8;
export const MAX_PAGE = 50;

// Parts. `#` separates the parts of keys, so no name or tag holds one.

export const idSchema = z.string().check(z.regex(/^[A-Za-z0-9][\w-]{0,47}$/));
const shownName = z.string().check(z.trim(), z.minLength(2), z.maxLength(60), z.regex(/^[^#\n]*$/));
export const diseaseTag = z.string().check(z.minLength(2), z.maxLength(20), z.regex(/^[^#\s]*$/));
export const version = z.int().check(z.positive());
export const serviceCategorySchema = z
  .string()
  .check(
    z.regex(/^\d{2}(\.\d{2})?$/),
    z.refine(isServiceCategory, { error: '不在医疗机构诊疗科目名录中', abort: true }),
  );
/** GB/T 2260 county (6), town (9) or village (12 digits). */
export const divisionCodeSchema = z.string().check(z.regex(/^\d{6}(\d{3}){0,2}$/));
/** Decimal degrees, GCJ-02 as WeChat gives and takes them. The bounds are China's. */
export const locationSchema = z.strictObject({
  latitude: z.number().check(z.minimum(3), z.maximum(54)),
  longitude: z.number().check(z.minimum(73), z.maximum(136)),
});
export const levelSchema = z.enum(INSTITUTION_LEVELS);
export const titleSchema = z.enum(TITLES);
export const allianceKindSchema = z.enum(ALLIANCE_KINDS);
const capability = z.enum(CAPABILITIES);

// Facts: what a person or a city's file states. Requests, files and stored items extend them.

export const institutionFacts = z.strictObject({
  name: shownName,
  level: levelSchema,
  kind: z.enum(INSTITUTION_KINDS),
  divisionCode: divisionCodeSchema,
  address: z.string().check(z.maxLength(120)),
  location: locationSchema,
  phone: z.optional(z.string().check(z.regex(/^[\d-]{5,20}$/))),
});

export const departmentFacts = z.strictObject({
  name: shownName,
  serviceCategory: serviceCategorySchema,
  /** Where to go: building, floor, room. */
  place: z.optional(z.string().check(z.maxLength(60))),
});

export const practitionerFacts = z.strictObject({
  name: shownName,
  title: titleSchema,
  /** What the doctor is good at, in the doctor's words. */
  specialties: z.string().check(z.maxLength(200)),
  diseaseTags: z.array(diseaseTag).check(
    z.maxLength(MAX_DISEASE_TAGS),
    z.refine((tags) => new Set(tags).size === tags.length, '病种标签重复'),
  ),
  familyDoctor: z.boolean(),
  /** True for an invented doctor of a demonstration. */
  synthetic: z.optional(z.boolean()),
});

export const careTeamFacts = z.strictObject({
  name: shownName,
  leaderId: idSchema,
  /** Besides the leader. */
  memberIds: z.array(idSchema).check(
    z.maxLength(10),
    z.refine((ids) => new Set(ids).size === ids.length, '成员重复'),
  ),
  /** Towns (9 digits) or villages (12) whose residents the team takes. */
  serviceArea: z.array(z.string().check(z.regex(/^\d{9}(\d{3})?$/))).check(
    z.minLength(1),
    z.maxLength(100),
    z.refine((codes) => new Set(codes.map((code) => code.slice(0, 9))).size <= 30, '服务区域最多 30 个乡镇'),
  ),
  /** Residents the team may sign in all. */
  capacity: z.int().check(z.positive(), z.maximum(50_000)),
});

export const allianceMember = z.strictObject({
  institutionId: idSchema,
  joinedOn: daySchema,
  /** First day on which it is no member any more. */
  leftOn: z.optional(daySchema),
});
export const allianceFacts = z.strictObject({
  name: shownName,
  kind: allianceKindSchema,
  members: z.array(allianceMember).check(z.maxLength(300)),
  /** Switched on between all parties… */
  capabilities: z.array(capability).check(z.maxLength(CAPABILITIES.length)),
  /** …but for these pairs. */
  exceptions: z
    .array(z.strictObject({ capability, between: z.tuple([idSchema, idSchema]), enabled: z.boolean() }))
    .check(z.maxLength(100)),
});

// Answers

const kept = { active: z.boolean(), version };
export const institutionView = z.object({
  ...institutionFacts.shape,
  institutionId: idSchema,
  parentId: z.optional(idSchema),
  ...kept,
});
export const institutionRow = z.object({
  institutionId: idSchema,
  name: z.string(),
  level: levelSchema,
  kind: z.enum(INSTITUTION_KINDS),
  parentId: z.optional(idSchema),
  divisionCode: z.string(),
  location: locationSchema,
  distanceMetres: z.optional(z.int()),
});
export const institutionPage = z.object({
  institutions: z.array(institutionRow),
  next: z.optional(z.string()),
});
export const departmentView = z.object({
  ...departmentFacts.shape,
  departmentId: idSchema,
  institutionId: idSchema,
  serviceCategoryName: z.string(),
  ...kept,
});
export const departmentList = z.object({ departments: z.array(departmentView) });
const treePlace = z.object({ institutionId: idSchema, name: z.string(), level: levelSchema });
const allianceRole = z.object({
  allianceId: idSchema,
  name: z.string(),
  kind: allianceKindSchema,
  role: z.enum(['lead', 'member']),
});
export const institutionDetail = z.extend(institutionView, {
  /** Nearest first. */
  ancestors: z.array(treePlace),
  children: z.array(treePlace),
  departments: z.array(departmentView),
  /** Those it belongs to today. */
  alliances: z.array(allianceRole),
});
export const subtree = z.object({
  /** The named institution first, then level by level; `depth` 0 is itself. */
  institutions: z.array(z.extend(institutionRow, { depth: z.int() })),
});

export const siteView = z.object({
  institutionId: idSchema,
  institutionName: z.string(),
  departmentId: idSchema,
  departmentName: z.string(),
  serviceCategory: z.string(),
  serviceCategoryName: z.string(),
  location: z.optional(locationSchema),
});
export const practitionerView = z.object({
  ...practitionerFacts.shape,
  practitionerId: idSchema,
  /** The first is where the doctor is registered (主执业机构). */
  sites: z.array(siteView),
  ...kept,
});
/** One doctor at one place: a doctor of two hospitals is found twice. */
export const practitionerCard = z.extend(siteView, {
  practitionerId: idSchema,
  name: z.string(),
  title: titleSchema,
  familyDoctor: z.boolean(),
  diseaseTags: z.array(z.string()),
  distanceMetres: z.optional(z.int()),
});
export const practitionerPage = z.object({
  practitioners: z.array(practitionerCard),
  /** There when there may be more; a page may be short. */
  next: z.optional(z.string()),
});
export const rosterView = z.object({
  practitioners: z.array(
    z.object({
      practitionerId: idSchema,
      name: z.string(),
      title: titleSchema,
      departmentId: idSchema,
      active: z.boolean(),
    }),
  ),
});
export const careTeamView = z.object({
  ...careTeamFacts.shape,
  careTeamId: idSchema,
  institutionId: idSchema,
  ...kept,
});
export const careTeamList = z.object({ careTeams: z.array(careTeamView) });
export const allianceView = z.object({
  ...allianceFacts.shape,
  allianceId: idSchema,
  leadId: idSchema,
  ...kept,
});
export const allianceList = z.object({
  alliances: z.array(
    z.object({ allianceId: idSchema, name: z.string(), kind: allianceKindSchema, leadId: idSchema }),
  ),
});
export const capabilityList = z.object({
  capabilities: z.array(z.object({ capability, enabled: z.boolean(), allianceIds: z.array(idSchema) })),
});
export const serviceCategoryList = z.object({
  serviceCategories: z.array(
    z.object({ code: z.string(), name: z.string(), parentCode: z.optional(z.string()) }),
  ),
});
