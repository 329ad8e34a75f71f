/** What stands in a quoted string of old readers without an escape that some of them take literally (RFC 6266 D). */
const PLAIN = /[^\w .()+,@=~-]+/g;

/**
 * An attachment's header (RFC 6266): a name in ASCII for readers that know no other, then the whole one as
 * `filename*` (RFC 8187, formerly 5987), which every present reader prefers.
 */
export function contentDisposition(fileName: string): string {
  return `attachment; filename="${fileName.replaceAll(PLAIN, '_')}"; filename*=UTF-8''${extended(fileName)}`;
}

/** Percent-encoded but for RFC 8187's `attr-char`: four characters fewer than `encodeURIComponent` leaves alone. */
function extended(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
