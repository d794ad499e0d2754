/** What can be changed from the page. */
import { KeysPanel } from './keys.tsx';
import { ScenariosPanel } from './scenarios.tsx';

export function ManageView() {
  return (
    <div class="grid">
      <ScenariosPanel />
      <KeysPanel />
    </div>
  );
}
