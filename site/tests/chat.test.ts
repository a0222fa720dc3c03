import assert from "node:assert/strict";
import { test } from "node:test";
import { Conversation } from "../src/chat/conversation.ts";
import { forgetOthers, HISTORY } from "../src/chat/history.ts";
import { orMemory } from "../src/storage.ts";

const blocked = () => orMemory(() => {
  throw new DOMException("no", "SecurityError");
});
const texts = ({ lines }: Conversation) => lines.value.map(({ isMine, text }) => (isMine ? `> ${text}` : text));

test("what is said is shown at once, answered, and part of one conversation", async () => {
  const sent: unknown[] = [];
  const talk = new Conversation("ada", blocked(), async (said) => {
    sent.push(said);
    assert.equal(talk.isWaiting.value, true);
    assert.equal(texts(talk).at(-1), `> ${said.message}`);
    return { reply: `to ${said.message}`, conversationId: "c1" };
  });

  await talk.say("my tasks");
  await talk.say("done 1");

  assert.deepEqual(texts(talk), ["> my tasks", "to my tasks", "> done 1", "to done 1"]);
  assert.deepEqual(sent, [{ message: "my tasks" }, { message: "done 1", conversationId: "c1" }]);
  assert.equal(talk.isWaiting.value, false);
});

test("what got no answer was not said, here or after a reload", async () => {
  const storage = blocked();
  const talk = new Conversation("ada", storage, () => Promise.reject(new Error("no answer")));

  await assert.rejects(talk.say("my tasks"), /no answer/);

  assert.deepEqual(texts(talk), []);
  assert.equal(talk.isWaiting.value, false);
  assert.deepEqual(texts(new Conversation("ada", storage, async () => ({ reply: "", conversationId: "" }))), []);
});

test("a reload goes on with the same conversation, for the same person alone", async () => {
  const storage = blocked();
  const sent: unknown[] = [];
  const send = async (said: { readonly message: string }) => {
    sent.push(said);
    return { reply: "yes", conversationId: "c1" };
  };
  await new Conversation("ada", storage, send).say("one");

  const later = new Conversation("ada", storage, send);
  assert.deepEqual(texts(later), ["> one", "yes"]);
  await later.say("two");
  assert.deepEqual(sent[1], { message: "two", conversationId: "c1" });

  // Neither another one, nor somebody whose id begins the same.
  for (const other of ["eve", "ad", "ada2"]) assert.deepEqual(texts(new Conversation(other, storage, send)), []);
  forgetOthers(storage, "ada");
  assert.notEqual(storage.getItem(HISTORY), null);
  forgetOthers(storage, "ad");
  assert.equal(storage.getItem(HISTORY), null);
});

test("an answer that comes after the person has left is kept for nobody", async () => {
  const storage = blocked();
  let answer: (one: { reply: string; conversationId: string }) => void = () => assert.fail("nothing was sent");
  const talk = new Conversation("ada", storage, () => new Promise((resolve) => (answer = resolve)));
  const said = talk.say("a secret");
  talk.end();
  storage.removeItem(HISTORY);

  answer({ reply: "a secret", conversationId: "c1" });
  await said;

  assert.equal(storage.getItem(HISTORY), null);
});

test("what is kept does not grow without end, and what cannot be read is nothing", async () => {
  const storage = blocked();
  const talk = new Conversation("ada", storage, async ({ message }) => ({ reply: message, conversationId: "c1" }));
  for (let count = 0; count < 150; count += 1) await talk.say(String(count));
  assert.equal(talk.lines.value.length, 200);
  assert.equal(new Set(talk.lines.value.map(({ id }) => id)).size, 200);

  storage.setItem(HISTORY, `"ada"\n{`);
  assert.deepEqual(texts(new Conversation("ada", storage, async () => ({ reply: "", conversationId: "" }))), []);
});
