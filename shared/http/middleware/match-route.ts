import type { Context } from '../../context.ts';
import { houseErrors } from '../../kernel/errors.ts';
import type { Step } from '../exchange.ts';
import { createRouter } from '../router.ts';

/** HEAD and OPTIONS are methods like any other, and no route has them: mini-programs send neither. */
export function matchRoute(context: Context): Step {
  const match = createRouter(context.routes);
  return {
    before: ({ event }) => {
      const { method, path } = event.http;
      const result = match(method, path);
      if (result.found) {
        event.route = result.route;
        event.params = result.params;
        return;
      }
      event.allowed = result.allowed;
      throw houseErrors.refusal(result.allowed.length > 0 ? 'METHOD_NOT_ALLOWED' : 'NOT_FOUND');
    },
  };
}
