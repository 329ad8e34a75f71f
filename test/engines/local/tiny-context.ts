import * as z from 'zod/mini';
import { route } from '../../../shared/context.ts';
import { eventFor } from '../../../shared/data/events.ts';
import { defineContext } from '../../../shared/define-context.ts';
import type { Deps } from '../../../shared/deps.ts';
import { instant } from '../../../shared/kernel/clock.ts';
import { defineErrors } from '../../../shared/kernel/errors.ts';

/** Notes that may ring: the smallest context that uses all that the laptop offers. */
const errors = defineErrors({
  NO_SUCH_NOTE: { status: 404, message: '没有这条便签', note: 'unknown id' },
});

const noteParams = z.object({ noteId: z.string() });
const note = z.object({ noteId: z.string(), text: z.string(), version: z.int() });
const diary = z.object({
  entries: z.array(z.object({ what: z.string(), at: z.string(), requestId: z.optional(z.string()) })),
});

const diaryKey = { pk: 'tiny#diary', sk: 'entries' };

async function write({ table, clock }: Deps, what: string): Promise<void> {
  await table.update(diaryKey, { append: { entries: [{ what, at: instant(clock) }] } });
}

let failuresLeft = 0;

export const tiny = defineContext({
  name: 'tiny',
  errors,
  routes: [
    route({
      method: 'PUT',
      path: '/tiny/notes/{noteId}',
      summary: '写便签',
      access: 'public',
      request: { params: noteParams, body: z.object({ text: z.string(), ringAt: z.optional(z.string()) }) },
      response: note,
      handle: async (deps, { params: { noteId }, body }) => {
        const outcome = await deps.table.update(
          { pk: `tiny#note#${noteId}`, sk: 'note' },
          { set: { noteId, text: body.text }, add: { version: 1 } },
          {
            event: eventFor(deps, 'tiny.noted', { data: { noteId, text: body.text } }),
            ...(body.ringAt === undefined ? {} : { timer: { kind: 'ring', at: body.ringAt } }),
          },
        );
        if (!outcome.ok) throw new Error('an update without a condition failed');
        return note.parse(outcome.item);
      },
    }),
    route({
      method: 'GET',
      path: '/tiny/notes/{noteId}',
      summary: '看便签',
      access: 'public',
      request: { params: noteParams },
      response: note,
      errors: ['NO_SUCH_NOTE'],
      handle: async ({ table }, { params: { noteId } }) => {
        const item = await table.get({ pk: `tiny#note#${noteId}`, sk: 'note' }, { consistent: true });
        if (item === undefined) throw errors.refusal('NO_SUCH_NOTE');
        return note.parse(item);
      },
    }),
    route({
      method: 'GET',
      path: '/tiny/diary',
      summary: '看日记',
      access: 'public',
      response: diary,
      handle: async ({ table }) =>
        diary.parse((await table.get(diaryKey, { consistent: true })) ?? { entries: [] }),
    }),
    route({
      method: 'PUT',
      path: '/tiny/failures',
      summary: '让后续处理失败若干次',
      access: 'public',
      request: { body: z.object({ times: z.int() }) },
      response: z.object({ done: z.boolean() }),
      handle: async (_deps, { body }) => {
        failuresLeft = body.times;
        return { done: true };
      },
    }),
  ],
  subscriptions: [
    {
      event: 'tiny.noted',
      handle: async (deps, event) => {
        if (failuresLeft > 0) {
          failuresLeft -= 1;
          throw new Error('as asked');
        }
        await write(deps, `noted ${event.data['noteId']} ${event.data['text']}`);
      },
    },
  ],
  timers: {
    ring: async (deps, { key }) => {
      await write(deps, `rang ${key.pk.split('#')[2]}`);
      await deps.table.update(key, {}, { timer: null });
    },
  },
  schedules: [
    { name: 'morning', dailyAt: '08:00', handle: async (deps, { at }) => write(deps, `morning ${at}`) },
  ],
});
