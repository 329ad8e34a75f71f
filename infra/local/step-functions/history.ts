import type { JsonObject } from './json.ts';
import type { HistoryEvent } from './store.ts';

/** An event as GetExecutionHistory answers it. */
export function described(event: HistoryEvent): JsonObject {
  const { id, previousEventId, type, at, details } = event;
  return {
    id,
    previousEventId,
    type,
    timestamp: at / 1000,
    ...(details !== undefined && { [details.field]: withSizes(details.value) }),
  };
}

/** Next to each text that AWS might cut it says whether it did. */
function withSizes(details: JsonObject): JsonObject {
  const sizes = ['input', 'output'].filter((name) => typeof details[name] === 'string');
  return {
    ...details,
    ...Object.fromEntries(sizes.map((name) => [`${name}Details`, { truncated: false }])),
    ...(details['assignedVariables'] !== undefined && {
      assignedVariablesDetails: { truncated: false },
    }),
  };
}
