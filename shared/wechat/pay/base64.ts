/**
 * The bytes of a Base64 text in its one canonical form. Node skips what it cannot read, and ignores the spare bits of
 * the last letter: several texts would then stand for one signature.
 */
export function canonicalBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : undefined;
}
