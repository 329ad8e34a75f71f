import type { Stepping } from '../../shared/access/acting.ts';
import { readPatientProfile } from '../../shared/access/patient-view.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { ageOn, dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { sealAnswer } from './answers.ts';
import { followupErrors } from './errors.ts';
import { evaluate, ofLastYear, type Verdict } from './evaluate.ts';
import { EVENTS } from './followup-event.ts';
import { newTaskOperation, type PlanChange, planOperations, taskOperation, templateOf } from './moves.ts';
import { checkTask, visitTask } from './next-task.ts';
import { canonicalOf, checkAnswers, type ResponseItem, type Values } from './questionnaire.ts';
import { questionnaireNow } from './questionnaires.ts';
import { relationOf } from './relation-of.ts';
import type { Plan, Task, TaskId } from './store.ts';
import { type Seen, takeTask } from './take-task.ts';
import { visitAfterDone } from './visits.ts';

/** Of one year: somebody who is out of control is asked every fortnight, and may answer sooner. */
const MOST_RESULTS = 60;

export interface Response {
  readonly questionnaire: string;
  readonly item: readonly ResponseItem[];
}

/**
 * Somebody answers: the answer is sealed, judged by the rules, and in the same transaction the task is done, the plan
 * knows how it stands, and the next task is made. A danger value or a proposed referral is told at once, by the event
 * of that very write.
 */
export async function answerTask(
  deps: Deps,
  id: TaskId,
  response: Response,
  stepping: Stepping,
): Promise<Seen> {
  const relation = await relationOf(deps, id.patientId, stepping.doer);
  return takeTask(deps, {
    id,
    ...stepping,
    plan: async ({ plan, task }, requestKey) => {
      const values = checked(deps, plan, response);
      const profile = await readPatientProfile(deps, id.patientId);
      if (profile === undefined) throw followupErrors.refusal('IDENTITY_UNVERIFIED');
      const today = dayOf(deps.clock.now());
      const age = ageOn(profile.birthDate, today);
      const verdict = evaluate(templateOf(deps, plan), values, { age, streaks: plan.streaks });
      const { by, role } = stepping.doer;
      const { taskId } = id;
      const answer = {
        taskId,
        at: instant(deps.clock),
        questionnaire: response.questionnaire,
        by,
        role,
        ...relation,
      };
      return [
        ...judgement(deps, { plan, task }, verdict, { ...stepping, requestKey }),
        await sealAnswer(deps, id, answer, values),
      ];
    },
  });
}

/** @throws Refusal QUESTIONNAIRE_CHANGED, INVALID_REQUEST with every faulty answer */
function checked(deps: Deps, plan: Plan, { questionnaire, item }: Response): Values {
  const asked = questionnaireNow(deps, templateOf(deps, plan).questionnaire);
  if (canonicalOf(asked) !== questionnaire)
    throw followupErrors.refusal('QUESTIONNAIRE_CHANGED', { context: { questionnaire: canonicalOf(asked) } });
  const outcome = checkAnswers(asked, item);
  if (!outcome.ok) throw houseErrors.refusal('INVALID_REQUEST', { fields: outcome.faults });
  return outcome.values;
}

function judgement(
  deps: Deps,
  { plan, task }: Seen,
  verdict: Verdict,
  { doer, requestKey }: Stepping,
): readonly TransactOperation[] {
  const { level, rules } = verdict;
  const next = following(deps, plan, verdict);
  const isEmergency = level === 'EMERGENCY';
  return [
    taskOperation(
      deps,
      task,
      {
        to: 'DONE',
        set: { level, rules, requestKey },
        news: isEmergency ? EVENTS.emergency : EVENTS.answered,
        // The first rule is named as the reason: they stand in the order of their weight.
        more: isEmergency ? { reason: rules[0] ?? level } : { level },
      },
      doer,
    ),
    ...planOperations(deps, plan, planChange(deps, plan, verdict, next), doer),
    ...(next === undefined ? [] : [newTaskOperation(deps, next)]),
  ];
}

/** A check where it is needed, else the next visit; undefined: the plan is complete. */
function following(deps: Deps, plan: Plan, { level, rules }: Verdict): Task | undefined {
  if (level !== 'SATISFACTORY') return checkTask(deps, plan, { level, rules });
  const visit = visitAfterDone(templateOf(deps, plan), plan.anchor, plan.visit, dayOf(deps.clock.now()));
  return visit === undefined ? undefined : visitTask(deps, plan, visit);
}

function planChange(
  deps: Deps,
  plan: Plan,
  { level, rules, streaks, controlled }: Verdict,
  next: Task | undefined,
): PlanChange {
  const today = dayOf(deps.clock.now());
  const visit =
    visitAfterDone(templateOf(deps, plan), plan.anchor, plan.visit, today)?.index ?? plan.visit + 1;
  const isSatisfactory = level === 'SATISFACTORY';
  const proposes = (level === 'REFER' || level === 'EMERGENCY') && plan.proposal === undefined;
  const result = { on: today, level, ...(controlled === undefined ? {} : { controlled }) };
  const since = plan.outOfControl?.since ?? today;
  return {
    ...(next === undefined ? { to: 'ENDED' } : {}),
    set: {
      visit,
      streaks,
      results: ofLastYear([...plan.results, result], today).slice(-MOST_RESULTS),
      ...(isSatisfactory ? {} : { outOfControl: { since, level, rules } }),
      ...(proposes ? { proposal: { at: instant(deps.clock), rules } } : {}),
      ...(next === undefined
        ? { endedReason: 'COMPLETED' }
        : { openTask: next.taskId, tasks: plan.tasks + 1 }),
    },
    drop: [
      ...(isSatisfactory ? (['outOfControl', 'proposal'] as const) : []),
      ...(next === undefined ? (['openTask'] as const) : []),
    ],
    news: proposes ? EVENTS.referralProposed : next === undefined ? EVENTS.ended : EVENTS.planChanged,
    more: { level },
  };
}
