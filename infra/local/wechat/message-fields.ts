/**
 * WeChat's rules for the values of a subscribe message, told a second time: the platform's own are in
 * `functions/notification/fields.ts`, and a stand-in that shared them would let their mistakes pass.
 */
const RULES: Readonly<Record<string, RegExp>> = {
  thing: /^.{1,20}$/su,
  phrase: /^\p{Script=Han}{1,5}$/u,
  name: /^(?:\p{Script=Han}{1,10}|[ -~]{1,20})$/u,
  character_string: /^[ -~]{1,32}$/u,
  number: /^(?=.{1,32}$)\d+(?:\.\d+)?$/u,
  amount: /^[¥￥$]?\d{1,10}(?:\.\d{1,2})?元?$/u,
  time: /^(?:\d{4}年\d{1,2}月\d{1,2}日)?(?: ?(?:[01]?\d|2[0-3]):[0-5]\d)?$/u,
  date: /^\d{4}年\d{1,2}月\d{1,2}日(?: (?:[01]?\d|2[0-3]):[0-5]\d)?$/u,
  phone_number: /^[0-9+-]{1,17}$/u,
};

/** Whether WeChat takes the value for a keyword such as `thing1`. */
export function takes(keyword: string, value: string): boolean {
  const rule = RULES[keyword.replace(/\d+$/, '')];
  return value !== '' && rule?.test(value) === true;
}
