import * as z from 'zod/mini';
import { instantAfter } from '../../../shared/kernel/duration.ts';
import { durationSchema } from '../../../shared/kernel/schemas.ts';
import type { TimeMachine } from '../clock/time-machine.ts';
import type { VirtualClock } from '../clock/virtual-clock.ts';
import { type LocalRoute, ok, post, refused } from './local-route.ts';

const moveRequest = z.union([
  z.strictObject({ advance: durationSchema }),
  z.strictObject({ to: z.iso.datetime({ offset: true }) }),
]);

/** The furthest a move goes at once. A mistyped year would otherwise fire for hours. */
const FURTHEST_YEARS = 3;

export function clockRoutes(clock: VirtualClock, machine: TimeMachine): readonly LocalRoute[] {
  return [
    {
      method: 'GET',
      path: '/local/clock',
      summary: 'what time it is in the city',
      handle: async () => ok({ now: new Date(clock.now()).toISOString(), offsetMs: clock.offsetMs }),
    },
    post(
      '/local/clock',
      'move it forward: {"advance": "PT15M"} or {"to": "2026-12-01T08:00:00+08:00"}',
      moveRequest,
      async (request) => {
        const now = clock.now();
        const furthest = Date.parse(instantAfter(now, `P${FURTHEST_YEARS}Y`));
        const targetOf = (from: number) =>
          'to' in request ? Date.parse(request.to) : Date.parse(instantAfter(from, request.advance));
        const target = instantOf(() => targetOf(now));
        if (target === undefined || target > furthest)
          return refused(400, `that is more than ${FURTHEST_YEARS} years ahead`);
        if (target < now) return refused(409, 'the city clock only goes forward');
        return ok(await machine.move(targetOf));
      },
    ),
  ];
}

/** Undefined: so far away that no date says it. */
function instantOf(target: () => number): number | undefined {
  try {
    return target();
  } catch {
    return undefined;
  }
}
