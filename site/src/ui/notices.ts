// Short messages to the person, and what only screen readers are told.

import { signal } from "@preact/signals";

const MOST = 3;

export interface Toast {
  readonly id: number;
  readonly text: string;
}

export class Notices {
  readonly toasts = signal<readonly Toast[]>([]);
  readonly announced = signal("");
  #next = 0;

  /** Say that something happened; seen for a while and read out by screen readers. */
  notify(text: string): void {
    this.#next += 1;
    this.toasts.value = [...this.toasts.value, { id: this.#next, text }].slice(-MOST);
  }

  close(id: number): void {
    this.toasts.value = this.toasts.value.filter((toast) => toast.id !== id);
  }

  /** Tell screen readers only. */
  announce(text: string): void {
    this.announced.value = text;
  }
}
