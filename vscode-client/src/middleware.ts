/** Where this extension stands between VS Code and the server. */

import type { InlineCompletionItem } from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import { type Feedback, identOf } from './feedback';
import { SECTION } from './settings';

const ACCEPT = 'lspRouter.accept';
/** Takes no argument: after a preview VS Code has forgotten the arguments of an action's command, and complains. */
const ACCEPT_EDIT = 'lspRouter.acceptEdit';

export function middleware(
  feedback: Feedback,
  chosen: () => Record<string, unknown>,
  answered: () => void,
): Middleware {
  return {
    async provideInlineCompletionItems(document, position, context, token, next) {
      if (feedback.paused) {
        return undefined;
      }
      const found = (await next(document, position, context, token)) ?? [];
      const items = (Array.isArray(found) ? found : found.items).map(reportedToUs);
      answered();
      if (!token.isCancellationRequested) {
        feedback.offered(document, position, items);
      }
      return items;
    },
    async resolveCodeAction(action, token, next) {
      const resolved = await next(action, token);
      const id = resolved && identOf(resolved);
      if (resolved && id && resolved.command?.command === ACCEPT) {
        feedback.offeredEdit(id);
        resolved.command = { title: 'accepted', command: ACCEPT_EDIT };
      }
      return resolved;
    },
    workspace: {
      configuration: ({ items }) => items.map(({ section }) => (section === SECTION ? chosen() : null)),
    },
  };
}

/** The server names a command that other extensions may own as well; ours does the same. */
function reportedToUs(item: InlineCompletionItem): InlineCompletionItem {
  const id = identOf(item);
  if (id) {
    item.command = { title: 'accepted', command: ACCEPT, arguments: [{ id }] };
  }
  return item;
}
