/** HTML whose every inserted text has been escaped. */
export interface Html {
  readonly html: string;
}

type Inserted = string | number | Html | readonly Html[] | undefined;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** Besides what HTML reads as markup: controls, which it forbids, and marks that turn the direction of what follows. */
const MARKUP = /[&<>"']/g;
const UNSAFE = /[\p{Cc}\p{Cs}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/**
 * A piece of HTML: html`<td>${name}</td>`. Texts are escaped for content and for quoted attributes, pieces are
 * inserted as they are, undefined is nothing. Never insert into a script, a style or an unquoted attribute.
 */
export function html(parts: TemplateStringsArray, ...inserted: readonly Inserted[]): Html {
  return { html: String.raw({ raw: parts }, ...inserted.map(textOf)) };
}

function textOf(value: Inserted): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escaped(value);
  return 'html' in value ? value.html : value.map((piece) => piece.html).join('');
}

function escaped(text: string): string {
  const lines = text.replaceAll(UNSAFE, (character) => (character === '\n' ? character : ' '));
  return lines.replaceAll(MARKUP, (character) => ENTITIES[character] ?? '');
}
