const MOST_FRAMES = 12;
const MOST_ISSUES = 10;
/** A frame of V8: `at name (file:line:column)`, or without a name. */
const FRAME = /^\s+at \S.*:\d+:\d+\)?$/;
const NAME = /^[\w$.]{1,80}$/;
/** A field's name as we declare it, or a place in a list; a record's key could be anything. */
const FIELD = /^([A-Za-z][A-Za-z_-]{0,40}|\d{1,4})$/;

/**
 * An error's name and where it came from; of a schema's error also which fields. Its message stays out, and
 * whatever of it stands in the stack: a parser's message may quote what a person typed.
 */
export function errorFacts(error: unknown): Readonly<Record<string, string>> {
  if (error === undefined) return {};
  if (!(error instanceof Error)) return { errorName: typeof error };
  const errorName = NAME.test(error.name) ? error.name : 'Error';
  const issues = issuesOf(error);
  return { errorName, stack: framesOf(error).join(' < '), ...(issues === '' ? {} : { issues }) };
}

/** From the innermost call outwards. */
export function framesOf({ stack = '', message }: Error): readonly string[] {
  const start = stack.indexOf(message);
  const below = start < 0 ? stack : stack.slice(start + message.length);
  return below
    .split('\n')
    .filter((line) => FRAME.test(line))
    .slice(0, MOST_FRAMES)
    .map((line) => line.trim());
}

/** `slots.0.start invalid_type, …` of a zod error, empty for any other. */
export function issuesOf(error: Error): string {
  if (!('issues' in error) || !Array.isArray(error.issues)) return '';
  return error.issues
    .slice(0, MOST_ISSUES)
    .map(({ path = [], code }: { path?: readonly PropertyKey[]; code?: unknown }) => {
      const fields = path.map((name) => (FIELD.test(String(name)) ? String(name) : '*'));
      return `${fields.join('.')} ${String(code)}`.trim();
    })
    .join(', ');
}
