import * as z from 'zod/mini';
import type { FieldFault } from '../../shared/kernel/errors.ts';
import { daySchema } from '../../shared/kernel/schemas.ts';

/** Questionnaires in the shape of FHIR R4 `Questionnaire` and `QuestionnaireResponse`, as far as follow-up uses it. Pure. */

const linkId = z.string().check(z.regex(/^[a-zA-Z][\w-]{0,40}$/));
const coding = z.strictObject({ code: z.string().check(z.regex(/^[\w-]{1,40}$/)), display: z.string() });
const code = z.strictObject({ code: z.string().check(z.maxLength(40)) });

/** The extensions of FHIR that bound a number and name its unit. */
const MIN_VALUE = 'http://hl7.org/fhir/StructureDefinition/minValue';
const MAX_VALUE = 'http://hl7.org/fhir/StructureDefinition/maxValue';
export const UNIT = 'http://hl7.org/fhir/StructureDefinition/questionnaire-unit';

const extensionSchema = z.union([
  z.strictObject({ url: z.enum([MIN_VALUE, MAX_VALUE]), valueDecimal: z.number() }),
  z.strictObject({ url: z.literal(UNIT), valueCoding: coding }),
]);

const conditionSchema = z.strictObject({
  question: linkId,
  operator: z.enum(['=', '!=', '>', '<', '>=', '<=']),
  answerBoolean: z.optional(z.boolean()),
  answerDecimal: z.optional(z.number()),
  answerCoding: z.optional(code),
});

const itemSchema = z.strictObject({
  linkId,
  text: z.string().check(z.minLength(1)),
  type: z.enum(['decimal', 'integer', 'boolean', 'choice', 'string', 'date']),
  required: z.optional(z.boolean()),
  maxLength: z.optional(z.int()),
  answerOption: z.optional(z.array(z.strictObject({ valueCoding: coding })).check(z.minLength(1))),
  /** Asked only where all of these hold; an answer to a question that is not asked is refused. */
  enableWhen: z.optional(z.array(conditionSchema).check(z.minLength(1))),
  extension: z.optional(z.array(extensionSchema)),
});

export const questionnaireSchema = z.strictObject({
  resourceType: z.literal('Questionnaire'),
  id: z.string().check(z.regex(/^[a-z0-9-]{1,40}$/)),
  version: z.string().check(z.regex(/^[\w.-]{1,20}$/)),
  status: z.literal('active'),
  title: z.string(),
  item: z.array(itemSchema).check(
    z.minLength(1),
    z.refine(
      (all) => new Set(all.map((one) => one.linkId)).size === all.length,
      'two questions of one linkId',
    ),
    z.refine(
      (all) => all.every(({ type, answerOption }) => (type === 'choice') === (answerOption !== undefined)),
      'a choice, and nothing else, has options',
    ),
  ),
});
export type Questionnaire = z.output<typeof questionnaireSchema>;
type Question = Questionnaire['item'][number];
type Condition = z.output<typeof conditionSchema>;

const answerSchema = z.strictObject({
  valueDecimal: z.optional(z.number()),
  valueInteger: z.optional(z.int()),
  valueBoolean: z.optional(z.boolean()),
  valueString: z.optional(z.string().check(z.maxLength(2000))),
  valueDate: z.optional(daySchema),
  valueCoding: z.optional(code),
});
export const responseItems = z
  .array(z.strictObject({ linkId, answer: z.array(answerSchema).check(z.minLength(1), z.maxLength(1)) }))
  .check(z.maxLength(60));
export type ResponseItem = z.output<typeof responseItems>[number];

/** What was answered, by question: a number, a yes or no, a code, a text, a day. */
export type Values = Readonly<Record<string, number | boolean | string>>;

/** `id|version`, as FHIR names a questionnaire that was answered. */
export function canonicalOf({ id, version }: Pick<Questionnaire, 'id' | 'version'>): string {
  return `${id}|${version}`;
}

export type Checked =
  | { readonly ok: true; readonly values: Values }
  | { readonly ok: false; readonly faults: readonly FieldFault[] };

