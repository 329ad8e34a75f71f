import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import type { Values } from './questionnaire.ts';
import { type Answer, answers, type TaskId } from './store.ts';

/** What was answered is health data: sealed in an item of its own, bound to its place. */

const SCOPE = 'followup';

/** For the transaction that the answer belongs to. One answer a task. */
export async function sealAnswer(
  deps: Deps,
  id: TaskId,
  answer: Omit<Answer, 'sealed'>,
  values: Values,
): Promise<TransactOperation> {
  const sealed = await deps.cipher.seal(SCOPE, fieldOf(id), JSON.stringify(values));
  return answers.putOperation(id, { ...answer, sealed }, { if: { $exists: false } });
}

/** @throws FieldSealError when the item was moved or altered. */
export async function openAnswer(deps: Deps, id: TaskId, { sealed }: Answer): Promise<Values> {
  return JSON.parse(await deps.cipher.open(SCOPE, fieldOf(id), sealed));
}

function fieldOf(id: TaskId): { readonly item: string; readonly field: string } {
  const { pk, sk } = answers.key(id);
  return { item: `${pk}|${sk}`, field: 'sealed' };
}
