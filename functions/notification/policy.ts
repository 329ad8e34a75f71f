import * as z from 'zod/mini';
import { minutesOf } from '../../shared/kernel/china-time.ts';
import { hourMinuteSchema } from '../../shared/kernel/schemas.ts';
import { policySection } from '../../shared/policy/city.ts';
import { fits, type Keyword, kindOf } from './fields.ts';
import { FIELDS, type Field, TEMPLATE_NAMES, type TemplateName, templateOf } from './templates.ts';

/** A city's habits of telling people things: hours, channels, templates with what they say, limits, patience. */

export const CHANNELS = ['WECHAT', 'SMS', 'PHONE'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Who is told, of those who may act for the patient. */
export const AUDIENCES = ['SELF', 'GUARDIAN', 'FAMILY'] as const;

/** A message of the same template is one: for each event, for each day, or ever, about the same thing. */
const ONCE_FOR = ['EVENT', 'DAY', 'SUBJECT'] as const;

const count = z.int().check(z.positive(), z.maximum(10_000));
const fieldSchema = z.enum(Object.keys(FIELDS) as [Field, ...Field[]]);
const keywordSchema = z.string().check(
  z.refine((text) => kindOf(text) !== undefined, 'no keyword of WeChat'),
  // The cast states what the check proves; a transform would lose the JSON schema.
) as unknown as z.ZodMiniType<Keyword, string>;

const templateSchema = z.strictObject({
  /** One of the mini-program's; WeChat shows two to five keywords. Left out: it is never sent so. */
  wechat: z.optional(
    z.strictObject({
      templateId: z.string().check(z.regex(/^[\w-]{8,64}$/)),
      keywords: z.partialRecord(fieldSchema, keywordSchema).check(
        z.refine((keywords) => Object.keys(keywords).length >= 2, 'fewer than two keywords'),
        z.refine((keywords) => Object.keys(keywords).length <= 5, 'more than five keywords'),
      ),
      page: z.optional(z.string().check(z.maxLength(200))),
    }),
  ),
  sms: z.optional(
    z.strictObject({
      templateId: z.string().check(z.regex(/^[\w-]{4,64}$/)),
      /** Placeholders of the provider's template, named as the fields. */
      params: z.array(fieldSchema),
    }),
  ),
  /** The fixed sentence of the message. */
  note: z.string().check(z.refine((text) => fits('thing', text), 'a note of more than 20 characters')),
  /** In the order in which they are tried. */
  channels: z.array(z.enum(CHANNELS)).check(
    z.minLength(1),
    z.refine((all) => new Set(all).size === all.length, 'a channel twice'),
  ),
  audience: z.array(z.enum(AUDIENCES)),
  /** Nobody can switch it off. */
  mandatory: z.boolean(),
  onceFor: z.enum(ONCE_FOR),
  /** WeChat did not answer, so nobody knows: take it as sent, or say it again by the next channel. */
  ifUnanswered: z.enum(['TAKE_AS_SENT', 'NEXT_CHANNEL']),
});

/** From the one time of day to when the other comes next; none between a time and itself, nor where one is no time. */
function minutesBetween(from: string, until: string): number {
  if (![from, until].every((time) => hourMinuteSchema.safeParse(time).success)) return 0;
  return (minutesOf(until) - minutesOf(from) + 1_440) % 1_440;
}

export type TemplatePolicy = z.output<typeof templateSchema>;

/** Every keyword stands for a field of the template, of a kind that the field can be written as. */
function isShowable(name: TemplateName, { wechat, sms }: TemplatePolicy): boolean {
  const has: readonly Field[] = templateOf(name).fields;
  const shown = Object.entries(wechat?.keywords ?? {}).every(([field, keyword]) => {
    const known = has.find((one) => one === field);
    const kind = kindOf(keyword ?? '');
    return known !== undefined && kind !== undefined && FIELDS[known].some((one) => one === kind);
  });
  return shown && (sms?.params ?? []).every((field) => has.includes(field));
}

const templatesSchema = z.record(z.enum(TEMPLATE_NAMES), templateSchema).check(
  z.refine(
    (all) => TEMPLATE_NAMES.every((name) => isShowable(name, all[name])),
    'a keyword or placeholder that is no field of its template, or of another kind',
  ),
  z.refine((all) => {
    const ids = TEMPLATE_NAMES.flatMap((name) => all[name].wechat?.templateId ?? []);
    return new Set(ids).size === ids.length;
  }, 'two templates of one id: consents are counted for each'),
);

export const notificationPolicy = policySection(
  'notification',
  z.strictObject({
    /** Nothing but what is urgent goes out from `from` until `until`; what waited is spread over `spreadMinutes`. */
    quiet: z.strictObject({ from: hourMinuteSchema, until: hourMinuteSchema, spreadMinutes: count }).check(
      // Else what waits for the morning would wait for the next one, and the next.
      z.refine(
        ({ from, until, spreadMinutes }) => spreadMinutes <= minutesBetween(until, from),
        'no day to send in',
      ),
    ),
    /** Of a visit: so many days before, at that time. */
    visitReminder: z.strictObject({ daysBefore: count.check(z.maximum(14)), at: hourMinuteSchema }),
    /** Messages a second to each provider, over all functions. */
    perSecond: z.strictObject({ WECHAT: count, SMS: count }),
    /** Tries of one channel before the next, and the pauses between them. */
    tries: z.strictObject({ most: count.check(z.maximum(10)), firstSeconds: count, mostSeconds: count }),
    phone: z.strictObject({
      /** Whoever took a task on has so long; then it is anybody's again. */
      claimMinutes: count,
      /** Calls before nobody is expected to answer. */
      calls: count.check(z.maximum(20)),
      /** A task nobody has done by then has lapsed. */
      days: count,
    }),
    /** What nobody could be told within so many days is told no more. */
    usefulDays: count,
    templates: templatesSchema,
  }),
);

export type NotificationPolicy = z.output<typeof notificationPolicy.schema>;
