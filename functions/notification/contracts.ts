import * as z from 'zod/mini';
import { daySchema, instantSchema } from '../../shared/kernel/schemas.ts';
import { CHANNELS } from './policy.ts';
import { RECIPIENT_KINDS } from './store.ts';
import { TEMPLATE_NAMES, TOPICS } from './templates.ts';
import { STATUSES } from './transitions.ts';

/** The published language of notification: requests, answers, events. Instants UTC, days Asia/Shanghai. */

const idSchema = z.string().check(z.regex(/^[\w-]{1,64}$/));
const messageIdSchema = z.string().check(z.regex(/^\d{0,14}-[\w-]{22}$/));
const templateSchema = z.enum(TEMPLATE_NAMES);
const channelSchema = z.enum(CHANNELS);
const statusSchema = z.enum(STATUSES);

export const institutionParams = z.strictObject({ institutionId: idSchema });
export const phoneTaskParams = z.strictObject({
  institutionId: idSchema,
  recipientId: idSchema,
  messageId: messageIdSchema,
});
export const pageQuery = z.strictObject({ after: z.optional(z.string()) });
export const dayQuery = z.strictObject({ day: z.optional(daySchema) });
export const emptyBody = z.optional(z.strictObject({}));

/** As `wx.requestSubscribeMessage` answers, by our names of the templates. */
export const consentBody = z.strictObject({
  results: z
    .array(
      z.strictObject({ template: templateSchema, result: z.enum(['accept', 'reject', 'ban', 'filter']) }),
    )
    .check(
      z.minLength(1),
      z.maxLength(5),
      z.refine((all) => new Set(all.map(({ template }) => template)).size === all.length, 'a template twice'),
    ),
});

/** What staff is told is no resident's to switch. */
export const preferencesBody = z.strictObject({
  off: z.array(z.enum(TOPICS).check(z.refine((topic) => topic !== 'WORK'))).check(z.maxLength(TOPICS.length)),
});

const lineView = z.object({ label: z.string(), text: z.string() });
const attemptView = z.object({ channel: channelSchema, at: instantSchema, outcome: z.string() });

export const messageView = z.object({
  messageId: messageIdSchema,
  template: templateSchema,
  title: z.string(),
  /** Left out of what is about nobody's care. */
  patientId: z.optional(idSchema),
  lines: z.array(lineView),
  status: statusSchema,
  /** What the reader may make of it, in Chinese. */
  statusText: z.string(),
  channel: channelSchema,
  createdAt: instantSchema,
  sendAt: instantSchema,
  endedAt: z.optional(instantSchema),
  attempts: z.array(attemptView),
});
export const messageList = z.object({ messages: z.array(messageView), next: z.optional(z.string()) });

export const subscriptionView = z.object({
  templates: z.array(
    z.object({
      template: templateSchema,
      title: z.string(),
      topic: z.enum(TOPICS),
      mandatory: z.boolean(),
      /** For `wx.requestSubscribeMessage`. */
      weChatTemplateId: z.string(),
      creditsLeft: z.int(),
    }),
  ),
  off: z.array(z.enum(TOPICS)),
});

export const phoneTaskView = z.object({
  recipientId: idSchema,
  messageId: messageIdSchema,
  recipientKind: z.enum(RECIPIENT_KINDS),
  template: templateSchema,
  title: z.string(),
  patientId: z.optional(idSchema),
  lines: z.array(lineView),
  status: statusSchema,
  calls: z.int(),
  usefulUntil: instantSchema,
  claimedBy: z.optional(idSchema),
  /** In the answer to whoever took the task on; left out where nobody knows one. */
  phone: z.optional(z.string()),
});
export const phoneTaskList = z.object({ tasks: z.array(phoneTaskView), next: z.optional(z.string()) });

export const countsView = z.object({
  day: daySchema,
  /** Messages that ended on that day, by the channel they ended on. */
  counts: z.array(
    z.object({ template: templateSchema, channel: channelSchema, status: statusSchema, messages: z.int() }),
  ),
});

/** `notification.sent`, `notification.failed`, `notification.phone-needed`. */
export const messageMoved = z.object({
  messageId: messageIdSchema,
  recipientId: idSchema,
  recipientKind: z.enum(RECIPIENT_KINDS),
  template: templateSchema,
  channel: channelSchema,
  status: statusSchema,
  patientId: z.optional(idSchema),
  institutionId: z.optional(idSchema),
});
