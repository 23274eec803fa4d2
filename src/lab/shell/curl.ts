// The `curl` of scripts: requests to published ports, through the routing mesh of the world, and to the engines of its machines. What a
// container answers is its own name, `web.1 on worker2`: there is no page to show.

import type { Fiber } from '../../engine/fiber.ts';
import { ConnectionLost } from '../../engine/http.ts';
import { second } from '../../model/duration.ts';
import { lab } from '../commands/lab.ts';
import type { Session } from '../session.ts';
import { storyLines } from '../story-text.ts';
import { connect, machineAt, type Terminal } from '../terminal.ts';
import { lineWords } from '../words.ts';

interface Options {
  readonly url: URL;
  readonly method: string;
  readonly data: string | undefined;
  /** Prints nothing of what goes wrong. */
  readonly silent: boolean;
  /** An HTTP error is a failure (22). */
  readonly fail: boolean;
  /** Status line and headers come first. */
  readonly include: boolean;
  readonly output: string | undefined;
  readonly write: string;
  /** Microseconds. */
  readonly timeout: number;
  readonly socket: boolean;
  readonly headers: ReadonlyMap<string, string>;
}

interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

const enginePorts: ReadonlySet<string> = new Set(['2375', '2376']);
const defaultTimeout = 120 * second;

/** @param args what follows the word `curl` @returns its exit code, as curl's own */
export function* curl(args: readonly string[], session: Session, terminal: Terminal): Fiber<number> {
  const options = optionsOf(args);
  if (typeof options === 'string') {
    terminal.err(`curl: ${options}\n`);
    return 2;
  }
  const { url, silent, fail, include, output, write } = options;
  const failed = (code: number, why: string): number => {
    if (!silent) terminal.err(`curl: (${code}) ${why}\n`);
    return code;
  };
  const answer = yield* ask(options, session, terminal);
  if ('code' in answer) return failed(answer.code, answer.why);
  const { status, headers, body } = answer;
  const head = include
    ? `HTTP/1.1 ${status}\r\n${[...headers].map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
    : '';
  if (fail && status >= 400) return failed(22, `The requested URL returned error: ${status}`);
  const text = `${head}${body}`;
  if (output === undefined) terminal.out(text);
  else if (output !== '/dev/null') terminal.writeFile(output, text);
  terminal.out(
    write
      .replaceAll('%{http_code}', String(status).padStart(3, '0'))
      .replaceAll('%{url}', url.href)
      .replaceAll('\\n', '\n')
      .replaceAll('\\t', '\t'),
  );
  return 0;
}

type Failed = { readonly code: number; readonly why: string };

function* ask(options: Options, session: Session, terminal: Terminal): Fiber<Answer | Failed> {
  const { url, socket } = options;
  const here = machineAt(terminal, session);
  const host = machineOf(session, url.hostname, here);
  if (host === undefined) return { code: 6, why: `Could not resolve host: ${url.hostname}` };
  if (socket || enginePorts.has(url.port)) return yield* askEngine(options, session, terminal, host);
  const seconds = Math.floor(options.timeout / 1_000);
  const replyTo = session.outside.send(`${host}:${url.port || '80'}`, {
    from: here,
    timeout: `${seconds}ms`,
  });
  yield { until: () => replyTo() !== undefined, deadline: Number.POSITIVE_INFINITY };
  const reply = replyTo();
  if (reply === undefined) throw new Error('a request that has ended has a reply');
  const [, code, why = ''] = /^curl: \((\d+)\) (.*)$/.exec(reply.error) ?? [];
  if (code === '22') return { status: Number(/\d+$/.exec(why)?.[0] ?? 500), headers: new Map(), body: '' };
  if (code !== undefined) return { code: Number(code), why };
  const by = reply.task === '' ? reply.node : `${reply.task} on ${reply.node}`;
  return { status: 200, headers: new Map([['content-type', 'text/plain']]), body: `${by}\n` };
}

function* askEngine(
  { url, method, data = '', headers, socket }: Options,
  session: Session,
  terminal: Terminal,
  host: string,
): Fiber<Answer | Failed> {
  if (!socket && url.pathname.startsWith('/lab/'))
    return yield* askLab(url.pathname, data, session, terminal);
  const [, name = '', rest = '/'] = /^\/([^/]*)(\/.*)?$/.exec(url.pathname) ?? [];
  const named = !socket && session.swarm.machines.some((machine) => machine.name === name);
  const endpoint = named ? session.engine(name) : connect(session, `tcp://${host}:2375`);
  if (endpoint === undefined) return { code: 7, why: `Failed to connect to ${url.hostname}` };
  const target = `${named ? rest : url.pathname}${url.search}`;
  try {
    const response = yield* endpoint.request({ method, target, headers, body: data });
    if (typeof response.body === 'string') return { ...response, body: response.body };
    // A stream that is followed has no end: what is there is taken, up to the first pause.
    const decoder = new TextDecoder();
    let body = '';
    for (;;) {
      const piece = yield* response.body.next();
      if (piece === undefined) return { ...response, body };
      body += decoder.decode(piece, { stream: true });
    }
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error;
    return { code: 52, why: 'Empty reply from server' };
  }
}

