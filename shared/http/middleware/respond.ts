import { routeOf, type Step } from '../exchange.ts';
import { fileIn } from '../file-answer.ts';
import { encode, encodeFile } from '../response.ts';
import { warmed } from '../warm-schema.ts';

/**
 * The use case's answer through the response schema: an undeclared field cannot leave,
 * nor can one that the actor's grant does not name. A file leaves whole.
 */
export function respond(): Step {
  return {
    after: (request) => {
      const { http, grant } = request.event;
      const fields = grant?.fields;
      const route = routeOf(request.event);
      const declared = warmed(route.response).parse(request.response);
      const file = fileIn(route.response, declared);
      request.response =
        file === undefined
          ? encode(http, route.status, fields === undefined ? declared : pick(declared, fields))
          : encodeFile(route.status, file);
    },
  };
}

function pick(value: unknown, fields: readonly string[]): unknown {
  return Object.fromEntries(Object.entries(value as object).filter(([name]) => fields.includes(name)));
}
