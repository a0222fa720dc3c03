// What the ID token's claim `permissions` lets somebody do. The APIs decide by the same rules
// (lambda_src/shared/permissions.py); here they only choose what is shown.

/** Both may hold `*`, which stands for any characters, none included. */
export interface Permission {
  readonly action: string;
  readonly resource: string;
}

const ACTION = /^[A-Za-z0-9_*-]{1,64}$/;
const RESOURCE = /^[A-Za-z0-9_*/.-]{1,128}$/;

/** Whether a claim such as `write:products list:*` grants this; a broken one grants nothing at all. */
export function can(claim: string, action: string, resource: string): boolean {
  const granted = claim.split(" ").map(parsePermission);
  return !granted.includes(undefined) && granted.some((one) => one && matches(one.action, action) && matches(one.resource, resource));
}

function parsePermission(compact: string): Permission | undefined {
  const [action = "", resource = "", ...rest] = compact.split(":");
  return rest.length === 0 && isAction(action) && isResource(resource) ? { action, resource } : undefined;
}

export function isAction(text: string): boolean {
  return ACTION.test(text);
}

export function isResource(text: string): boolean {
  return RESOURCE.test(text);
}

/** Each part between two stars is looked for once, where it comes first: no pattern takes long. */
function matches(pattern: string, text: string): boolean {
  const [start = "", ...parts] = pattern.split("*");
  const end = parts.pop();
  if (end === undefined) return text === start;
  if (!text.startsWith(start)) return false;
  let from = start.length;
  for (const part of parts) {
    const found = text.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return text.length - end.length >= from && text.endsWith(end);
}
