import * as z from 'zod/mini';
import { route } from '../../../shared/context.ts';
import { eventFor } from '../../../shared/data/events.ts';
import { defineContext } from '../../../shared/define-context.ts';
import type { Deps } from '../../../shared/deps.ts';
import { defineErrors } from '../../../shared/kernel/errors.ts';

/** Errands that a person agrees to or not: the smallest context whose work is a workflow. */
const params = z.object({ errandId: z.string() });
const keyOf = (errandId: string) => ({ pk: `errand#${errandId}`, sk: 'errand' });
const steps = z.object({ steps: z.array(z.string()) });
const input = z.object({ errandId: z.string() });
const asked = z.object({ errandId: z.string(), days: z.int() });
const answered = z.object({ errandId: z.string(), agreed: z.boolean() });

async function note({ table }: Deps, errandId: string, step: string): Promise<void> {
  await table.update(keyOf(errandId), { append: { steps: [step] } });
}

/** Every time it is called: what stands there twice was done twice. */
const noting = (step: string) => ({
  input,
  output: z.object({}),
  handle: async (deps: Deps, given: unknown) => {
    await note(deps, input.parse(given).errandId, step);
    return {};
  },
});

export const errand = defineContext({
  name: 'errand',
  errors: defineErrors({}),
  workflows: { starts: ['errand'], answers: ['errand'] },
  routes: [
    route({
      method: 'PUT',
      path: '/errand/errands/{errandId}',
      summary: '托人办事',
      access: 'public',
      request: { params, body: z.object({ days: z.int() }) },
      response: z.object({}),
      handle: async (deps, { params: { errandId }, body: { days } }) => {
        const event = eventFor(deps, 'errand.asked', { data: { errandId, days } });
        await deps.table.update(keyOf(errandId), { set: { days } }, { event });
        return {};
      },
    }),
    route({
      method: 'PUT',
      path: '/errand/errands/{errandId}/answer',
      summary: '答复',
      access: 'public',
      request: { params, body: z.object({ agreed: z.boolean() }) },
      response: z.object({}),
      handle: async (deps, { params: { errandId }, body: { agreed } }) => {
        const event = eventFor(deps, 'errand.answered', { data: { errandId, agreed } });
        await deps.table.update(keyOf(errandId), { set: { agreed } }, { event });
        return {};
      },
    }),
    route({
      method: 'GET',
      path: '/errand/errands/{errandId}',
      summary: '办到哪一步',
      access: 'public',
      request: { params },
      response: steps,
      handle: async ({ table }, { params: { errandId } }) => {
        const item = await table.get(keyOf(errandId), { consistent: true });
        return steps.parse({ steps: item?.['steps'] ?? [] });
      },
    }),
    route({
      method: 'PUT',
      path: '/errand/errands/{errandId}/start-here',
      summary: '在接口函数里启动流程（不允许）',
      access: 'public',
      request: { params },
      response: z.object({ error: z.string() }),
      handle: async ({ workflows }, { params: { errandId } }) => ({
        error: await workflows.start('errand', errandId, {}).catch((error: Error) => error.name),
      }),
    }),
  ],
  subscriptions: [
    {
      event: 'errand.asked',
      handle: async (deps, { data }) => {
        const { errandId, days } = asked.parse(data);
        const seconds = days * 86_400;
        await note(
          deps,
          errandId,
          await deps.workflows.start('errand', `${errandId}-1`, { errandId, seconds }),
        );
      },
    },
    {
      event: 'errand.answered',
      handle: async (deps, { data }) => {
        const { errandId, agreed } = answered.parse(data);
        const item = await deps.table.get(keyOf(errandId), { consistent: true });
        const token = z.string().parse(item?.['token']);
        await note(deps, errandId, await deps.workflows.succeed(token, { agreed }));
      },
    },
  ],
  tasks: {
    ask: {
      input,
      output: z.object({}),
      handle: async ({ table }, given, { taskToken = '' }) => {
        await table.update(keyOf(input.parse(given).errandId), {
          set: { token: taskToken },
          append: { steps: ['asked'] },
        });
        return {};
      },
    },
    run: noting('run'),
    'run-new': noting('run-new'),
    drop: noting('drop'),
  },
});
