import type * as z from 'zod/mini';
import { readPhone } from '../../shared/access/phone-view.ts';
import type { Deps } from '../../shared/deps.ts';
import { openCursor, sealCursor } from '../../shared/http/cursor.ts';
import type { messageList, messageView, phoneTaskList, phoneTaskView } from './contracts.ts';
import { type Message, messages, ofRecipient, phoneTasksOf } from './store.ts';
import { FIELD_LABELS, templateOf } from './templates.ts';
import type { MessageStatus } from './transitions.ts';
import { openWords } from './words.ts';

type MessageView = z.input<typeof messageView>;
type PhoneTaskView = z.input<typeof phoneTaskView>;

const STATUS_TEXT: Readonly<Record<MessageStatus, string>> = {
  WAITING: '等待发送',
  SENDING: '正在发送',
  SENT: '已发送',
  UNANSWERED: '已发送，未收到回执',
  PHONE: '等待电话通知',
  CALLING: '正在电话通知',
  REACHED: '已电话通知',
  UNREACHED: '电话未接通',
  WITHDRAWN: '已撤回',
  SWITCHED_OFF: '您已关闭此类通知',
  LAPSED: '已过期，未发送',
  FAILED: '未能送达',
};

const SCOPE = 'notification';
const PAGE = 20;

/** What an account was told and how it went, newest first. */
export async function listMessages(
  deps: Deps,
  accountId: string,
  cursor?: string,
): Promise<z.input<typeof messageList>> {
  const place = { scope: SCOPE, of: `messages:${accountId}` };
  const after = await openCursor(deps, place, cursor);
  const page = await messages.query(deps.table, {
    pk: ofRecipient(accountId),
    sk: { beginsWith: 'message#' },
    // Taken back before it was ever made.
    where: { sealed: { ne: '' } },
    descending: true,
    limit: PAGE,
    ...(after === undefined ? {} : { after }),
  });
  const next = await sealCursor(deps, place, page.next);
  const views = await Promise.all(page.items.map((message) => viewOf(deps, message)));
  return { messages: views, ...(next === undefined ? {} : { next }) };
}

export async function viewOf(deps: Deps, message: Message): Promise<MessageView> {
  const { messageId, template, patientId, status, channel, createdAt, sendAt, endedAt, attempts } = message;
  return {
    messageId,
    template,
    title: templateOf(template).title,
    ...(patientId === undefined ? {} : { patientId }),
    lines: await linesOf(deps, message),
    status,
    statusText: STATUS_TEXT[status],
    channel,
    createdAt,
    sendAt,
    ...(endedAt === undefined ? {} : { endedAt }),
    attempts: [...attempts],
  };
}

/** What waits for a call, the most pressing first; those somebody is calling about are among them. */
export async function listPhoneTasks(
  deps: Deps,
  institutionId: string,
  cursor?: string,
): Promise<z.input<typeof phoneTaskList>> {
  const place = { scope: SCOPE, of: `phone-tasks:${institutionId}` };
  const after = await openCursor(deps, place, cursor);
  const page = await messages.query(deps.table, {
    index: 'lookup',
    pk: phoneTasksOf(institutionId),
    limit: PAGE,
    ...(after === undefined ? {} : { after }),
  });
  const next = await sealCursor(deps, place, page.next);
  const tasks = await Promise.all(page.items.map((message) => taskOf(deps, message)));
  return { tasks, ...(next === undefined ? {} : { next }) };
}

export async function taskOf(deps: Deps, message: Message): Promise<PhoneTaskView> {
  const { recipientId, messageId, recipientKind, template, patientId, status } = message;
  const { calls = 0, usefulUntil, claimedBy } = message;
  return {
    recipientId,
    messageId,
    recipientKind,
    template,
    title: templateOf(template).title,
    ...(patientId === undefined ? {} : { patientId }),
    lines: await linesOf(deps, message),
    status,
    calls,
    usefulUntil,
    ...(claimedBy === undefined ? {} : { claimedBy }),
  };
}

/** For whoever took it on, and nobody else: whom they call. */
export async function claimedTaskOf(deps: Deps, message: Message, by: string): Promise<PhoneTaskView> {
  const task = await taskOf(deps, message);
  if (message.status !== 'CALLING' || message.claimedBy !== by) return task;
  const phone =
    (await readPhone(deps, message.recipientId)) ??
    (message.patientId === undefined ? undefined : await readPhone(deps, message.patientId));
  return { ...task, ...(phone === undefined ? {} : { phone }) };
}

async function linesOf(deps: Deps, message: Message): Promise<MessageView['lines']> {
  const words = await openWords(deps, message);
  return templateOf(message.template).fields.flatMap((field) => {
    const text = words[field];
    return text === undefined ? [] : [{ label: FIELD_LABELS[field], text }];
  });
}
