// Paths of files on the client's machine, as text.

/** The absolute form of a path, without `.` and `..`. @param cwd an absolute path */
export function absolutePath(path: string, cwd: string): string {
  const whole = path.startsWith('/') ? path : `${cwd}/${path}`;
  const steps: string[] = [];
  for (const step of whole.split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return `/${steps.join('/')}`;
}
