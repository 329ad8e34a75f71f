/** A name as it is compared: blanks taken out, the middle dots people type made the one dot that registers use. */
export function normaliseName(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/\s+/g, '')
    .replace(/[•‧・.．•]/g, '·');
}
