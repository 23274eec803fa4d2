// Decimals of binary fractions as Go rounds them: to the nearest, and of two that are equally near to the even one.

/** The most decimals that JavaScript writes out, exactly. */
const exact = 100;

/** `value` with so many decimals. */
export function fixed(value: number, decimals: number): string {
  const [whole = '', fraction = ''] = Math.abs(value).toFixed(exact).split('.');
  const digits = whole + fraction.slice(0, decimals);
  const rest = fraction.slice(decimals);
  const half = `5${'0'.repeat(Math.max(0, rest.length - 1))}`;
  const isOdd = Number(digits.at(-1)) % 2 === 1;
  const up = rest > half || (rest === half && isOdd);
  const rounded = (BigInt(digits) + (up ? 1n : 0n)).toString().padStart(decimals + 1, '0');
  const sign = value < 0 ? '-' : '';
  if (decimals === 0) return sign + rounded;
  return `${sign}${rounded.slice(0, -decimals)}.${rounded.slice(-decimals)}`;
}
