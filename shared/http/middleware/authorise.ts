import { decide } from '../../access/decide.ts';
import { houseErrors } from '../../kernel/errors.ts';
import { routeOf, type Step } from '../exchange.ts';

/** Deny by default: role × relation, before anything of the subject is read. */
export function authorise(): Step {
  return {
    before: async ({ event }) => {
      const { actor, params, deps } = event;
      const { access } = routeOf(event);
      if (access === 'public') return;
      if (actor === undefined) throw houseErrors.refusal('UNAUTHENTICATED');
      const decision = await decide(deps, access, actor, params ?? {});
      if (!decision.allowed) throw houseErrors.refusal(decision.code);
      event.grant = decision.grant;
    },
  };
}
