const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** Three digits and three digits, with the Arabic sign between them. */
const GROUPED = /^([+-]?\d{1,3})((?:٬\d{3})+)(?!\d)/;
/** Signs without a look of their own, which a keyboard of Persian or a copied text brings. */
const UNSEEN = /[\s\u200b-\u200f\u202a-\u202e\u2066-\u2069\u061c]/g;

/**
 * Reads a number as it is typed, with the digits and signs of English, Persian or Arabic.
 *
 * @returns The number; null where nothing is typed; the text itself where it is no number.
 */
export function readNumber(text: string): number | string | null {
  const plain = latin(text.replace(UNSEEN, ''))
    .replace(
      GROUPED,
      (_, first: string, rest: string) => first + rest.replace(/٬/g, '')
    )
    .replace('٫', '.')
    .replace('−', '-');
  if (plain === '') {
    return null;
  }
  const value = Number(plain);
  return NUMBER.test(plain) && Number.isFinite(value) ? value : text;
}

/** Writes a number in the digits of a language as one types it: whole, without groups. */
export function writeNumber(value: number, code: string): string {
  return new Intl.NumberFormat(code, {
    useGrouping: false,
    maximumFractionDigits: 20
  }).format(value);
}

function latin(text: string): string {
  return text.replace(/[٠-٩۰-۹]/g, digit => {
    // Of both rows of digits, the last four bits are the value.
    return String(digit.charCodeAt(0) & 0xf);
  });
}
