// A form with its state: what is typed, what is wrong with it, and whether it is being sent.

import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import * as t from "../.texts/forms.ts";
import { hasProblems, NONE, type Problems } from "./problems.ts";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export interface FormState<V extends object> {
  readonly values: V;
  readonly set: (values: Partial<V>) => void;
  readonly problems: Problems;
  readonly isSending: boolean;
  readonly send: () => Promise<void>;
  /** Put into the form what somebody else has stored meanwhile. */
  readonly takeTheirs: () => void;
}

/** The state of a form that is sent once at a time; `send` answers the problems to show, or nothing. */
export function useForm<V extends object>(first: V | (() => V), send: (values: V) => Promise<Problems | void>): FormState<V> {
  const [values, setValues] = useState<V>(first);
  const [problems, setProblems] = useState(NONE);
  const [isSending, setSending] = useState(false);
  const sending = useRef(false);
  const newest = useRef(values);
  return {
    values,
    // What was typed counts at once: the page is drawn later.
    set: (some) => setValues((newest.current = { ...newest.current, ...some })),
    problems,
    isSending,
    takeTheirs: () => {
      setValues((newest.current = { ...newest.current, ...problems.theirs }));
      setProblems(NONE);
    },
    send: async () => {
      if (sending.current) return;
      sending.current = true;
      setSending(true);
      setProblems(NONE);
      try {
        setProblems((await send(newest.current)) ?? NONE);
      } finally {
        sending.current = false;
        setSending(false);
      }
    },
  };
}

/** What ties a control to its field of the state, its label and its messages. */
export interface Bound {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  readonly onInput: (event: { readonly currentTarget: Control }) => void;
  readonly "aria-invalid": "true" | undefined;
  readonly "aria-describedby": string | undefined;
}

export interface FieldProps<V extends object> {
  readonly form: FormState<V>;
  readonly name: keyof V & string;
  readonly id?: string;
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly beside?: ComponentChildren;
  readonly children: (bound: Bound) => ComponentChildren;
}

/** A control with its label, hint and error. */
export function Field<V extends object>({ form, name, id = name, label, hint, beside, children }: FieldProps<V>) {
  const problem = form.problems.fields.get(name);
  const described = [hint === undefined ? "" : `${id}-hint`, problem ? `${id}-problem` : ""].filter(Boolean).join(" ");
  return (
    <div class={problem ? "field field-wrong" : "field"}>
      <label for={id}>{label}</label>
      {hint !== undefined && <div id={`${id}-hint`} class="hint">{hint}</div>}
      <p id={`${id}-problem`} class="problem">{problem}</p>
      <div class="control">
        {children({
          id,
          name,
          value: String(form.values[name]),
          onInput: ({ currentTarget }) => form.set({ [name]: currentTarget.value } as unknown as Partial<V>),
          "aria-invalid": problem ? "true" : undefined,
          "aria-describedby": described || undefined,
        })}
        {beside}
      </div>
    </div>
  );
}

/** The form with a summary of its problems on top, and the buttons at its end. */
export function Form<V extends object>({ form, submit, busy, extra, children }: {
  readonly form: FormState<V>;
  readonly submit: string;
  readonly busy: string;
  /** Beside the submit button. */
  readonly extra?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const { problems, isSending } = form;
  const element = useRef<HTMLFormElement>(null);
  const top = useRef<HTMLDivElement>(null);
  const heading = useId();
  const isWrong = hasProblems(problems);
  useLayoutEffect(() => {
    if (isWrong) top.current?.focus();
  }, [problems]);
  const controlOf = (name: string) => element.current?.querySelector<Control>(`.control > [name="${name}"]`);
  return (
    <form class="form" noValidate ref={element} onSubmit={(event) => {
      event.preventDefault();
      void form.send();
    }}>
      <div class="summary" role="group" aria-labelledby={heading} tabindex={-1} hidden={!isWrong} ref={top}>
        <h2 id={heading}>{t.pleaseCheck}</h2>
        <ul role="list">
          {problems.whole.map((text) => <li key={text}>{text}</li>)}
          {[...problems.fields].map(([name, text]) => (
            <li key={name}>
              <a href={`#${name}`} onClick={(event) => {
                event.preventDefault();
                controlOf(name)?.focus();
              }}>{text}</a>
            </li>
          ))}
        </ul>
        {problems.theirs && <button type="button" class="button button-plain" onClick={form.takeTheirs}>{t.takeTheirs}</button>}
      </div>
      {children}
      <div class="actions">
        {/* Not `disabled`: that would drop the keyboard focus. */}
        <button type="submit" class="button" aria-disabled={isSending || undefined}>{isSending ? busy : submit}</button>
        {extra}
      </div>
    </form>
  );
}
