/** An old Node is refused in words, before anything that it cannot load is loaded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkNodeVersion } from '@lorekeep/core';

test('a version of Node that is too old is refused with the version that is needed', () => {
  for (const version of ['18.20.8', '20.20.2', '22.17.1'])
    assert.throws(() => checkNodeVersion(version), {
      code: 'NODE_TOO_OLD',
      message: `Lorekeep needs Node 22.18 or newer; this is Node ${version}.`,
    });
  for (const version of ['22.18.0', '24.0.0', '26.1.0']) checkNodeVersion(version);
  checkNodeVersion();
});
