// A modal question before something that cannot be undone.

import { h } from "./dom.ts";

/**
 * Ask, and run `action` if the person agrees; resolves to whether it ran. Stays open while it runs;
 * an error of the action is said in the dialog in the words of `inWords`, which may rethrow it.
 */
export function confirmAndRun({ heading, detail, agree, busy, style = "button-danger", action, inWords, left }: {
  readonly heading: string;
  readonly detail: string;
  readonly agree: string;
  readonly busy: string;
  /** Of the button that agrees. */
  readonly style?: "button-danger" | "button-main";
  readonly action: () => Promise<void>;
  readonly inWords: (error: unknown) => string;
  /** Closes the dialog when the page is left. */
  readonly left: AbortSignal;
}): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let running = false;
    let done = false;
    const problem = h("p", { class: "problem", role: "alert" });
    const cancel = h("button", { type: "button", class: "button button-plain", autofocus: true }, "Cancel");
    const confirm = h("button", { type: "button", class: `button ${style}` }, agree);
    const dialog = h("dialog", { class: "dialog", "aria-labelledby": "dialog-heading", "aria-describedby": "dialog-detail" },
      h("h2", { id: "dialog-heading" }, heading),
      h("p", { id: "dialog-detail" }, detail),
      problem,
      h("div", { class: "actions" }, cancel, confirm),
    );

    const run = async () => {
      if (running) return;
      running = true;
      problem.textContent = "";
      confirm.textContent = busy;
      confirm.setAttribute("aria-disabled", "true");
      try {
        await action();
        done = true;
        running = false;
        dialog.close();
      } catch (error) {
        running = false;
        confirm.textContent = agree;
        confirm.removeAttribute("aria-disabled");
        try {
          problem.textContent = inWords(error);
        } catch (rethrown) {
          dialog.close();
          reject(rethrown);
        }
      }
    };

    confirm.addEventListener("click", () => void run());
    cancel.addEventListener("click", () => running || dialog.close());
    // Escape must not hide an answer that is on its way.
    dialog.addEventListener("cancel", (event) => running && event.preventDefault());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(done);
    });
    left.addEventListener("abort", () => dialog.close());
    document.body.append(dialog);
    dialog.showModal();
  });
}
