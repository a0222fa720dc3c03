// Form fields with their label, hint and error, and the summary of what has to be corrected.

import { ApiError } from "../api/client.ts";
import { fill, h, type Child } from "./dom.ts";

export type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** A control with everything that belongs to it; `row` goes into the form. */
export interface Field<C extends Control = Control> {
  readonly name: string;
  readonly control: C;
  readonly row: HTMLElement;
  /** Show what is wrong at the field, or nothing. */
  setProblem(problem?: string): void;
}

/** Wire a control that has an id and a name to a label, a hint and its error. */
export function field<C extends Control>(
  control: C,
  { label, hint, beside }: { readonly label: string; readonly hint?: Child; readonly beside?: Child },
): Field<C> {
  const hintId = `${control.id}-hint`;
  const problemId = `${control.id}-problem`;
  const problem = h("p", { id: problemId, class: "problem" });
  const row = h("div", { class: "field" },
    h("label", { for: control.id }, label),
    hint !== undefined && h("div", { id: hintId, class: "hint" }, hint),
    problem,
    h("div", { class: "control" }, control, beside),
  );
  const describe = (text?: string) => {
    const ids = [...(hint === undefined ? [] : [hintId]), ...(text ? [problemId] : [])];
    if (ids.length > 0) control.setAttribute("aria-describedby", ids.join(" "));
    else control.removeAttribute("aria-describedby");
  };
  describe();
  return {
    name: control.name,
    control,
    row,
    setProblem(text) {
      problem.textContent = text ?? "";
      row.classList.toggle("field-wrong", text !== undefined);
      if (text === undefined) control.removeAttribute("aria-invalid");
      else control.setAttribute("aria-invalid", "true");
      describe(text);
    },
  };
}

/** What is wrong with a form: by field, and with the whole. */
export interface Problems {
  readonly fields: ReadonlyMap<string, string>;
  readonly whole: readonly string[];
}

export function hasProblems({ fields, whole }: Problems): boolean {
  return fields.size > 0 || whole.length > 0;
}

/** What an API said of fields: at those of this form, the rest with the whole; undefined if it said nothing of them. */
export function fieldProblems(
  error: unknown,
  fields: readonly Field[],
  title = (name: string): string => name,
): Problems | undefined {
  if (!(error instanceof ApiError) || error.errors.length === 0) return undefined;
  const isHere = (name: string) => fields.some((one) => one.name === name);
  const said = error.errors.map(({ field: name, detail }) => ({ name, text: sentence(`${title(name)} ${detail}`) }));
  return {
    fields: new Map(said.filter(({ name }) => isHere(name)).map(({ name, text }) => [name, text])),
    whole: said.filter(({ name }) => !isHere(name)).map(({ text }) => text),
  };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}

/** A form that is sent once at a time, with a summary of its problems on top. */
export function form({ before, fields, after, submit, busy, send, extra }: {
  readonly before?: Child;
  readonly fields: readonly Field[];
  readonly after?: Child;
  readonly submit: string;
  readonly busy: string;
  /** Send the form; resolve to the problems to show, or nothing. */
  readonly send: () => Promise<Problems | void>;
  /** Beside the submit button. */
  readonly extra?: Child;
}): HTMLFormElement {
  const summary = h("div", { class: "summary", role: "group", "aria-labelledby": "summary-heading", tabindex: -1, hidden: true });
  const button = h("button", { type: "submit", class: "button" }, submit);
  const element = h("form", { class: "form", novalidate: true },
    summary,
    before,
    fields.map(({ row }) => row),
    after,
    h("div", { class: "actions" }, button, extra),
  );
  let sending = false;

  const show = (problems: Problems) => {
    for (const one of fields) one.setProblem(problems.fields.get(one.name));
    summary.hidden = !hasProblems(problems);
    fill(summary,
      h("h2", { id: "summary-heading" }, "Please check this"),
      h("ul", { role: "list" },
        problems.whole.map((text) => h("li", {}, text)),
        fields.map((one) => {
          const text = problems.fields.get(one.name);
          const focus = (event: MouseEvent) => {
            event.preventDefault();
            one.control.focus();
          };
          return text && h("li", {}, h("a", { href: `#${one.control.id}`, on: { click: focus } }, text));
        }),
      ),
    );
    if (!summary.hidden) summary.focus();
  };

  const onSubmit = async () => {
    if (sending) return;
    sending = true;
    button.textContent = busy;
    // Not `disabled`: that would drop the keyboard focus.
    button.setAttribute("aria-disabled", "true");
    show({ fields: new Map(), whole: [] });
    try {
      const problems = await send();
      if (problems) show(problems);
    } finally {
      sending = false;
      button.textContent = submit;
      button.removeAttribute("aria-disabled");
    }
  };
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    void onSubmit();
  });
  return element;
}
