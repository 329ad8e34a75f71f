import type * as z from 'zod/mini';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { openAnswer } from './answers.ts';
import { readPlan } from './change-plan.ts';
import type { referralDraft } from './contracts.ts';
import { followupErrors } from './errors.ts';
import { templateOf } from './moves.ts';
import { type Questionnaire, UNIT, type Values } from './questionnaire.ts';
import { questionnaireAnswered } from './questionnaires.ts';
import { reasonsOf } from './show-plan.ts';
import { answers, ofPatient, type PlanId } from './store.ts';

/** Shown to the hospital: the answers that led to it. */
const ANSWERS = 3;

/**
 * The referral that the rules propose, filled in as referral takes it: criteria, diagnosis and what was found. It is
 * the doctor who chooses where to, and who applies.
 */
export async function draftReferral(
  deps: Deps,
  { patientId, planId }: PlanId,
): Promise<z.input<typeof referralDraft>> {
  const seen = await readPlan(deps, { patientId, planId });
  if (seen === undefined) throw followupErrors.refusal('PLAN_NOT_FOUND');
  const { plan } = seen;
  const { proposal } = plan;
  const page = await answers.query(deps.table, {
    pk: ofPatient(patientId),
    sk: { beginsWith: `answer#${planId}-` },
    limit: ANSWERS,
    descending: true,
    consistent: true,
  });
  const [newest] = page.items;
  if (proposal === undefined || proposal.referralId !== undefined || newest === undefined)
    throw followupErrors.refusal('NO_PROPOSAL');
  const template = templateOf(deps, plan);
  const lines = await Promise.all(
    page.items.map(async (answer, index) => {
      const values = await openAnswer(deps, { patientId, planId, taskId: answer.taskId }, answer);
      const asked = questionnaireAnswered(deps, answer.questionnaire);
      return `${index === 0 ? '本次' : '此前'}（${dayOf(answer.at)}）：${asked === undefined ? '' : said(asked, values)}`;
    }),
  );
  const isEmergency = plan.outOfControl?.level === 'EMERGENCY';
  return {
    patientId,
    criteria: [isEmergency ? 'CRITICAL' : 'BEYOND_CAPABILITY'],
    ...(template.diagnosis === undefined ? {} : { diagnosis: template.diagnosis }),
    history: [`${template.name}：${reasonsOf(template, proposal.rules).join('；')}`, ...lines].join('\n'),
    firstVisit: { on: dayOf(newest.at), recordId: planId },
  };
}

function said({ item }: Questionnaire, values: Values): string {
  return item
    .flatMap(({ linkId, text, answerOption = [], extension = [] }) => {
      const value = values[linkId];
      if (value === undefined || value === false) return [];
      const unit = extension.find(({ url }) => url === UNIT);
      const shown =
        value === true
          ? '是'
          : (answerOption.find(({ valueCoding }) => valueCoding.code === value)?.valueCoding.display ??
            String(value));
      return [
        `${text} ${shown}${unit !== undefined && 'valueCoding' in unit ? unit.valueCoding.display : ''}`,
      ];
    })
    .join('，');
}
