import { houseErrors } from '../../kernel/errors.ts';
import { routeOf, type Step } from '../exchange.ts';

/** The scheme's name has no case (RFC 9110 §11.1). */
const BEARER = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

/**
 * Who asks. A token that is there must be good, also on a public route: a broken one is never treated as none.
 * What a provider sends in that header is the provider's, and no token of ours.
 */
export function authenticate(): Step {
  return {
    before: async ({ event }) => {
      if (routeOf(event).takes === 'raw') return;
      const header = event.http.headers['authorization'];
      if (header === undefined) {
        if (routeOf(event).access !== 'public') throw houseErrors.refusal('UNAUTHENTICATED');
        return;
      }
      const token = BEARER.exec(header)?.[1];
      const actor = token === undefined ? undefined : await event.deps.sessions.verify(token);
      if (actor === undefined) throw houseErrors.refusal('UNAUTHENTICATED');
      event.actor = actor;
    },
  };
}
