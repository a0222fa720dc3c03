// A modal question before something that cannot be undone.

import type { ComponentChild } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import * as t from "../.texts/forms.ts";

export interface Question {
  readonly heading: string;
  readonly detail: string;
  readonly agree: string;
  readonly busy: string;
  /** Of the button that agrees. */
  readonly style?: "button-danger" | "button-main";
  readonly action: () => Promise<void>;
  /** Says an error of the action in the dialog; undefined hands it on to who asked. */
  readonly inWords: (error: unknown) => string | undefined;
}

interface Asked extends Question {
  readonly number: number;
  readonly done: (ran: boolean) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * What asks, and the dialog to draw. Asking runs the question's action if the person agrees, and
 * resolves to whether it ran. The dialog stays open meanwhile, and closes when the page is left.
 */
export function useConfirm(): [ask: (question: Question) => Promise<boolean>, dialog: ComponentChild] {
  const [asked, setAsked] = useState<Asked>();
  const count = useRef(0);
  const ask = (question: Question) => {
    const number = (count.current += 1);
    // A question that is over must not take away the next one, which a quick hand has asked already.
    const over = () => setAsked((now) => (now?.number === number ? undefined : now));
    return new Promise<boolean>((done, failed) => setAsked({ ...question, number, done, failed })).finally(over);
  };
  return [ask, asked && <Confirm key={asked.number} {...asked} />];
}

function Confirm({ heading, detail, agree, busy, style = "button-danger", action, inWords, done, failed }: Asked) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isRunning, setRunning] = useState(false);
  const running = useRef(false);
  const [problem, setProblem] = useState("");
  useLayoutEffect(() => {
    dialog.current?.showModal();
    return () => dialog.current?.close();
  }, []);
  useEffect(() => () => done(false), []);

  const run = async () => {
    if (running.current) return;
    running.current = true;
    setRunning(true);
    setProblem("");
    try {
      await action();
      // Closed before the page goes on: the focus is back where it was, and may be moved from there.
      dialog.current?.close();
      done(true);
    } catch (error) {
      const words = inWords(error);
      if (words === undefined) {
        dialog.current?.close();
        failed(error);
      } else setProblem(words);
    } finally {
      running.current = false;
      setRunning(false);
    }
  };
  return (
    <dialog class="dialog" aria-labelledby="dialog-heading" aria-describedby="dialog-detail" ref={dialog}
      // Escape must not hide an answer that is on its way.
      onCancel={(event) => running.current && event.preventDefault()} onClose={() => running.current || done(false)}>
      <h2 id="dialog-heading">{heading}</h2>
      <p id="dialog-detail">{detail}</p>
      <p class="problem" role="alert">{problem}</p>
      <div class="actions">
        <button type="button" class="button button-plain" autofocus onClick={() => running.current || dialog.current?.close()}>{t.cancel}</button>
        <button type="button" class={`button ${style}`} aria-disabled={isRunning || undefined} onClick={() => void run()}>{isRunning ? busy : agree}</button>
      </div>
    </dialog>
  );
}
