import type * as z from 'zod/mini';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { openAnswer } from './answers.ts';
import { readPlan } from './change-plan.ts';
import type { trendList } from './contracts.ts';
import { followupErrors } from './errors.ts';
import { templateOf } from './moves.ts';
import { type Questionnaire, UNIT } from './questionnaire.ts';
import { questionnaireNow } from './questionnaires.ts';
import { answers, ofPatient, type PlanId } from './store.ts';

/** Of a chart: two years of a plan that is answered every fortnight. */
const MOST_POINTS = 60;

/** What was measured, question by question, in the order of time. */
export async function showTrends(
  deps: Deps,
  { patientId, planId }: PlanId,
): Promise<z.input<typeof trendList>> {
  const seen = await readPlan(deps, { patientId, planId });
  if (seen === undefined) throw followupErrors.refusal('PLAN_NOT_FOUND');
  const page = await answers.query(deps.table, {
    pk: ofPatient(patientId),
    sk: { beginsWith: `answer#${planId}-` },
    limit: MOST_POINTS,
    descending: true,
  });
  const opened = await Promise.all(
    page.items.toReversed().map(async (answer) => ({
      on: dayOf(answer.at),
      values: await openAnswer(deps, { patientId, planId, taskId: answer.taskId }, answer),
    })),
  );
  const measured = questionnaireNow(deps, templateOf(deps, seen.plan).questionnaire).item.filter(
    ({ type }) => type === 'decimal' || type === 'integer',
  );
  return {
    patientId,
    planId,
    trends: measured.map(({ linkId, text, extension }) => ({
      linkId,
      text,
      ...unitOf(extension),
      points: opened.flatMap(({ on, values }) => {
        const value = values[linkId];
        return typeof value === 'number' ? [{ on, value }] : [];
      }),
    })),
  };
}

function unitOf(extension: Questionnaire['item'][number]['extension'] = []): { readonly unit?: string } {
  const unit = extension.find(({ url }) => url === UNIT);
  return unit !== undefined && 'valueCoding' in unit ? { unit: unit.valueCoding.display } : {};
}
