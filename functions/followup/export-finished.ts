import type * as z from 'zod/mini';
import type { Deps } from '../../shared/deps.ts';
import { openCursor, sealCursor } from '../../shared/http/cursor.ts';
import { openAnswer } from './answers.ts';
import type { exportList } from './contracts.ts';
import { finishedKey } from './panel-links.ts';
import { answers, tasks } from './store.ts';

const PAGE = 50;

/** 一次录入: the finished follow-ups of an institution's month, as the city's interface takes them over. */
export async function exportFinished(
  deps: Deps,
  { institutionId, month }: { readonly institutionId: string; readonly month: string },
  after: string | undefined,
): Promise<z.input<typeof exportList>> {
  const pk = finishedKey(institutionId, month);
  const cursor = { scope: 'followup', of: `finished:${pk}` };
  const from = await openCursor(deps, cursor, after);
  const page = await tasks.query(deps.table, {
    index: 'lookup',
    pk,
    limit: PAGE,
    ...(from && { after: from }),
  });
  const found = await answers.getMany(deps.table, page.items);
  const followUps = await Promise.all(
    page.items.map(async (task, index) => {
      const answer = found[index];
      if (answer === undefined) throw new Error('a task that is done has its answer');
      const { patientId, planId, taskId, template, kind, dueOn, level } = task;
      return {
        patientId,
        planId,
        taskId,
        template,
        kind,
        dueOn,
        doneAt: answer.at,
        ...(level === undefined ? {} : { level }),
        by: answer.by,
        role: answer.role,
        questionnaire: answer.questionnaire,
        values: { ...(await openAnswer(deps, task, answer)) },
      };
    }),
  );
  const next = await sealCursor(deps, cursor, page.next);
  return { institutionId, month, followUps, ...(next === undefined ? {} : { next }) };
}
