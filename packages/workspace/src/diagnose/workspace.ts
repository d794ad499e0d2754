/** The workspace: what is in it, what is damaged or behind, and which work was stopped. */
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { counted, errorCode } from '@lorekeep/core';
import { openState } from '../state.ts';
import { statusOf, type WorkspaceStatus } from '../status.ts';
import { type Finding, reasonOf } from './finding.ts';

/** A larger share of events that the live model has not seen is worth a new training. */
const MAX_NEW_EVENTS = 0.1;

export interface CheckedWorkspace {
  findings: Finding[];
  /** Its own service listens at the address. */
  isServed: boolean;
}

/** @param service address at which its service would listen */
export async function checkWorkspace(dir: string, service: string): Promise<CheckedWorkspace> {
  const name = 'workspace';
  try {
    const state = await openState(dir, { allowReadOnly: true });
    try {
      const status = await statusOf(state);
      const { items, users, events } = status.counts;
      const content = [counted(items, 'item'), counted(users, 'user'), counted(events, 'event')].join(', ');
      const versions = `model ${status.model?.version ?? 'none'}; publication ${status.live?.version ?? 'none'}`;
      const found = `${content}; ${versions}${status.readOnly ? '; it can only be read' : ''}`;
      return {
        findings: [{ name, state: 'ok', found }, ...detailsOf(status)],
        isServed: status.service?.address === service,
      };
    } finally {
      await state.store.close();
    }
  } catch (error) {
    if (errorCode(error) === 'WORKSPACE_MISSING')
      return { findings: [{ name, state: 'optional', found: `none at "${dir}" yet` }], isServed: false };
    return { findings: [{ name, state: 'missing', found: reasonOf(error) }], isServed: false };
  }
}

/** What is not as it could be. */
function detailsOf(status: WorkspaceStatus): Finding[] {
  return [...damage(status), ...encoding(status), ...liveVersion(status), ...unfinished(status)];
}

const damage = ({ problems }: WorkspaceStatus): Finding[] =>
  problems.map(({ code, message }) => {
    const found = `${code}: ${message}`;
    return code.startsWith('PUBLICATION_')
      ? { name: 'live version', state: 'missing', found, fix: 'Publish again.' }
      : { name: 'newest model', state: 'missing', found, fix: 'Train again.' };
  });

function encoding({ stage, encoder }: WorkspaceStatus): Finding[] {
  if (encoder === undefined) return [];
  const folder = encoder.model.replace(/^transformers:/, '');
  if (isAbsolute(folder) && !existsSync(folder)) {
    const fix = 'Restore the folder, or encode with another model, then train and publish again.';
    return [{ name: 'encoder', state: 'missing', found: `the folder ${folder} of the model is gone`, fix }];
  }
  if (stage === 'imported')
    return [{ name: 'encoding', state: 'advice', found: 'items were imported after it', fix: 'Encode again.' }];
  if (encoder.isLanguageModel) return [];
  const fix = 'Encode with a language model, then train and publish again.';
  return [{ name: 'encoder', state: 'advice', found: `${encoder.name} compares words, not meaning`, fix }];
}

function liveVersion({ stage, live, model, counts, outlook }: WorkspaceStatus): Finding[] {
  if (live === undefined) return [];
  const behind = { name: 'live version', state: 'advice' } as const;
  if (live.model === null && model === undefined) {
    if (outlook?.training !== 'sensible') return [];
    return [
      { ...behind, found: 'it has no model, and there are enough events to train one', fix: 'Train and publish.' },
    ];
  }
  if (stage === 'imported' || stage === 'encoded') {
    const found = 'it was trained before the last import, or with another encoder';
    return [{ ...behind, found, fix: 'Train and publish again.' }];
  }
  if (live.model !== model?.version)
    return [{ name: 'publication', state: 'advice', found: 'the newest model is not live', fix: 'Publish it.' }];
  const unseen = counts.events - live.events;
  if (unseen <= MAX_NEW_EVENTS * counts.events) return [];
  return [{ ...behind, found: `${unseen} events are newer than it`, fix: 'Train and publish again.' }];
}

function unfinished({ unfinished: work }: WorkspaceStatus): Finding[] {
  if (work === undefined) return [];
  if (work.step === 'train') {
    const found = 'stopped before its end';
    return [{ name: 'training', state: 'advice', found, fix: 'Train with the same options to resume.' }];
  }
  const found = `stopped after ${counted(work.texts, 'text')} with ${work.model}`;
  return [{ name: 'encoding', state: 'advice', found, fix: 'Encode with the same model to resume.' }];
}
