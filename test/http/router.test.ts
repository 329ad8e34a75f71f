import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type Route, route } from '../../shared/context.ts';
import { createRouter } from '../../shared/http/router.ts';
import { call } from './edge.ts';
import { publicRoute, smallCity } from './small-context.ts';

type Method = Route['method'];

function bare(method: Method, path: string): Route {
  return route({
    method,
    path,
    summary: '读取',
    access: 'public',
    response: z.object({}),
    handle: async () => ({}),
  });
}

describe('the router', () => {
  it('prefers a word to a parameter', () => {
    const match = createRouter([bare('GET', '/things/{thingId}'), bare('GET', '/things/newest')]);
    expect(match('GET', '/things/newest')).toMatchObject({ route: { path: '/things/newest' }, params: {} });
    expect(match('GET', '/things/other')).toMatchObject({ params: { thingId: 'other' } });
  });

  it('backs out of a word that leads nowhere', () => {
    const match = createRouter([bare('GET', '/things/newest/size'), bare('GET', '/things/{thingId}/colour')]);
    expect(match('GET', '/things/newest/colour')).toMatchObject({ params: { thingId: 'newest' } });
  });

  it('forgets the parameters of the way that it backed out of', () => {
    const match = createRouter([bare('GET', '/things/{thingId}/size'), bare('GET', '/{kind}/newest/colour')]);
    expect(match('GET', '/things/newest/colour')).toMatchObject({ params: { kind: 'things' } });
  });

  it('names the parameters of the route that it found, though another calls them differently', () => {
    const match = createRouter([bare('GET', '/things/{thingId}'), bare('PUT', '/things/{name}')]);
    expect(match('GET', '/things/a')).toMatchObject({ params: { thingId: 'a' } });
    expect(match('PUT', '/things/a')).toMatchObject({ params: { name: 'a' } });
  });

  it('refuses two routes of one method and shape', () => {
    expect(() => createRouter([bare('GET', '/things/{a}'), bare('GET', '/things/{b}')])).toThrow(
      'two routes answer GET /things/{b}',
    );
  });

  it.each(['/things/', '//things', '/things//size', 'things', '', '/things/1/', '/things//'])(
    'knows one spelling of a path, and not %j',
    (path) => {
      const match = createRouter([
        bare('GET', '/things'),
        bare('GET', '/things/{thingId}'),
        bare('GET', '/things/{thingId}/size'),
      ]);
      expect(match('GET', path)).toEqual({ found: false, allowed: [] });
    },
  );

  it('takes words of the language of JavaScript for words', () => {
    const match = createRouter([bare('GET', '/things/{thingId}')]);
    expect(match('GET', '/constructor/__proto__')).toMatchObject({ found: false });
    expect(match('GET', '/things/__proto__')).toMatchObject({ params: { thingId: '__proto__' } });
  });

  it('finds what a slow and plain matcher finds', () => {
    const word = fc.constantFrom('a', 'b', 'c');
    const segment = fc.oneof(word, fc.constantFrom('{x}', '{y}', '{z}'));
    const method = fc.constantFrom<Method>('GET', 'POST', 'DELETE');
    const routes = fc.array(fc.tuple(method, fc.array(segment, { minLength: 1, maxLength: 4 })), {
      minLength: 1,
      maxLength: 12,
    });
    const asked = fc.array(fc.oneof(word, fc.constantFrom('d', '', '{x}')), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(routes, method, asked, (declared, askedMethod, askedPath) => {
        const unique = new Map(
          declared.map(([of, path]) => [
            `${of} ${path.map((part) => part.replace(/\{.*/, '{}')).join('/')}`,
            { of, path },
          ]),
        );
        const list = [...unique.values()].map(({ of, path }) => bare(of, `/${path.join('/')}`));
        const path = `/${askedPath.join('/')}`;
        expect(createRouter(list)(askedMethod, path)).toEqual(plainMatch(list, askedMethod, path));
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Every route whose segments fit; of several shapes the one that has a word first where the others have a parameter. */
function plainMatch(routes: readonly Route[], method: Method, path: string): unknown {
  const asked = path.slice(1).split('/');
  const fits = routes.filter(({ path: declared }) => {
    const parts = declared.slice(1).split('/');
    return (
      parts.length === asked.length &&
      parts.every((part, index) => (part.startsWith('{') ? asked[index] !== '' : part === asked[index]))
    );
  });
  const shape = ({ path: declared }: Route) =>
    declared
      .slice(1)
      .split('/')
      .map((part) => (part.startsWith('{') ? '1' : '0'))
      .join('');
  const best = fits.map(shape).sort()[0];
  const candidates = fits.filter((one) => shape(one) === best);
  const found = candidates.find((one) => one.method === method);
  if (found === undefined) return { found: false, allowed: candidates.map((one) => one.method).sort() };
  const params = found.path
    .slice(1)
    .split('/')
    .flatMap((part, index) => (part.startsWith('{') ? [[part.slice(1, -1), asked[index]]] : []));
  return { found: true, route: found, params: Object.fromEntries(params) };
}

describe('an api', () => {
  const { api } = smallCity([publicRoute(async () => ({ name: 'a' })), bare('POST', '/things')]);

  it('answers an unknown path with 404', async () => {
    const answer = await call(api, 'GET /things/nowhere');
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['allow']).toBeUndefined();
    expect(answer.json).toMatchObject({ code: 'NOT_FOUND', requestId: 'edge-request-1' });
  });

  it.each(['PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'GETT'])(
    'answers %s on a path that lacks it with 405 and the methods it has',
    async (method) => {
      const answer = await call(api, `${method} /things`);
      expect(answer.statusCode).toBe(405);
      expect(answer.headers['allow']).toBe('GET, POST');
      expect(answer.json).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
    },
  );
});
