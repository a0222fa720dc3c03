/** What users ask support for. */

/** One thing that a user has asked for; `number` is what the user calls it by. */
export interface Task {
  readonly number: number;
  readonly taskId: string;
  readonly text: string;
}

/** What becomes of a task that is to be closed. */
export type Closing = "closed" | "closed before" | "unknown";

/** A user's tasks: a table in production, a list in unit tests. */
export interface Tasks {
  open(userId: string, text: string): Promise<Task>;
  /** Return the oldest open ones, at most `most`, and whether there are more. */
  list(userId: string, most: number): Promise<{ tasks: Task[]; more: boolean }>;
  close(userId: string, number: number): Promise<Closing>;
}
