/**
 * What the edge notes of each request, whichever edge it is. No address and no path: an address is personal data, and
 * paths carry ids of patients. The function's own log names the route and the request.
 */
export const ACCESS_LOG_FIELDS = {
  requestId: '$context.requestId',
  at: '$context.requestTime',
  method: '$context.httpMethod',
  status: '$context.status',
  bytes: '$context.responseLength',
  latencyMs: '$context.responseLatency',
  integrationMs: '$context.integrationLatency',
} as const;
