/**
 * The departments of the simulated shop. Their order decides which random numbers they get, so it
 * must not change.
 */
import { beauty } from './departments/beauty.ts';
import { crafts } from './departments/crafts.ts';
import { electronics } from './departments/electronics.ts';
import { garden } from './departments/garden.ts';
import { grocery } from './departments/grocery.ts';
import { kitchen } from './departments/kitchen.ts';
import { music } from './departments/music.ts';
import { office } from './departments/office.ts';
import { pets } from './departments/pets.ts';
import { sports } from './departments/sports.ts';
import { tools } from './departments/tools.ts';
import { toys } from './departments/toys.ts';
import type { Department } from './vocabulary.ts';

export const DEPARTMENTS: readonly Department[] = [
  tools,
  kitchen,
  grocery,
  pets,
  sports,
  crafts,
  toys,
  office,
  electronics,
  beauty,
  garden,
  music,
];
