/** Where unfinished trainings keep their checkpoints. */
import { join } from 'node:path';
import type { WorkspaceState } from '../state.ts';

/** Of the training that selects all settings. */
export const trainDir = ({ workDir }: WorkspaceState): string => join(workDir, 'train');

/** Of the training that repeats the selected settings on more events. */
export const refitDir = ({ workDir }: WorkspaceState): string => join(workDir, 'refit');

export const checkpointDirs = (state: WorkspaceState): string[] => [trainDir(state), refitDir(state)];
