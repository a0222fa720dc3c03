// The chat itself: what was said, read out as it comes, and a field to say more.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { ApiClient, ApiError, Unreachable } from "../api/client.ts";
import type { paths as Routes } from "../api/.contract/support.ts";
import { pause, reference } from "../api/problem.ts";
import { typed } from "../api/typed.ts";
import { useApp } from "../app.ts";
import { SessionExpired } from "../auth/person.ts";
import { paths } from "../places.ts";
import type { Kept } from "../storage.ts";
import "../styles/chat.css";
import * as t from "../.texts/chat.ts";
import { Icon } from "../ui/icons.tsx";
import { sentence } from "../ui/problems.ts";
import { Conversation } from "./conversation.ts";

export function Panel({ userId, url, storage, isOpen, close }: {
  readonly userId: string;
  readonly url: string;
  readonly storage: Kept;
  readonly isOpen: boolean;
  readonly close: () => void;
}) {
  const { session, notices, router } = useApp();
  const [talk] = useState(() => {
    const { callSignedIn } = typed<Routes>(new ApiClient(url, session));
    return new Conversation(userId, storage, (body) => callSignedIn("post", "/chat", { body }));
  });
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const log = useRef<HTMLDivElement>(null);
  const isSeen = useRef(isOpen);
  isSeen.current = isOpen;
  useEffect(() => () => talk.end(), []);
  useLayoutEffect(() => {
    if (isOpen) field.current?.focus();
  }, [isOpen]);
  const [lines, isWaiting] = [talk.lines.value, talk.isWaiting.value];
  useLayoutEffect(() => log.current?.scrollTo(0, log.current.scrollHeight), [lines, isOpen]);

  const say = async () => {
    const message = text.trim();
    if (message === "" || isWaiting) return;
    setText("");
    setProblem("");
    try {
      await talk.say(message);
      if (!isSeen.current) notices.notify(t.answered);
    } catch (error) {
      if (error instanceof SessionExpired) {
        router.go(paths.signIn(window.location.pathname + window.location.search, { expired: true }));
        return;
      }
      // Nothing that was typed is lost, be it before or since.
      setText((since) => (since ? `${message}\n${since}` : message));
      setProblem(inWords(error));
    }
  };
  return (
    <>
      <div class="chat-head">
        <h2>{t.chat}</h2>
        <button type="button" class="icon-button" aria-label={t.close} onClick={close}><Icon name="close" /></button>
      </div>
      <div class="chat-log" role="log" aria-live="polite" aria-label={t.said} tabindex={0} ref={log}>
        <p class="chat-line">{t.help}</p>
        {lines.map(({ id, isMine, text: said }) => (
          <p key={id} class={isMine ? "chat-line chat-mine" : "chat-line"}><span class="visually-hidden">{isMine ? t.you : t.bySupport}</span>{said}</p>
        ))}
      </div>
      <p class="hint" role="status">{isWaiting && t.waiting}</p>
      <p class="problem" role="alert">{problem}</p>
      <form class="chat-form" onSubmit={(event) => {
        event.preventDefault();
        void say();
      }}>
        <label class="visually-hidden" for="chat-text">{t.yourMessage}</label>
        <textarea id="chat-text" rows={2} value={text} ref={field} onInput={({ currentTarget }) => setText(currentTarget.value)}
          // A line break is typed with Shift; Enter may also choose a word of an input method.
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            void say();
          }} />
        <button type="submit" class="button" aria-disabled={isWaiting || undefined}>{t.send}</button>
      </form>
    </>
  );
}

function inWords(error: unknown): string {
  if (error instanceof Unreachable) {
    return navigator.onLine
      ? t.noAnswer + reference(error)
      : t.offline;
  }
  if (error instanceof ApiError) {
    if (error.status === 429) return t.tooFast({ pause: pause(error) });
    if (error.status < 500) return t.notAccepted({ reason: sentence(error.errors[0]?.detail ?? error.message) });
  }
  return t.ourFault + reference(error);
}
