import type { Context, Route } from '../context.ts';
import { type ErrorDefinition, houseErrors } from '../kernel/errors.ts';

/** What a route may answer instead, by status; each with the codes it stands for. */
export function errorResponses(context: Context, route: Route): Record<string, object> {
  const codes: [string, ErrorDefinition][] = [
    ...Object.entries(houseErrors.definitions).filter(([code]) => applies(code, route)),
    ...Object.entries(context.errors.definitions).filter(([code]) => route.errors.includes(code)),
  ];
  const byStatus = Object.groupBy(codes, ([, { status }]) => status);
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, entries = []]) => [
      status,
      {
        description: entries.map(([code, { message }]) => `\`${code}\` ${message}`).join('；'),
        content: {
          'application/json': {
            schema: {
              allOf: [{ $ref: '#/components/schemas/Error' }],
              properties: { code: { enum: entries.map(([code]) => code) } },
            },
          },
        },
      },
    ]),
  );
}

function applies(code: string, route: Route): boolean {
  if (code === 'METHOD_NOT_ALLOWED') return false;
  if (route.access === 'public' && ['FORBIDDEN', 'SECOND_FACTOR_REQUIRED'].includes(code)) return false;
  if (route.takes === 'raw') return !['UNAUTHENTICATED', 'UNSUPPORTED_MEDIA_TYPE'].includes(code);
  return route.request.body !== undefined || !['BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'].includes(code);
}

/** The body of every refusal. */
export const errorSchema = {
  type: 'object',
  required: ['code', 'message', 'requestId'],
  properties: {
    code: { type: 'string' },
    message: { type: 'string' },
    requestId: { type: 'string' },
    fields: {
      type: 'array',
      items: {
        type: 'object',
        required: ['in', 'path', 'code', 'message'],
        properties: {
          in: { enum: ['path', 'query', 'header', 'body'] },
          path: { type: 'string' },
          code: { type: 'string' },
          message: { type: 'string' },
        },
      },
    },
    reasons: {
      type: 'array',
      items: {
        type: 'object',
        required: ['code', 'message'],
        properties: { code: { type: 'string' }, message: { type: 'string' }, detail: { type: 'object' } },
      },
    },
    context: { type: 'object' },
  },
};
