/** The frame of a command: opens its workspace, runs it, names the next command, and closes. */
import type { Warning } from '@lorekeep/core';
import { openWorkspace, type Workspace, type WorkspaceStatus } from '@lorekeep/workspace';
import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { suggestNext } from '../guidance/guidance.ts';
import { warningText } from '../guidance/hints.ts';
import { withTyped } from '../guidance/invocation.ts';
import { type RankingOptions, rankingSteps } from '../guidance/ranking-steps.ts';
import { storePlace, userPath } from '../paths.ts';
import type { Output } from '../terminal.ts';

/**
 * `'create'`: the workspace is created if there is none. `'read'`: it may be in a folder that cannot
 * be written.
 */
export type Use = 'create' | 'write' | 'read';

/** What `Next:` depends on. */
interface SharedOptions extends RankingOptions {
  workspace: string;
  dryRun?: boolean;
  refit?: string;
  report?: string;
}

export function inWorkspace<O>(
  output: Output,
  signal: AbortSignal,
  use: Use,
  work: (context: CommandContext, options: O) => Promise<void>,
) {
  return async (options: O & SharedOptions, called: Command): Promise<void> => {
    const workspace = await openWorkspace(userPath(options.workspace), {
      create: use === 'create',
      allowReadOnly: use === 'read',
      endpointUrl: process.env.LOREKEEP_ENDPOINT,
    });
    const warn = (warning: Warning) => output.warn(withTyped(warningText(warning)));
    const run = { progress: output.progress, warn, signal };
    try {
      await work({ workspace, output, run }, options);
      if (!signal.aborted && !output.json) await suggest(output, workspace, nameOf(called), options);
    } finally {
      output.settle();
      await workspace.close();
    }
  };
}

async function suggest(output: Output, workspace: Workspace, name: string, options: SharedOptions): Promise<void> {
  const { dryRun, refit, report } = options;
  const hasImpressions = name === 'quickstart' && (await workspace.store.countImpressions()) > 0;
  const how = hasImpressions
    ? ' --impressions'
    : dryRun
      ? ' --dry-run'
      : refit === 'all'
        ? ' --refit all'
        : report === undefined
          ? ''
          : ' --report';
  const status = await workspace.status();
  const next = name === 'encode' && hasNewEvents(status) ? 'train' : status.next;
  const chosen = await rankingSteps(workspace, status, name, { ...options, store: storePlace(options.store) });
  suggestNext(output, `${name}${how}`, options.workspace, next, chosen);
}

/** `train`, or `rank train`. */
function nameOf(called: Command): string {
  const group = called.parent?.parent === null ? undefined : called.parent?.name();
  return [group, called.name()].filter(Boolean).join(' ');
}

/** Events of a service do not make the live version outdated, but a new training learns from them. */
const hasNewEvents = ({ counts, live }: WorkspaceStatus) => live !== undefined && counts.events > live.events;
