import { redisConformance } from './redis-conformance.ts';

redisConformance('Redis', 1);
