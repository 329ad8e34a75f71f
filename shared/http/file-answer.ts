import * as z from 'zod/mini';

/** What a handler answers on a route whose `response` is a `file(…)`. */
export interface FileAnswer<T extends string = string> {
  /** In any script; never with a person's name or number in it, because it stays in the reader's downloads. */
  readonly fileName: string;
  readonly contentType: T;
  readonly bytes: Uint8Array;
}

/** Lambda answers 6 MB at most, and base64 makes four bytes of three. What is longer is paged or put where files are. */
export const MOST_FILE_BYTES = 4_500_000;

/** No folder; no control, no mark of direction and no half of a character: such a name looks like another, or is none. */
const UNSAFE_IN_NAME = /[\p{Cc}\p{Cf}\p{Cs}/\\]/u;

const fileName = z.string().check(
  z.minLength(1),
  z.maxLength(120),
  z.refine((name) => !UNSAFE_IN_NAME.test(name)),
);

const anyBytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const bytes = anyBytes.check(z.refine((content) => content.length <= MOST_FILE_BYTES));

type FileSchema<T extends string> = z.ZodMiniObject<{
  fileName: typeof fileName;
  contentType: z.ZodMiniLiteral<T>;
  bytes: typeof bytes;
}>;

const contentTypes = new WeakMap<object, readonly string[]>();

/**
 * The `response` of a route that answers a file: `file('text/csv; charset=utf-8')`. The answer is one of these types,
 * and goes out as an attachment, whole: no grant narrows it. Refusals are JSON as everywhere.
 */
export function file<T extends string>(...types: readonly [T, ...T[]]): FileSchema<T> {
  const schema = z.object({ fileName, contentType: z.literal([...types]), bytes });
  contentTypes.set(schema, types);
  return schema;
}

/** The types of a `file(…)`; undefined: the schema is of JSON. */
export function contentTypesOf(schema: object): readonly string[] | undefined {
  return contentTypes.get(schema);
}

const anyFile = z.object({ fileName: z.string(), contentType: z.string(), bytes: anyBytes });

/** An answer that has passed its schema, where that is a file's. */
export function fileIn(schema: object, answer: unknown): FileAnswer | undefined {
  return contentTypes.has(schema) ? anyFile.parse(answer) : undefined;
}
