import { isMobile } from './mobile.ts';

/** Two-character surnames still found in the household register: their second character is no given name. */
const COMPOUND_SURNAMES = new Set(
  (
    '欧阳 司马 上官 诸葛 司徒 东方 独孤 南宫 万俟 闻人 夏侯 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 ' +
    '仲孙 钟离 长孙 宇文 司空 鲜于 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 ' +
    '段干 百里 呼延 东郭 南门 羊舌 微生 公户 公玉 公仪 梁丘 公仲 公上 公门 公山 公坚 左丘 公伯 西门 公祖 第五 公乘 贯丘 ' +
    '公皙 南荣 东里 东宫 仲长 子书 子桑 即墨 达奚 褚师 纳兰 完颜 叶赫'
  ).split(' '),
);

/** The dot inside names of Uyghur, Tibetan, Kazakh… people comes in many code points; the register writes U+00B7. */
const NAME_DOT = /[·•‧・∙．.]/u;

/**
 * A name as others may see it: the surname stays, each further character becomes `*`: 张*, 欧阳**. Of a name with dots
 * the first character stays and the dots: 阿***·***. A single character is masked whole.
 */
export function maskName(name: string): string {
  const characters = [...name.normalize('NFC').trim()];
  if (characters.length <= 1) return '*'.repeat(characters.length);
  const dotted = characters.some((character) => NAME_DOT.test(character));
  const compound = !dotted && characters.length > 2 && COMPOUND_SURNAMES.has(characters.slice(0, 2).join(''));
  return characters
    .map((character, i) => {
      if (NAME_DOT.test(character)) return '·';
      return i < (compound ? 2 : 1) || /\s/.test(character) ? character : '*';
    })
    .join('');
}

/** 138****1234. A landline keeps its last four digits; anything shorter shows nothing. */
export function maskPhone(phone: string): string {
  if (isMobile(phone)) return `${phone.slice(0, 3)}****${phone.slice(7)}`;
  return maskAllBut(phone, 0, phone.length > 7 ? 4 : 0);
}

/** 410425********1234: division and last four stay, the birth date goes. Of other numbers at most the last four show. */
export function maskResidentId(number: string): string {
  if (/^\d{17}[\dXx]$|^\d{15}$/.test(number)) return maskAllBut(number, 6, 4);
  return maskAllBut(number, 0, number.length > 8 ? 4 : 0);
}

function maskAllBut(text: string, head: number, tail: number): string {
  const characters = [...text];
  return characters
    .map((character, i) => (i < head || i >= characters.length - tail ? character : '*'))
    .join('');
}
