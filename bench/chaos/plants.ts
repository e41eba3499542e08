/** Bugs, each in a short drive that is bound to meet it: proof that the checker can fail. A planted worker's Node
 *  rewrites the text of one of our files as it loads it; the files themselves stay as they are. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plant } from './plant.ts';
import { RUN_PLANTS } from './run-plants.ts';
import { TICK_PLANTS } from './tick-plants.ts';

const HOOK = pathToFileURL(join(import.meta.dirname, 'plant-hook.ts')).href;

export const PLANTS = { ...RUN_PLANTS, ...TICK_PLANTS } as const;

/** Rewrites what the driver is about to load. */
export async function plantHere(name: keyof typeof PLANTS): Promise<void> {
  const { driverEdits = [] }: Plant = PLANTS[name];
  process.env['CHAOS_PLANT'] = JSON.stringify(driverEdits);
  await import('./plant-hook.ts');
}

/** The drive of a plant, with its bug or without. */
export function plantedDrive(name: keyof typeof PLANTS, planted: boolean): Plant['drive'] {
  const plant: Plant = PLANTS[name];
  if (!planted) return plant.drive;
  return {
    ...plant.drive,
    ...plant.planted,
    nodeArgs: ['--import', HOOK],
    env: { ...plant.drive.env, CHAOS_PLANT: JSON.stringify(plant.edits) },
  };
}
