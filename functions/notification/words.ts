import { readPatientProfile } from '../../shared/access/patient-view.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf, timeOf } from '../../shared/kernel/china-time.ts';
import { formatYuan } from '../../shared/kernel/fen.ts';
import type { Draft, Said } from './draft.ts';
import { fitted, kindOf } from './fields.ts';
import type { TemplatePolicy } from './policy.ts';
import {
  departments,
  institutions,
  type Message,
  type MessageId,
  messages,
  practitioners,
  teams,
  type Words,
} from './store.ts';
import { FIELDS, type Field, templateOf } from './templates.ts';

const SCOPE = 'notification';

/** Stands for a name that we do not know, or that WeChat would not show. */
const SEE_INSIDE = '详见小程序';

/** What a message may say, with the names of places and people as they are now. */
export async function wordsOf(
  deps: Deps,
  { note }: Pick<TemplatePolicy, 'note'>,
  { template, patientId, said }: Pick<Draft, 'template' | 'patientId' | 'said'>,
): Promise<Words> {
  const fields: readonly Field[] = templateOf(template).fields;
  const draft = { said, ...(patientId === undefined ? {} : { patientId }) };
  const entries = await Promise.all(
    fields.map(async (field) => [field, await wordOf(deps, field, { note, ...draft })] as const),
  );
  return Object.fromEntries(entries.filter(([, word]) => word !== undefined));
}

async function wordOf(
  deps: Deps,
  field: Field,
  { note, patientId, said }: Pick<TemplatePolicy, 'note'> & Pick<Draft, 'patientId' | 'said'>,
): Promise<string | undefined> {
  if (field === 'note') return note;
  if (field === 'patient') {
    if (patientId === undefined) return undefined;
    return (await readPatientProfile(deps, patientId))?.maskedName ?? SEE_INSIDE;
  }
  const one = said[field];
  if (one !== undefined) return textOf(deps, one);
  return FIELDS[field].some((kind) => kind === 'thing') ? SEE_INSIDE : undefined;
}

async function textOf({ table }: Pick<Deps, 'table'>, said: Said): Promise<string> {
  if ('text' in said) return said.text;
  if ('at' in said) return `${dayText(dayOf(said.at))} ${timeOf(said.at)}`;
  if ('day' in said) return dayText(said.day);
  if ('fen' in said) return `${formatYuan(said.fen)}元`;
  const copy =
    'institution' in said
      ? await institutions.get(table, said.institution)
      : 'department' in said
        ? await departments.get(table, said.department)
        : 'practitioner' in said
          ? await practitioners.get(table, said.practitioner)
          : await teams.get(table, said.careTeam);
  return copy?.name ?? SEE_INSIDE;
}

function dayText(day: string): string {
  const [year, month, date] = day.split('-').map(Number);
  return `${year}年${month}月${date}日`;
}

/** Keyword to text as WeChat takes it. Undefined: the message cannot be shown there. */
export function keywordsOf(
  { keywords }: Pick<NonNullable<TemplatePolicy['wechat']>, 'keywords'>,
  words: Words,
): Readonly<Record<string, string>> | undefined {
  const shown: Record<string, string> = {};
  for (const [field, keyword] of Object.entries(keywords)) {
    const kind = kindOf(keyword);
    const word = Object.entries(words).find(([name]) => name === field)?.[1];
    if (kind === undefined) return undefined;
    const text =
      (word === undefined ? undefined : fitted(kind, word)) ??
      // A name with a dot in it is none to WeChat; these words are.
      fitted(kind, SEE_INSIDE);
    if (text === undefined) return undefined;
    shown[keyword] = text;
  }
  return shown;
}

/** Placeholder to text; a text message's limits are those of a `thing`. */
export function paramsOf(
  { params }: Pick<NonNullable<TemplatePolicy['sms']>, 'params'>,
  words: Words,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    params.map((field) => [field, fitted('thing', words[field] ?? '') ?? SEE_INSIDE]),
  );
}

export async function sealWords(
  { cipher }: Pick<Deps, 'cipher'>,
  id: MessageId,
  words: Words,
): Promise<string> {
  return cipher.seal(SCOPE, placeOf(id), JSON.stringify(words));
}

/** @throws FieldSealError when the item was moved or altered */
export async function openWords({ cipher }: Pick<Deps, 'cipher'>, message: Message): Promise<Words> {
  if (message.sealed === '') return {};
  // What this module sealed, and nobody else can.
  return JSON.parse(await cipher.open(SCOPE, placeOf(message), message.sealed));
}

function placeOf(id: MessageId): { readonly item: string; readonly field: string } {
  const { pk, sk } = messages.key(id);
  return { item: `${pk}|${sk}`, field: 'words' };
}
