// Scripts as users run them: real bash, virtual time, nothing of this machine.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runScript } from '../../../src/lab/shell/script.ts';

const folder = mkdtempSync(join(tmpdir(), 'swarmlab-scripts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;

async function run(script: string, seed = '1') {
  count += 1;
  const file = join(folder, `script${count}.sh`);
  writeFileSync(file, script);
  let out = '';
  let err = '';
  const outcome = await runScript(file, {
    seed,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { ...outcome, out, err };
}

describe('bash', () => {
  test('pipes, loops, substitutions, here-documents, functions and jq work', async () => {
    const { out, exitCode } = await run(`
      set -euo pipefail
      for node in $(docker node ls -q -f role=manager); do
        docker node inspect -f '{{.Description.Hostname}}' "$node"
      done | sort -r | head -n 2
      count() { docker node ls -q | wc -l | tr -d ' '; }
      echo "$(count) nodes"
      cat <<EOF | tr a-z A-Z
        six: $(count)
EOF
      docker node ls --format json | jq -r 'select(.ManagerStatus == "Leader") | .Hostname'
    `);
    expect(exitCode).toBe(0);
    expect(out.split('\n').map((line) => line.trim())).toEqual([
      'manager3',
      'manager2',
      '6 nodes',
      'SIX: 6',
      'manager1',
      '',
    ]);
  });

  test.each([
    'docker node inspect -f "{{.Description.Hostname}}" $(docker node ls -q -f name=worker1)',
    'docker node inspect -f "{{.Description.Hostname}}" "`docker node ls -q -f name=worker1`"',
    `docker node inspect -f "{{.Description.Hostname}}" \${nothing:-$(docker node ls -q -f name=worker1)}`,
  ])('what a command prints in the words of another is given to that: %s', async (line) => {
    const { out } = await run(`${line}\n`);
    expect(out).toBe('worker1\n');
    const { out: made } = await run('docker config create c - < <(docker node ls -q)\n');
    expect(made).toMatch(/^[a-z0-9]{25}\n$/);
  });

  test('set -e ends a script with the code of what failed', async () => {
    const { out, err, exitCode } = await run('set -e\necho before\ndocker node inspect nope\necho after\n');
    expect(out).toBe('before\n[]\n');
    expect(err).toBe('Error response from daemon: node nope not found\n');
    expect(exitCode).toBe(1);
  });

  test('exit gives its code, and a syntax error is one of bash', async () => {
    expect((await run('exit 7')).exitCode).toBe(7);
    const { err, exitCode } = await run('echo "never closed\n');
    expect(exitCode).toBe(2);
    expect(err).toContain('unexpected EOF while looking for matching `"\'');
  });

  test('what a command prints comes before what the next does, on both streams', async () => {
    const said: string[] = [];
    const file = join(folder, 'order.sh');
    writeFileSync(file, 'echo one\ndocker node inspect nope >/dev/null\necho two\n');
    const say = (text: string): void => {
      if (text !== '') said.push(text);
    };
    await runScript(file, { seed: '1', out: say, err: say });
    expect(said).toEqual(['one\n', 'Error response from daemon: node nope not found\n', 'two\n']);
  });
});

describe('virtual time', () => {
  test('sleep lets it pass, date tells it', async () => {
    const { out, time } = await run(`
      date +%FT%T
      sleep 90
      date +%FT%T
      date -d '1 minute ago' +%T
      sleep 0.5s 1m
      date +%s
    `);
    expect(out).toBe('2026-01-01T00:00:03\n2026-01-01T00:01:33\n00:00:33\n1767225753\n');
    expect(time).toBeGreaterThan(150_000_000);
  });

  test('timeout ends what takes longer, by virtual time', async () => {
    const { out, time } = await run(`
      timeout 5s sleep 1000; echo "code $?"
      timeout 10s bash -c 'while true; do sleep 1; done'; echo "code $?"
      timeout 5s sleep 1; echo "code $?"
    `);
    expect(out).toBe('code 124\ncode 124\ncode 0\n');
    expect(time).toBeLessThan(25_000_000);
  });

  test('what a command printed before its timeout is not lost, alone or captured', async () => {
    const { out, err } = await run(`
      lab image web:1 --log hello
      docker service create -d --name web web:1 > /dev/null
      lab wait converged web
      timeout 5s docker service logs -f web | cut -d '|' -f 2; echo "code $?"
      said=$(timeout 5s docker service logs -f --raw web); echo "$said"
      timeout 5s docker service logs -f --raw web
    `);
    expect(out).toBe(' hello\ncode 0\nhello\nhello\n');
    expect(err).not.toContain('aborted');
  });

  test('a script that waits for ever is stopped, in one sentence', async () => {
    const { err, exitCode } = await run(
      'lab cluster --managers 1 --workers 0\nwhile true; do sleep 1h; done',
    );
    expect(exitCode).toBe(1);
    expect(err).toMatch(
      /: at 24:00:00\.000: stopped, for the script has used all its virtual time, 24 hours\n$/,
    );
  });

  test('the same seed gives the same bytes and the same digest, another one another run', async () => {
    const script = 'lab crash manager1\nlab wait leader\nlab status\ndate +%s%N\n';
    const [first, again, other] = [await run(script), await run(script), await run(script, '2')];
    expect(again).toEqual(first);
    expect(other.digest).not.toBe(first.digest);
  });

  test('what would differ from run to run is refused with its line', async () => {
    await expect(run('echo a\necho $RANDOM\n')).rejects.toThrow(
      'line 2: $RANDOM would differ from run to run: `lab draw N` draws by the seed, `date +%s` tells virtual time',
    );
  });
});

describe('machines', () => {
  test('ssh is a shell there, and refuses where none answers', async () => {
    const { out, err } = await run(`
      ssh worker1 hostname
      ssh root@manager2 'docker info --format "{{.Name}}"; echo $(hostname)'
      lab crash worker1
      ssh worker1 hostname || echo "code $?"
      ssh nowhere true || echo "code $?"
    `);
    expect(out).toBe('worker1\nmanager2\nmanager2\ncode 255\ncode 255\n');
    expect(err).toContain('ssh: connect to host worker1 port 22: No route to host\n');
    expect(err).toContain('ssh: Could not resolve hostname nowhere: Name or service not known\n');
  });

  test('ssh without a command does what it is given to read, and says so when that is nothing', async () => {
    const { out, err } = await run('ssh worker2 <<E\nhostname\nE\nssh worker2 || echo "code $?"\n');
    expect(out).toBe('worker2\ncode 255\n');
    expect(err).toContain('ssh: say what to do at worker2: ssh worker2 COMMAND\n');
  });

  test('contexts and DOCKER_HOST choose the engine', async () => {
    const { out } = await run(`
      docker --context worker2 info --format '{{.Name}}'
      DOCKER_HOST=tcp://127.0.0.1:2375/manager3 docker info --format '{{.Name}}'
      DOCKER_CONTEXT=manager2 docker info --format '{{.Name}}'
      docker -H ssh://worker3 info --format '{{.Name}}'
    `);
    expect(out).toBe('worker2\nmanager3\nmanager2\nworker3\n');
  });
});

describe('files', () => {
  test('a script reads its folder, writes to memory alone, and reaches nothing else', async () => {
    writeFileSync(join(folder, 'greeting.txt'), 'hello\n');
    const { out, exitCode } = await run(`
      cat greeting.txt
      echo changed > greeting.txt; cat greeting.txt
      docker config create greeting greeting.txt > /dev/null && docker config ls --format '{{.Name}}'
      cat /etc/passwd ${folder}/greeting.txt 2> /dev/null || echo unreachable
    `);
    expect(out).toBe('hello\nchanged\ngreeting\nunreachable\n');
    expect(exitCode).toBe(0);
    const again = await run('cat greeting.txt');
    expect(again.out).toBe('hello\n');
  });

  test('a world is saved, left and entered again', async () => {
    const { out } = await run(`
      lab fork before
      lab crash worker1
      lab wait node worker1 down
      docker node ls -f name=worker1 --format '{{.Status}}'
      lab load-world before
      docker node ls -f name=worker1 --format '{{.Status}}'
      lab save world.json
      lab crash worker1
      lab load-world world.json
      lab wait 20s
      docker node ls -f name=worker1 --format '{{.Status}}'
      lab load-world nowhere || echo "code $?"
      echo '{}' > bad.json
      lab load-world bad.json || echo "code $?"
    `);
    expect(out).toBe('Down\nReady\nReady\ncode 1\ncode 1\n');
  });
});

test('a file that is not there is one sentence', async () => {
  await expect(
    runScript(join(folder, 'none.sh'), { seed: '1', out: () => {}, err: () => {} }),
  ).rejects.toThrow('none.sh: there is no such file');
});
