import type { Context } from '../../../shared/context.ts';
import { type Answer, type Asking, door } from '../../contexts/booking/door.ts';
import type { TestDeps } from '../../support/deps.ts';

/** Logs in; a session is renewed with every request. */
export type Person = () => Promise<string>;

/** A request of one context that must succeed, by its route's name and the ids in its path. Answers the body. */
export type Ask = (
  /** `POST /booking/patients/{patientId}/appointments` */
  route: string,
  ids: Readonly<Record<string, string>>,
  asking?: Omit<Asking, 'as'> & { readonly as?: Person },
  // biome-ignore lint/suspicious/noExplicitAny: a walk takes what it expects to be there
) => Promise<any>;

/** `after` delivers what follows of a request, which is not the request's cost. */
export function asker(deps: TestDeps, context: Context, after: () => Promise<void> = async () => {}): Ask {
  const ask = door(deps, context);
  return async (route, ids, { as, ...rest } = {}) => {
    const [method = '', path = ''] = route.split(' ');
    const real = path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? name);
    const token = as === undefined ? undefined : await (deps.meter?.aside(as) ?? as());
    const answer = await ask(method, real, token === undefined ? rest : { ...rest, as: token });
    await after();
    return bodyOf(route, answer);
  };
}

export function bodyOf(route: string, { status, body }: Pick<Answer, 'status' | 'body'>): unknown {
  if (status < 300) return body;
  throw new Error(`${route}: ${status} ${JSON.stringify(body)}`);
}
