import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskName, maskPhone, maskResidentId } from '../../shared/privacy/masking.ts';
import { isMobile, normaliseMobile } from '../../shared/privacy/mobile.ts';

describe('a masked name', () => {
  it.each([
    ['张三', '张*'],
    ['张三丰', '张**'],
    ['欧阳修', '欧阳*'],
    ['欧阳娜娜', '欧阳**'],
    ['欧阳', '欧*'],
    ['阿卜杜拉·买买提', '阿***·***'],
    ['古丽•阿依', '古*·**'],
    ['扎西．多吉', '扎*·**'],
    ['𠮷田', '𠮷*'],
    ['李', '*'],
    ['', ''],
    [' 王芳 ', '王*'],
    ['John Smith', 'J*** *****'],
  ])('of %j is %j', (name, masked) => {
    expect(maskName(name)).toBe(masked);
  });

  it('shows two characters at most', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const shown = [...maskName(name)].filter((character) => !/[*·\s]/u.test(character));
        expect(shown.length).toBeLessThanOrEqual(2);
      }),
    );
  });
});

describe('a masked number', () => {
  it.each([
    ['13812341234', '138****1234'],
    ['0375-1234567', '********4567'],
    ['1234567', '*******'],
  ])('of the phone %s is %s', (phone, masked) => {
    expect(maskPhone(phone)).toBe(masked);
  });

  it.each([
    ['410425199001011234', '410425********1234'],
    ['11010519491231002X', '110105********002X'],
    ['410425900101123', '410425*****1123'],
    ['E12345678', '*****5678'],
    ['1234', '****'],
  ])('of the id %s is %s', (number, masked) => {
    expect(maskResidentId(number)).toBe(masked);
  });
});

describe('a mainland mobile', () => {
  it.each([
    ['13812341234', '13812341234'],
    ['+86 138-1234-1234', '13812341234'],
    ['008613812341234', '13812341234'],
    ['8613812341234', '13812341234'],
    ['１３８１２３４１２３４', '13812341234'],
    ['19912341234', '19912341234'],
  ])('%s is %s', (text, mobile) => {
    expect(normaliseMobile(text)).toBe(mobile);
  });

  it.each(['12812341234', '1381234123', '138123412345', '+85291234567', '0375-1234567', '', '1381234123a'])(
    '%j is none',
    (text) => {
      expect(normaliseMobile(text)).toBeUndefined();
      expect(isMobile(text)).toBe(false);
    },
  );

  it('is bare only without decoration', () => {
    expect(isMobile('13812341234')).toBe(true);
    expect(isMobile('+8613812341234')).toBe(false);
  });
});
