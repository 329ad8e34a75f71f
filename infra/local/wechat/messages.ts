import * as z from 'zod/mini';
import { dayOf } from '../../../shared/kernel/china-time.ts';
import type { Clock } from '../../../shared/kernel/clock.ts';
import { Journal } from '../inbox.ts';
import { type WeChatAnswer, wechatError } from './answer.ts';
import type { Knobs } from './knobs.ts';
import { takes } from './message-fields.ts';
import { type MiniProgram, openIdOf } from './mini-program.ts';
import type { AccessTokens } from './token.ts';
import type { WeChatUsers } from './users.ts';

/** A template of the mini-program's account: what it shows, in order. */
export interface MessageTemplate {
  readonly templateId: string;
  /** `thing1`, `time2`, … */
  readonly keywords: readonly string[];
}

/** A message as it stands on somebody's phone. */
export interface DeliveredMessage {
  readonly openid: string;
  readonly templateId: string;
  readonly values: Readonly<Record<string, string>>;
  readonly page?: string;
  readonly at: string;
}

type Entry =
  | { readonly consent: { readonly openid: string; readonly templateId: string } }
  | { readonly message: DeliveredMessage };

export interface SubscribeMessagesParts {
  readonly program: MiniProgram;
  readonly clock: Clock;
  readonly tokens: AccessTokens;
  readonly knobs: Knobs;
  readonly users: WeChatUsers;
  readonly templates: readonly MessageTemplate[];
  readonly journal: Journal<Entry>;
  /** 10 or 30 million; fewer to see it reached. */
  readonly mostADay?: number;
}

export function messageJournal(path: string): Journal<Entry> {
  return new Journal(path);
}

const requestSchema = z.object({
  touser: z.string(),
  template_id: z.string(),
  page: z.optional(z.string()),
  data: z.record(z.string(), z.object({ value: z.string() })),
});

/** `POST /cgi-bin/message/subscribe/send`: one consent, one message; it is looked at before anything is delivered. */
export class SubscribeMessages {
  readonly #parts: SubscribeMessagesParts;
  readonly #templates: ReadonlyMap<string, MessageTemplate>;
  readonly #credits = new Map<string, number>();
  readonly #delivered: DeliveredMessage[] = [];
  #today = { day: '', sent: 0 };

  constructor(parts: SubscribeMessagesParts) {
    this.#parts = parts;
    this.#templates = new Map(parts.templates.map((template) => [template.templateId, template]));
    for (const entry of parts.journal.read()) this.#apply(entry);
  }

  /** What the popup does when the user agrees. False: no such person or template. */
  consent(person: string, templateId: string): boolean {
    const user = this.#parts.users.get(person);
    if (user === undefined || !this.#templates.has(templateId)) return false;
    this.#add({ consent: { openid: openIdOf(this.#parts.program, user), templateId } });
    return true;
  }

  /** Newest last; of one person where one is named. */
  delivered(person?: string): readonly DeliveredMessage[] {
    if (person === undefined) return this.#delivered;
    const user = this.#parts.users.get(person);
    const openid = user === undefined ? undefined : openIdOf(this.#parts.program, user);
    return this.#delivered.filter((message) => message.openid === openid);
  }

  get templateIds(): readonly string[] {
    return [...this.#templates.keys()];
  }

  send(query: URLSearchParams, body: unknown): WeChatAnswer {
    const { tokens, knobs, clock } = this.#parts;
    const fault = tokens.fault(query.get('access_token'));
    if (fault !== undefined) return fault;
    const parsed = requestSchema.safeParse(body);
    if (!parsed.success) return wechatError(47001);
    if (knobs.strikesShare()) return wechatError(-1);
    if (knobs.strikes('quota') || this.#isFull()) return wechatError(45009);
    const { touser: openid, template_id: templateId, page, data } = parsed.data;
    const template = this.#templates.get(templateId);
    if (template === undefined) return wechatError(40037);
    if (!/^o[\w-]{27}$/.test(openid)) return wechatError(40003);
    const wrong = template.keywords.find((keyword) => !takes(keyword, data[keyword]?.value ?? ''));
    if (wrong !== undefined) return wechatError(47003, ` data.${wrong}.value invalid`);
    if ((this.#credits.get(`${openid}|${templateId}`) ?? 0) <= 0) return wechatError(43101);
    const values = Object.fromEntries(template.keywords.map((name) => [name, data[name]?.value ?? '']));
    const at = new Date(clock.now()).toISOString();
    this.#add({
      message: { openid, templateId, values, at, ...(page === undefined ? {} : { page }) },
    });
    return { errcode: 0, errmsg: 'ok' };
  }

  #isFull(): boolean {
    const day = dayOf(this.#parts.clock.now());
    return this.#today.day === day && this.#today.sent >= (this.#parts.mostADay ?? 10_000_000);
  }

  #add(entry: Entry): void {
    this.#parts.journal.add(entry);
    this.#apply(entry);
  }

  #apply(entry: Entry): void {
    const { openid, templateId } = 'consent' in entry ? entry.consent : entry.message;
    const key = `${openid}|${templateId}`;
    this.#credits.set(key, (this.#credits.get(key) ?? 0) + ('consent' in entry ? 1 : -1));
    if (!('message' in entry)) return;
    this.#delivered.push(entry.message);
    const day = dayOf(entry.message.at);
    this.#today = { day, sent: this.#today.day === day ? this.#today.sent + 1 : 1 };
  }
}
