export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json | undefined };
export type JsonObject = { readonly [name: string]: Json | undefined };

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isArray = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** The one place where text becomes JSON: whatever parses is of this shape. @throws SyntaxError */
export function parseJson(text: string): Json {
  return JSON.parse(text);
}

const MAX_BYTES = 262_144;

/** Input, output, arguments and results of a state are limited to 256 KB of UTF-8. */
export function isTooLarge(text: string): boolean {
  return text.length > MAX_BYTES || (text.length * 3 > MAX_BYTES && Buffer.byteLength(text) > MAX_BYTES);
}