/** Every question asked and answered by its type, in its range, and nothing else answered. */
export function checkAnswers({ item }: Questionnaire, answers: readonly ResponseItem[]): Checked {
  const faults: FieldFault[] = [];
  const values: Record<string, number | boolean | string> = {};
  const fault = (path: string, code: string, message: string): void => {
    faults.push({ in: 'body', path: `item.${path}`, code, message });
  };
  const given = new Map<string, ResponseItem>();
  for (const answer of answers) {
    if (given.has(answer.linkId)) fault(answer.linkId, 'answered_twice', '同一问题只能回答一次');
    given.set(answer.linkId, answer);
  }
  // In order: a question may depend on those before it.
  for (const question of item) {
    const answer = given.get(question.linkId)?.answer[0];
    given.delete(question.linkId);
    const isAsked = (question.enableWhen ?? []).every((condition) => holds(condition, values));
    if (answer === undefined) {
      if (isAsked && question.required === true) fault(question.linkId, 'required', '请回答该问题');
      continue;
    }
    if (!isAsked) {
      fault(question.linkId, 'not_asked', '该问题无需回答');
      continue;
    }
    const value = answeredValue(question, answer);
    const wrong = value === undefined ? '回答的类型不正确' : rangeFault(question, value);
    if (value === undefined || wrong !== undefined)
      fault(question.linkId, value === undefined ? 'invalid_type' : 'out_of_range', wrong ?? '');
    else values[question.linkId] = value;
  }
  for (const name of given.keys()) fault(name, 'unknown_question', '问卷中没有该问题');
  return faults.length > 0 ? { ok: false, faults } : { ok: true, values };
}

/** One answer of one kind, and of the kind that is asked for. */
function answeredValue(
  { type, answerOption = [] }: Question,
  { valueCoding, ...others }: ResponseItem['answer'][number],
): number | boolean | string | undefined {
  const given = Object.entries({ ...others, valueCoding: valueCoding?.code }).filter(
    ([, value]) => value !== undefined,
  );
  const [name, value] = given[0] ?? [];
  if (given.length !== 1 || name === undefined) return undefined;
  const wanted = {
    // What is counted may be answered where something is measured.
    decimal: ['valueDecimal', 'valueInteger'],
    integer: ['valueInteger'],
    boolean: ['valueBoolean'],
    string: ['valueString'],
    date: ['valueDate'],
    choice: ['valueCoding'],
  }[type];
  if (!wanted.includes(name)) return undefined;
  if (type === 'choice' && !answerOption.some((option) => option.valueCoding.code === value))
    return undefined;
  return value;
}

function rangeFault(
  { extension = [], maxLength }: Question,
  value: number | boolean | string,
): string | undefined {
  if (typeof value === 'string')
    return maxLength !== undefined && value.length > maxLength ? `最多 ${maxLength} 个字符` : undefined;
  if (typeof value !== 'number') return undefined;
  for (const bound of extension) {
    if (!('valueDecimal' in bound)) continue;
    if (bound.url === MIN_VALUE && value < bound.valueDecimal) return `不能小于 ${bound.valueDecimal}`;
    if (bound.url === MAX_VALUE && value > bound.valueDecimal) return `不能大于 ${bound.valueDecimal}`;
  }
  return undefined;
}

function holds({ question, operator, ...expected }: Condition, values: Values): boolean {
  const value = expected.answerBoolean ?? expected.answerDecimal ?? expected.answerCoding?.code;
  return value !== undefined && compares(values[question], operator, value);
}

export type Comparator = Condition['operator'];

/** A question that was not answered satisfies nothing. */
export function compares(
  given: number | boolean | string | undefined,
  comparator: Comparator,
  value: number | boolean | string,
): boolean {
  if (given === undefined) return false;
  if (comparator === '=') return given === value;
  if (comparator === '!=') return given !== value;
  if (typeof given !== 'number' || typeof value !== 'number') return false;
  if (comparator === '>') return given > value;
  if (comparator === '<') return given < value;
  return comparator === '>=' ? given >= value : given <= value;
}
