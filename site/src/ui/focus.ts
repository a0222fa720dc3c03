/** What may take the focus for what was inside it. */
const AROUND = "[tabindex], form, section, article, main";

/**
 * Keep the focus out of the body, where who uses the keyboard or listens starts anew: if what has
 * it goes away, the nearest part around that is still there takes it.
 */
export function keepFocus(root: HTMLElement): void {
  let around: readonly Element[] = [];
  root.addEventListener("focusin", ({ target }) => {
    around = target instanceof Element ? ancestorsOf(target) : [];
  });
  root.addEventListener("focusout", ({ target, relatedTarget }) => {
    // Left on purpose, not gone: nothing has to be kept.
    if (!relatedTarget) queueMicrotask(() => target instanceof Element && target.isConnected && (around = []));
  });
  new MutationObserver(() => {
    if (document.activeElement !== document.body || around[0]?.isConnected !== false) return;
    const next = around.find((one): one is HTMLElement => one instanceof HTMLElement && one.isConnected && one.matches(AROUND));
    if (!next) return;
    if (!next.hasAttribute("tabindex")) next.tabIndex = -1;
    next.focus({ preventScroll: true });
  }).observe(root, { childList: true, subtree: true });
}

/** An element and all that it is in, inside out. */
function ancestorsOf(element: Element): readonly Element[] {
  const found: Element[] = [];
  for (let one: Element | null = element; one; one = one.parentElement) found.push(one);
  return found;
}
