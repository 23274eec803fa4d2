// One script, twice: in the lab, and under the bash of this machine with the real docker client against a server. It prints the same.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { runScript } from '../../src/lab/shell/script.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'swarmlab-bash-'));
let server: ChildProcess | undefined;
afterAll(() => {
  server?.kill('SIGINT');
  rmSync(folder, { recursive: true, force: true });
});

const hasDocker =
  spawnSync('docker', ['--version'], { encoding: 'utf8' }).stdout?.includes('28.2.2') === true;
if (!hasDocker && process.env.CI !== undefined) throw new Error('the gate needs the docker client 28.2.2');
if (!hasDocker) process.stderr.write('SKIPPED: the docker client 28.2.2 is not on the path\n');

const script = `set -e
docker node ls --format '{{.Hostname}} {{.Status}}'
docker service create -d --name web --replicas 3 nginx > /dev/null
lab wait converged web
docker service ls --format '{{.Name}} {{.Replicas}}'
lab crash worker1
lab wait node worker1 down
docker node ls --filter name=worker1 --format '{{.Hostname}} {{.Status}}'
lab wait converged web
for slot in 1 2 3; do
  docker service ps web --filter desired-state=running --format '{{.Name}}' | grep "web.$slot"
done
docker service update -d --image nginx:1.27 web | tr a-z A-Z
lab wait update web completed
docker service inspect -f '{{.UpdateStatus.State}}' web
lab expect tasks web 3 && echo kept
lab expect tasks web 4 2> /dev/null || echo broken
cat <<EOF | docker config create greeting - > /dev/null
hello $(docker config ls -q | wc -l | tr -d ' ')
EOF
docker config ls --format '{{.Name}}'
`;

function startServer(): Promise<string> {
  return new Promise((resolve, reject) => {
    const args = ['--import', 'tsx', 'src/cli.ts', 'serve', '--port', '0', '--speed', '60'];
    server = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    server.stdout?.on('data', (piece: Buffer) => {
      said += piece.toString('utf8');
      const address = /export DOCKER_HOST=(\S+)/.exec(said)?.[1];
      if (address !== undefined && said.includes('Ctrl-C')) resolve(address);
    });
    server.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
}

function runBash(
  file: string,
  address: string,
): Promise<{ readonly out: string; readonly code: number | null }> {
  const shim = join(folder, 'lab');
  writeFileSync(
    shim,
    `#!/bin/sh\nexec '${process.execPath}' --import tsx '${root}src/serve/lab-client.ts' "$@"\n`,
  );
  chmodSync(shim, 0o755);
  return new Promise((resolve) => {
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, DOCKER_HOST: address };
    const child = spawn('bash', [file], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (piece: Buffer) => {
      out += piece.toString('utf8');
    });
    child.on('close', (code) => resolve({ out, code }));
  });
}

test.skipIf(!hasDocker)('a script under real bash prints what it prints in the lab', async () => {
  const file = join(folder, 'script.sh');
  writeFileSync(file, script);
  let inside = '';
  const { exitCode } = await runScript(file, {
    seed: '1',
    out: (text) => {
      inside += text;
    },
    err: () => {},
  });
  expect(exitCode).toBe(0);
  expect(inside).toContain('worker1 Down\nweb.1\nweb.2\nweb.3\nWEB\ncompleted\nkept\nbroken\ngreeting\n');
  const real = await runBash(file, await startServer());
  expect(real.code).toBe(0);
  expect(real.out).toBe(inside);
});
