/** A mainland mobile number: eleven digits, first 13 to 19 (工信部电信网编号计划, 2017). */
const MOBILE = /^1[3-9]\d{9}$/;

/** The bare eleven digits of a mainland mobile in any usual spelling (+86, 0086, blanks, dashes); undefined: none. */
export function normaliseMobile(text: string): string | undefined {
  const digits = text
    .normalize('NFKC')
    .replace(/[\s-]/g, '')
    .replace(/^(\+|00)?86(?=1\d{10}$)/, '');
  return MOBILE.test(digits) ? digits : undefined;
}

/** True for the bare eleven digits only. */
export function isMobile(text: string): boolean {
  return MOBILE.test(text);
}
