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
