import { describe, expect, it } from 'vitest';
import { checkAnswers, type ResponseItem } from '../../../functions/followup/questionnaire.ts';
import { questionnaires } from './policy-of.ts';

const hypertension = questionnaires().find(({ id }) => id === 'hypertension');
if (hypertension === undefined) throw new Error('no questionnaire');
const asked = hypertension;

const WHOLE: readonly ResponseItem[] = [
  { linkId: 'sbp', answer: [{ valueInteger: 138 }] },
  { linkId: 'dbp', answer: [{ valueDecimal: 86.5 }] },
  { linkId: 'dangerSigns', answer: [{ valueBoolean: false }] },
  { linkId: 'medication', answer: [{ valueCoding: { code: 'REGULAR' } }] },
  { linkId: 'adverseReaction', answer: [{ valueBoolean: false }] },
  { linkId: 'complication', answer: [{ valueBoolean: false }] },
];

function faultsOf(change: ResponseItem | undefined, without: string): readonly string[] {
  const items = [
    ...WHOLE.filter(({ linkId }) => linkId !== without),
    ...(change === undefined ? [] : [change]),
  ];
  const outcome = checkAnswers(asked, items);
  return outcome.ok ? [] : outcome.faults.map(({ path, code }) => `${path} ${code}`);
}

describe('an answer', () => {
  it('is read by question, as it was given', () => {
    expect(checkAnswers(asked, WHOLE)).toEqual({
      ok: true,
      values: {
        sbp: 138,
        dbp: 86.5,
        dangerSigns: false,
        medication: 'REGULAR',
        adverseReaction: false,
        complication: false,
      },
    });
  });

  it.each([
    ['left out', undefined, 'sbp', 'item.sbp required'],
    ['of another type', { linkId: 'sbp', answer: [{ valueString: '138' }] }, 'sbp', 'item.sbp invalid_type'],
    [
      'of two kinds at once',
      { linkId: 'sbp', answer: [{ valueInteger: 1, valueBoolean: true }] },
      'sbp',
      'item.sbp invalid_type',
    ],
    ['below its range', { linkId: 'sbp', answer: [{ valueDecimal: 29.9 }] }, 'sbp', 'item.sbp out_of_range'],
    ['above its range', { linkId: 'sbp', answer: [{ valueDecimal: 300.1 }] }, 'sbp', 'item.sbp out_of_range'],
    [
      'no option',
      { linkId: 'medication', answer: [{ valueCoding: { code: 'OFTEN' } }] },
      'medication',
      'item.medication invalid_type',
    ],
    [
      'too long',
      { linkId: 'remark', answer: [{ valueString: '字'.repeat(501) }] },
      'remark',
      'item.remark out_of_range',
    ],
    [
      'to no question',
      { linkId: 'pulse', answer: [{ valueInteger: 70 }] },
      '',
      'item.pulse unknown_question',
    ],
    ['given twice', { linkId: 'dbp', answer: [{ valueInteger: 80 }] }, '', 'item.dbp answered_twice'],
    [
      'to what is not asked',
      { linkId: 'adverseReactionText', answer: [{ valueString: '头晕' }] },
      '',
      'item.adverseReactionText not_asked',
    ],
    [
      'left out where it is asked then',
      { linkId: 'adverseReaction', answer: [{ valueBoolean: true }] },
      'adverseReaction',
      'item.adverseReactionText required',
    ],
  ] as const)('%s is refused by the name of its field', (_, change, without, fault) => {
    expect(faultsOf(change as ResponseItem | undefined, without)).toEqual([fault]);
  });

  it.each([30, 300])('of exactly the limit %i is taken', (value) => {
    expect(faultsOf({ linkId: 'sbp', answer: [{ valueDecimal: value }] }, 'sbp')).toEqual([]);
  });

  it('with several faults names them all', () => {
    const outcome = checkAnswers(asked, []);
    expect(outcome.ok ? [] : outcome.faults.map(({ path }) => path)).toEqual([
      'item.sbp',
      'item.dbp',
      'item.dangerSigns',
      'item.medication',
      'item.adverseReaction',
      'item.complication',
    ]);
  });
});
