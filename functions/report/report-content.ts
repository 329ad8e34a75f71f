import * as z from 'zod/mini';
import { instantSchema } from '../../shared/kernel/schemas.ts';
import { FLAGS, KINDS, SETTINGS } from './codes.ts';
import { STATUSES } from './transitions.ts';

/** The words that all of reports' contracts are made of, and what a version of a report says. */

export const idSchema = z.string().check(z.regex(/^[\w-]{1,64}$/));
/** As hospitals number theirs: no blanks, so that two spellings of one number do not exist. */
export const numberSchema = z.string().check(z.regex(/^[\w./-]{1,64}$/));
/** Of an examination or a value: the city's catalogue, LOINC, or the sender's own. */
export const codeSchema = z.string().check(z.regex(/^[\w.-]{1,40}$/));
export const nameSchema = z.string().check(z.trim(), z.minLength(1), z.maxLength(100));
export const text = z.string().check(z.trim(), z.minLength(1), z.maxLength(4_000));
export const kindSchema = z.enum(KINDS);
export const statusSchema = z.enum(STATUSES);
export const monthSchema = z.string().check(z.regex(/^\d{4}-(0[1-9]|1[0-2])$/));
/** 互认标识: where it is recognised and HR, such as 河南HR. */
export const tagSchema = z.string().check(z.regex(/^\p{Script=Han}{2,10}HR$/u));

/** Beyond it nothing is measured, and converted into another unit it would be no number any more. */
const amount = z.number().check(z.minimum(-1e12), z.maximum(1e12));

/** One value of a report. A number has a unit where it has one; what is no number is a text (阴性, <0.01). */
export const resultFields = {
  code: codeSchema,
  name: nameSchema,
  value: z.union([amount, z.string().check(z.trim(), z.minLength(1), z.maxLength(200))]),
  unit: z.optional(z.string().check(z.trim(), z.minLength(1), z.maxLength(30))),
  /** Reference band, both ends inside; either may be missing. */
  low: z.optional(amount),
  high: z.optional(amount),
  flag: z.optional(z.enum(FLAGS)),
  tag: z.optional(tagSchema),
};
export const resultSchema = z.strictObject(resultFields);

export const FILE_TYPES = ['application/pdf', 'image/jpeg', 'image/png'] as const;

const fileEntry = z.strictObject({
  /** As answered when the upload was asked for. */
  fileId: idSchema,
  title: nameSchema,
  contentType: z.enum(FILE_TYPES),
});

/** What all versions of a report and all that is shown of it have in common. */
export const contentFields = {
  kind: kindSchema,
  status: statusSchema,
  /** When the sender issued this version. */
  issuedAt: instantSchema,
  /** When the specimen was taken or the examination done; before that: when it was ordered. */
  effectiveAt: instantSchema,
  examination: z.strictObject({ code: codeSchema, name: nameSchema }),
  setting: z._default(z.enum(SETTINGS), 'OUTPATIENT'),
  specimen: z.optional(nameSchema),
  results: z._default(z.array(resultSchema).check(z.maxLength(200)), []),
  /** 检查所见. */
  findings: z.optional(text),
  /** 检查结论, 诊断意见. */
  conclusion: z.optional(text),
  /** Names of the doctors or technicians who reported and reviewed it. */
  reportedBy: z.optional(nameSchema),
  reviewedBy: z.optional(nameSchema),
  files: z._default(z.array(fileEntry).check(z.maxLength(20)), []),
  /** Of the whole examination; a value may have one of its own. */
  tag: z.optional(tagSchema),
};

export type Result = z.output<typeof resultSchema>;
