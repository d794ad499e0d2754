/**
 * Prices as shops write them: with a currency before or after, and with either decimal sign. Which
 * sign divides the decimals is decided from the whole column: `1,125` alone may be 1125 or 1.125.
 */

export type DecimalSign = '.' | ',';

/** Words for a price of 0. */
const FREE = /^(free( to play)?|free of charge|gratis|gratuito|gratuit|kostenlos|for free)$/i;

const CODES =
  'USD|EUR|GBP|JPY|CNY|RMB|INR|BRL|RUB|CHF|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|TRY|ILS|ZAR|MXN|ARS|CLP|COP|PEN|' +
  'KRW|TWD|HKD|SGD|THB|IDR|MYR|PHP|VND|AED|SAR|EGP|NGN|KES|UAH|KZT|PKR|BDT|LKR|MAD|ISK';
const CURRENCY = `(?:[A-Z]{0,3}\\p{Sc}|${CODES}|Rs\\.?|kr\\.?|zł|Kč|Ft|lei|руб\\.?|р\\.)`;
const BEFORE = new RegExp(`^${CURRENCY}\\s*`, 'iu');
const AFTER = new RegExp(`\\s*${CURRENCY}$`, 'iu');

interface Amount {
  sign: '' | '-';
  /** Digits, points and commas. */
  digits: string;
}

/**
 * What the digits show about the decimal sign. `either`: one sign with three digits behind it, which
 * may be decimals or thousands.
 */
export type PriceForm = 'plain' | 'point' | 'comma' | 'either' | 'free' | 'unreadable';

/** How many values of a column have each form. */
export type PriceForms = Record<PriceForm, number>;

export const noPriceForms = (): PriceForms => ({ plain: 0, point: 0, comma: 0, either: 0, free: 0, unreadable: 0 });

export function priceFormOf(text: string): PriceForm {
  const trimmed = text.trim();
  if (FREE.test(trimmed)) return 'free';
  if (isNumberText(trimmed)) return /^[-+]?[1-9]\d{0,2}\.\d{3}$/.test(trimmed) ? 'either' : formOf(trimmed);
  const amount = amountOf(trimmed);
  return amount === undefined ? 'unreadable' : formOf(amount.digits);
}

/** The decimal sign of a column; undefined if its values do not show it, or show both. */
export function decimalSignOf({ point, comma }: PriceForms): DecimalSign | undefined {
  if (point > 0 && comma === 0) return '.';
  return comma > 0 && point === 0 ? ',' : undefined;
}

/** @returns undefined if the text is no price, or if the sign of the column does not decide it */
export function readPrice(text: string, sign: DecimalSign | undefined): number | undefined {
  const trimmed = text.trim();
  const form = priceFormOf(trimmed);
  if (form === 'free') return 0;
  if (form === 'unreadable' || (form === 'either' && sign === undefined)) return undefined;
  if (form !== 'either' && isNumberText(trimmed)) return finite(Number(trimmed));
  const amount = amountOf(trimmed)!;
  const decimal = form === 'either' ? sign! : form === 'comma' ? ',' : '.';
  const thousands = decimal === '.' ? /,/g : /\./g;
  return finite(Number(amount.sign + amount.digits.replace(thousands, '').replace(',', '.')));
}

const isNumberText = (text: string) => /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text);
const finite = (value: number) => (Number.isFinite(value) ? value : undefined);

function amountOf(text: string): Amount | undefined {
  const sign = /^[-−]/.test(text) ? '-' : '';
  let digits = text.replace(/^[-−+]\s*/, '');
  digits = digits.replace(BEFORE, '');
  digits = digits.replace(AFTER, '').trim();
  const inner = /^[-−]/.test(digits);
  digits = digits.replace(/^[-−]\s*/, '');
  // `19,-` and `19.–` are whole amounts in some countries.
  digits = digits.replace(/[.,][-–—]+$/, '');
  // Blanks and apostrophes divide thousands only.
  if (/^\d{1,3}([\s\u00a0\u202f'’]\d{3})+([.,]\d+)?$/.test(digits)) digits = digits.replace(/[\s\u00a0\u202f'’]/g, '');
  return /^\d[\d.,]*$/.test(digits) ? { sign: sign || inner ? '-' : '', digits } : undefined;
}

function formOf(text: string): PriceForm {
  const digits = text.replace(/^[-+]/, '');
  if (/^\d+$/.test(digits)) return 'plain';
  if (/^\d{1,3}(,\d{3})+\.\d+$/.test(digits) || /^\d{1,3}(,\d{3}){2,}$/.test(digits)) return 'point';
  if (/^\d{1,3}(\.\d{3})+,\d+$/.test(digits) || /^\d{1,3}(\.\d{3}){2,}$/.test(digits)) return 'comma';
  // 1,25,000 in India.
  if (/^\d{1,2}(,\d{2})+,\d{3}(\.\d+)?$/.test(digits)) return 'point';
  if (/^[1-9]\d{0,2}[.,]\d{3}$/.test(digits)) return 'either';
  if (/^\d*\.\d*$/.test(digits) || /^[\d.]+e[-+]?\d+$/i.test(digits)) return 'point';
  return /^\d+,\d+$/.test(digits) ? 'comma' : 'unreadable';
}
