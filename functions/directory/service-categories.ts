/**
 * Standard service categories (诊疗科目): 医疗机构诊疗科目名录, 卫医发〔1994〕第27号, with the later additions
 * 口腔科 (2010), 疼痛科 (2007) and 重症医学科 (2009). Facts of a public list; the codes of levels one and two
 * were compared with two independent public code lists, 12.11–12.13 and 14.01–14.04 are recalled.
 * The list calls its catch-all entries just 其他; they carry their parent's name here. Level three
 * (transplant projects) needs a licence of its own and is left out.
 */
const LIST = `
01 预防保健科
02 全科医疗科
03 内科|呼吸内科专业|消化内科专业|神经内科专业|心血管内科专业|血液内科专业|肾病学专业|内分泌专业|免疫学专业|变态反应专业|老年病专业|内科其他
04 外科|普通外科专业|神经外科专业|骨科专业|泌尿外科专业|胸外科专业|心脏大血管外科专业|烧伤科专业|整形外科专业|外科其他
05 妇产科|妇科专业|产科专业|计划生育专业|优生学专业|生殖健康与不孕症专业|妇产科其他
06 妇女保健科|青春期保健专业|围产期保健专业|更年期保健专业|妇女心理卫生专业|妇女营养专业|妇女保健科其他
07 儿科|新生儿专业|小儿传染病专业|小儿消化专业|小儿呼吸专业|小儿心脏病专业|小儿肾病专业|小儿血液病专业|小儿神经病学专业|小儿内分泌专业|小儿遗传病专业|小儿免疫专业|儿科其他
08 小儿外科|小儿普通外科专业|小儿骨科专业|小儿泌尿外科专业|小儿胸心外科专业|小儿神经外科专业|小儿外科其他
09 儿童保健科|儿童生长发育专业|儿童营养专业|儿童心理卫生专业|儿童五官保健专业|儿童康复专业|儿童保健科其他
10 眼科
11 耳鼻咽喉科|耳科专业|鼻科专业|咽喉科专业|耳鼻咽喉科其他
12 口腔科|牙体牙髓病专业|牙周病专业|口腔粘膜病专业|儿童口腔专业|口腔颌面外科专业|口腔修复专业|口腔正畸专业|口腔种植专业|口腔麻醉专业|口腔颌面医学影像专业|口腔病理专业|预防口腔专业|口腔科其他
13 皮肤科|皮肤病专业|性传播疾病专业|皮肤科其他
14 医疗美容科|美容外科专业|美容牙科专业|美容皮肤科专业|美容中医科专业
15 精神科|精神病专业|精神卫生专业|药物依赖专业|精神康复专业|社区防治专业|临床心理专业|司法精神专业|精神科其他
16 传染科|肠道传染病专业|呼吸道传染病专业|肝炎专业|虫媒传染病专业|动物源性传染病专业|蠕虫病专业|传染科其他
17 结核病科
18 地方病科
19 肿瘤科
20 急诊医学科
21 康复医学科
22 运动医学科
23 职业病科|职业中毒专业|尘肺专业|放射病专业|物理因素损伤专业|职业健康监护专业|职业病科其他
24 临终关怀科
25 特种医学与军事医学科
26 麻醉科
27 疼痛科
28 重症医学科
30 医学检验科|临床体液、血液专业|临床微生物学专业|临床化学检验专业|临床免疫、血清学专业|临床细胞分子遗传学专业|医学检验科其他
31 病理科
32 医学影像科|X线诊断专业|CT诊断专业|磁共振成像诊断专业|核医学专业|超声诊断专业|心电诊断专业|脑电及脑血流图诊断专业|神经肌肉电图专业|介入放射学专业|放射治疗专业|医学影像科其他
50 中医科|中医内科专业|中医外科专业|中医妇产科专业|中医儿科专业|中医皮肤科专业|中医眼科专业|中医耳鼻咽喉科专业|中医口腔科专业|中医肿瘤科专业|骨伤科专业|肛肠科专业|中医老年病科专业|针灸科专业|推拿科专业|中医康复医学专业|中医急诊科专业|中医预防保健科专业|中医科其他
51 民族医学科|维吾尔医学|藏医学|蒙医学|彝医学|傣医学|民族医学科其他
52 中西医结合科
`;

export interface ServiceCategory {
  /** `03`, or `03.04` for a specialty of it. */
  readonly code: string;
  readonly name: string;
  readonly parentCode?: string;
}

/** In the list's order: each first-level entry, then its specialties numbered from 01. */
export const serviceCategories: readonly ServiceCategory[] = LIST.trim()
  .split('\n')
  .flatMap((line) => {
    const code = line.slice(0, 2);
    const [name = '', ...specialties] = line.slice(3).split('|');
    return [
      { code, name },
      ...specialties.map((specialty, index) => ({
        code: `${code}.${String(index + 1).padStart(2, '0')}`,
        name: specialty,
        parentCode: code,
      })),
    ];
  });

const names = new Map(serviceCategories.map(({ code, name }) => [code, name]));

export function isServiceCategory(code: string): boolean {
  return names.has(code);
}

/** The name people read; empty for an unknown code. */
export function serviceCategoryName(code: string): string {
  return names.get(code) ?? '';
}

/** `03.04` stands below `03`: the codes under which a search should find it. */
export function categoryAndAbove(code: string): readonly string[] {
  const [top = code] = code.split('.');
  return top === code ? [code] : [code, top];
}
