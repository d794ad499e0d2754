import { redisConformance } from './redis-conformance.ts';

redisConformance('Redis Cluster', 3);
