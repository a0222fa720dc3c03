/** What the chatbot understands, and what it says. */

import type { Tasks } from "./tasks.ts";

const MOST_LISTED = 50;
const LONGEST_LISTED = 200;
const NEW_TASK = /^\s*new\s+task\s*:\s*(.*)$/isu;
const MY_TASKS = /^\s*my\s+tasks\s*[.?!]?\s*$/iu;
const DONE = /^\s*done\s+#?(\d{1,9})\s*[.!]?\s*$/iu;
const APOLOGY =
  "Sorry, I did not understand that. I understand: “new task: …” to open a task, “my tasks” to list " +
  "your open ones, and “done 1” to close the one with that number.";

/** Answer what a user says, and do what they ask for. */
export async function replyTo(message: string, userId: string, tasks: Tasks): Promise<string> {
  const wanted = NEW_TASK.exec(message)?.[1]?.trim();
  if (wanted !== undefined) {
    if (wanted === "") return "What is it about? Write it behind the colon: “new task: …”.";
    const task = await tasks.open(userId, wanted);
    return `Task ${task.number} is open: ${task.text}`;
  }
  if (MY_TASKS.test(message)) return listed(userId, tasks);
  const number = DONE.exec(message)?.[1];
  if (number === undefined) return APOLOGY;
  const closing = await tasks.close(userId, Number(number));
  if (closing === "unknown") return `You have no task ${Number(number)}. “my tasks” lists yours.`;
  return closing === "closed"
    ? `Task ${Number(number)} is done.`
    : `Task ${Number(number)} was done before.`;
}

async function listed(userId: string, tasks: Tasks): Promise<string> {
  const found = await tasks.list(userId, MOST_LISTED);
  if (found.tasks.length === 0) return "You have no open tasks.";
  const lines = found.tasks.map((task) => `${task.number}. ${shortened(task.text)}`);
  const rest = found.more ? ["… and more: close some to see the others."] : [];
  return ["Your open tasks:", ...lines, ...rest].join("\n");
}

/** Return the beginning of a text, cut between what a reader takes for characters. */
function shortened(text: string): string {
  if (text.length <= LONGEST_LISTED) return text;
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (kept.length + segment.length > LONGEST_LISTED) break;
    kept += segment;
  }
  return `${kept}…`;
}
