// An explanation as text for a terminal.

import { formatTime } from '../time.ts';
import { type Explanation, type ExplanationLink, listOf, type NodeRow, seconds } from './explanation.ts';
import { remedyText } from './rows.ts';

/** Lines: the explanation's line, its chain, the nodes if it has them, and what follows. */
export function explanationText(explanation: Explanation): string {
  const { line, chain, since, nodes, rule, next, ifOnly, youCan } = explanation;
  const tail = (label: string, text: string | undefined) => (text === undefined ? [] : [`${label} ${text}`]);
  return [
    line,
    ...chain.map((link) => `  ${linkText(link, since)}`),
    ...(nodes === undefined ? [] : tableText(nodes)),
    ...tail('Rule:', rule && `${rule.text} [${rule.tag} ${rule.reference}]`),
    ...tail('Next:', next),
    ...tail('If:', ifOnly),
    ...tail('You can:', youCan),
  ].join('\n');
}

function linkText({ at, sentence, root }: ExplanationLink, since: Explanation['since']): string {
  const after =
    since !== undefined && at > since.at ? ` (${seconds(at - since.at)} after ${since.what})` : '';
  return `${formatTime(at)}${after}  ${sentence}${root === undefined ? '' : ` [${root}]`}`;
}

/** The nodes, with a column for every filter that is asked; then what would change the verdicts, the same for many nodes in one line. */
function tableText(nodes: readonly NodeRow[]): string[] {
  const width = Math.max(4, ...nodes.map(({ node }) => node.length));
  const asked = (nodes[0]?.checks ?? [])
    .map(({ filter }) => filter)
    .filter((filter) =>
      nodes.some(({ checks }) => checks.some((each) => each.filter === filter && each.verdict !== 'off')),
    );
  const line = (node: string, filters: readonly string[], ranks: readonly string[], verdict: string) =>
    [
      `  ${node.padEnd(width)}`,
      ...filters.map((mark, i) => mark.padEnd(asked[i]?.length ?? 0)),
      ...ranks.map((rank, i) => rank.padStart(rankNames[i]?.length ?? 0)),
      verdict,
    ].join('  ');
  return [
    line('node', asked, rankNames, 'verdict'),
    ...nodes.map(({ node, checks, rejected, failures, serviceTasks, allTasks, chosen }) =>
      line(
        node,
        asked.map((filter) => marks[checks.find((each) => each.filter === filter)?.verdict ?? 'off']),
        [failures, serviceTasks, allTasks].map(String),
        rejected.length > 0 ? `rejected: ${listOf(rejected, 7)}` : chosen ? 'chosen' : 'qualifies',
      ),
    ),
    ...remediesText(nodes),
  ];
}

const rankNames = ['failures', 'service', 'all'];

const marks = { passes: '✓', rejects: '✗', off: '-' } as const;

function remediesText(nodes: readonly NodeRow[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { node, ifOnly } of nodes) {
    if (ifOnly === undefined) continue;
    const then = ifOnly.outcome === 'qualifies' ? 'would qualify' : 'would come first';
    const what = `${then} with ${remedyText(ifOnly)}`;
    groups.set(what, [...(groups.get(what) ?? []), node]);
  }
  return [...groups].map(([what, names]) => `  ${listOf(names)} ${what}`);
}
