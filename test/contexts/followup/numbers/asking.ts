import type * as z from 'zod/mini';
import type { questionnairePolicy } from '../../../../functions/followup/policy.ts';
import { checkAnswers, type ResponseItem } from '../../../../functions/followup/questionnaire.ts';
import type { Boundary } from '../../../support/policy-numbers.ts';

/** What can be answered, on both sides of every limit of input. */

type Policy = z.output<typeof questionnairePolicy.schema>;
type Answer = ResponseItem['answer'][number];

/** Question to the least and the most that is taken, and the step of its device. */
const RANGES = {
  sbp: [30, 300, 0.1],
  dbp: [30, 300, 0.1],
  fpg: [0.5, 60, 0.1],
  weight: [1, 300, 0.1],
  height: [30, 250, 0.1],
} as const;

const MEASURED = {
  hypertension: ['sbp', 'dbp', 'weight'],
  diabetes: ['fpg', 'sbp', 'dbp'],
  elderly: ['sbp', 'dbp', 'fpg'],
  pregnancy: ['sbp', 'dbp', 'weight'],
  child: ['weight', 'height'],
} as const;

const TEXTS = {
  hypertension: ['adverseReactionText', 'remark'],
  diabetes: ['adverseReactionText', 'remark'],
  elderly: ['newIllnessText'],
  'mental-disorder': ['adverseReactionText', 'remark'],
  tuberculosis: ['adverseReactionText', 'remark'],
  pregnancy: ['remark'],
  child: ['remark'],
  recovery: ['adverseReactionText', 'remark'],
} as const;

/** Whether each answer to this question is taken, whatever is said of the others. */
function taken(
  { questionnaires }: Policy,
  [id, linkId]: readonly [string, string],
  answers: readonly Answer[],
): readonly boolean[] {
  const asked = questionnaires.find((one) => one.id === id);
  if (asked === undefined) throw new Error(`no questionnaire ${id}`);
  // What makes the other texts be asked.
  const yes = ['adverseReaction', 'newIllness']
    .filter((name) => asked.item.some((one) => one.linkId === name))
    .map((name) => ({ linkId: name, answer: [{ valueBoolean: true }] }));
  return answers.map((answer) => {
    const checked = checkAnswers(asked, [...yes, { linkId, answer: [answer] }]);
    return checked.ok || !checked.faults.some(({ path }) => path === `item.${linkId}`);
  });
}

type Row = Boundary<Policy>;

const measured = Object.entries(MEASURED).flatMap(([id, names]) =>
  names.map((linkId): Row => {
    const [least, most, step] = RANGES[linkId];
    const values = [least, least - step, most, most + step];
    return {
      number: new RegExp(`^questionnaires\\.${id}\\.item\\.${linkId}\\.extension\\.m..Value\\.`),
      says: '输入范围',
      look: (policy) =>
        taken(
          policy,
          [id, linkId],
          values.map((valueDecimal) => ({ valueDecimal })),
        ),
      sides: [true, false, true, false],
    };
  }),
);

const texts = Object.entries(TEXTS).flatMap(([id, names]) =>
  names.map(
    (linkId): Row => ({
      number: `questionnaires.${id}.item.${linkId}.maxLength`,
      says: '字数上限',
      look: (policy) =>
        taken(
          policy,
          [id, linkId],
          [500, 501].map((length) => ({ valueString: '字'.repeat(length) })),
        ),
      sides: [true, false],
    }),
  ),
);

export const asking: readonly Row[] = [...measured, ...texts];
