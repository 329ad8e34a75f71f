/**
 * Fields of WeChat's subscribe messages: what each kind takes, as WeChat publishes it. A text that does not fit is
 * refused whole (47003), so fixed texts are checked when a city's policy is read, and values are made to fit.
 */
export const FIELD_KINDS = [
  'thing',
  'phrase',
  'name',
  'character_string',
  'number',
  'amount',
  'time',
  'date',
  'phone_number',
] as const;

export type FieldKind = (typeof FIELD_KINDS)[number];

/** A field of a template as WeChat names it: its kind and a number of its own. */
export type Keyword = `${FieldKind}${number}`;

const HAN = /\p{Script=Han}/u;
/** 2026年3月6日, with or without 09:30. */
const DATE = /^\d{4}年\d{1,2}月\d{1,2}日( ([01]\d|2[0-3]):[0-5]\d)?$/;
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;

const FITS: Readonly<Record<FieldKind, (text: string, length: number) => boolean>> = {
  thing: (_, length) => length <= 20,
  phrase: (text, length) => length <= 5 && [...text].every((one) => HAN.test(one)),
  name: (text) => /^(\p{Script=Han}{1,10}|[\x20-\x7e]{1,20})$/u.test(text),
  character_string: (text) => /^[\x20-\x7e]{1,32}$/.test(text),
  number: (text) => text.length <= 32 && /^\d+(\.\d+)?$/.test(text),
  amount: (text) => /^[¥￥$]?\d{1,10}(\.\d{1,2})?元?$/.test(text),
  time: (text) => CLOCK.test(text) || DATE.test(text),
  date: (text) => DATE.test(text),
  phone_number: (text) => /^[\d+-]{1,17}$/.test(text),
};

/** Characters are counted as people see them in code points: an emoji or a rare surname is one. */
export function fits(kind: FieldKind, text: string): boolean {
  const { length } = [...text];
  return length > 0 && FITS[kind](text, length);
}

export function kindOf(keyword: string): FieldKind | undefined {
  const kind = /^([a-z_]+)\d{1,3}$/.exec(keyword)?.[1];
  return FIELD_KINDS.find((one) => one === kind);
}

/** The text as the field takes it: a thing that is too long ends in `…`. Undefined: the field does not take it. */
export function fitted(kind: FieldKind, text: string): string | undefined {
  const clean = text.replace(/\s+/g, ' ').trim();
  if (fits(kind, clean)) return clean;
  if (kind !== 'thing' || clean === '') return undefined;
  return `${[...clean].slice(0, 19).join('')}…`;
}

type Characters<S extends string, Seen extends readonly unknown[] = []> = S extends `${infer _}${infer Rest}`
  ? Characters<Rest, readonly [...Seen, unknown]>
  : Seen['length'];

/** A status as a message says it; one of more than five characters does not compile. */
export function phrase<const S extends string>(text: Characters<S> extends 1 | 2 | 3 | 4 | 5 ? S : never): S {
  return text;
}
