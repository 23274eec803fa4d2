// Virtual time as the story shows it.

/** `01:42.317`, or `3:01:42.317` from an hour on. */
export function formatTime(microseconds: number): string {
  const milliseconds = Math.floor(microseconds / 1000);
  const pad = (value: number, width: number) => String(value).padStart(width, '0');
  const hours = Math.floor(milliseconds / 3_600_000);
  const minutes = pad(Math.floor(milliseconds / 60_000) % 60, 2);
  const seconds = pad(Math.floor(milliseconds / 1000) % 60, 2);
  return `${hours > 0 ? `${hours}:` : ''}${minutes}:${seconds}.${pad(milliseconds % 1000, 3)}`;
}

/** An instant of a machine's clock as the engine prints it: `1970-01-01T00:01:42.317000000Z`. Virtual time begins at the Unix epoch. */
export function isoTime(microseconds: number): string {
  const pad = (value: number, width: number) => String(value).padStart(width, '0');
  const seconds = Math.floor(microseconds / 1_000_000);
  const { year, month, day } = civilDate(Math.floor(seconds / 86_400));
  const inDay = seconds - Math.floor(seconds / 86_400) * 86_400;
  const clock = [inDay / 3_600, (inDay / 60) % 60, inDay % 60]
    .map((part) => pad(Math.floor(part), 2))
    .join(':');
  const fraction = pad((microseconds - seconds * 1_000_000) * 1_000, 9);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${clock}.${fraction}Z`;
}

/** The Gregorian date so many days after 1970-01-01. Years are counted from March, so that leap days come last. */
function civilDate(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const sinceMarch0000 = days + 719_468;
  const era = Math.floor(sinceMarch0000 / 146_097);
  const inEra = sinceMarch0000 - era * 146_097;
  const yearInEra = Math.floor(
    (inEra - Math.floor(inEra / 1_460) + Math.floor(inEra / 36_524) - Math.floor(inEra / 146_096)) / 365,
  );
  const inYear = inEra - (yearInEra * 365 + Math.floor(yearInEra / 4) - Math.floor(yearInEra / 100));
  const fromMarch = Math.floor((5 * inYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return {
    year: yearInEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: inYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
  };
}