function* askLab(path: string, line: string, session: Session, terminal: Terminal): Fiber<Answer> {
  const headers = new Map([['content-type', 'text/plain']]);
  if (path === '/lab/story') return { status: 200, headers, body: storyLines(session.story) };
  if (path !== '/lab/command') return { status: 404, headers, body: '{"message":"page not found"}\n' };
  let body = '';
  const print = (text: string): void => {
    body += text;
  };
  const words = lineWords(line);
  const [first] = words;
  const code = yield* lab(first === 'lab' ? words.slice(1) : words, session, {
    ...terminal,
    out: print,
    err: print,
  });
  return { status: code === 0 ? 200 : 400, headers, body };
}

/** The machine of that name or address; `localhost` is the one the terminal is at. */
function machineOf({ swarm }: Session, name: string, here: string): string | undefined {
  if (name === 'localhost' || name === '127.0.0.1') return here;
  return swarm.world.hostNames().find((host) => {
    const config = swarm.world.configOf(host);
    return host === name || (config.role === 'node' && config.addr === name);
  });
}

/** @returns what is wrong with them, if something is */
function optionsOf(args: readonly string[]): Options | string {
  let [url, method, data, output, write, seconds]: (string | undefined)[] = [];
  const switches = new Set<string>();
  const headers = new Map<string, string>();
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const value = (): string => rest.shift() ?? '';
    if (!word.startsWith('-')) url = word;
    else if (word === '-X' || word === '--request') method = value();
    else if (word === '-d' || word === '--data' || word === '--data-raw' || word === '--json') {
      data = value();
    } else if (word === '-o' || word === '--output') output = value();
    else if (word === '-w' || word === '--write-out') write = value();
    else if (word === '-m' || word === '--max-time' || word === '--connect-timeout') seconds = value();
    else if (word === '--unix-socket') {
      value();
      switches.add('socket');
    } else if (word === '-H' || word === '--header') {
      const [name = '', text = ''] = value().split(/:\s*/, 2);
      headers.set(name.toLowerCase(), text);
    } else if (/^-[sSfikLNg]+$/.test(word)) for (const letter of word.slice(1)) switches.add(letter);
    else if (longSwitches.has(word)) switches.add(longSwitches.get(word) ?? '');
    else return `option ${word}: the curl of the lab has no such option`;
  }
  if (url === undefined) return 'no URL specified';
  const whole = url.includes('://') ? url : `http://${url}`;
  if (!whole.startsWith('http://') || !URL.canParse(whole)) {
    return `${url} is no http:// URL, and the lab has no others`;
  }
  const timeout = seconds === undefined ? defaultTimeout : Number(seconds) * second;
  if (!(timeout > 0)) return `${seconds} is no number of seconds`;
  return {
    url: new URL(whole),
    method: method ?? (data === undefined ? 'GET' : 'POST'),
    data,
    silent: switches.has('s') && !switches.has('S'),
    fail: switches.has('f'),
    include: switches.has('i'),
    output,
    write: write ?? '',
    timeout,
    socket: switches.has('socket'),
    headers,
  };
}

const longSwitches: ReadonlyMap<string, string> = new Map([
  ['--silent', 's'],
  ['--show-error', 'S'],
  ['--fail', 'f'],
  ['--include', 'i'],
  ['--location', 'L'],
  ['--no-buffer', 'N'],
]);
