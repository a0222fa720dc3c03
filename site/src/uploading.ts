// Files on their way to storage, one after the other, wherever in the site the person is meanwhile.

import { signal } from "@preact/signals";
import { LARGEST_FILE, type Readings } from "./api/readings.ts";
import { post, UploadRefused, type Offer } from "./upload.ts";

const LONGEST_NAME = 200;

/** The file can be none that is taken. */
export class UnfitFile extends Error {
  readonly why: "empty" | "large";

  constructor(why: "empty" | "large") {
    super(why);
    this.why = why;
  }
}

export interface Upload {
  readonly number: number;
  readonly file: File;
  /** From 0 to 1. */
  readonly sent: number;
  /** Undefined until the API has been told of the file. */
  readonly importId: string | undefined;
  /** Why it has stopped. */
  readonly error: unknown;
}

type Api = Pick<Readings, "begin" | "get" | "imported">;

export class Uploads {
  readonly #api: Api;
  readonly #onArrived: (file: File) => void;
  readonly #post: typeof post;
  /** What is on its way, waits to be, or has failed. */
  readonly all = signal<readonly Upload[]>([]);
  readonly #offers = new Map<number, Offer>();
  readonly #stops = new Map<number, AbortController>();
  #queue: Promise<void> = Promise.resolve();
  #last = 0;

  /** `onArrived` is told of each file that is in storage. */
  constructor(api: Api, onArrived: (file: File) => void, send: typeof post = post) {
    this.#api = api;
    this.#onArrived = onArrived;
    this.#post = send;
  }

  /** Send files, each after those that came before. */
  take(files: Iterable<File>): void {
    for (const file of files) {
      this.#last += 1;
      this.all.value = [...this.all.value, { number: this.#last, file, sent: 0, importId: undefined, error: undefined }];
      this.#enqueue(this.#last);
    }
  }

  /** Send one again that has failed. */
  again(number: number): void {
    this.#change(number, { error: undefined, sent: 0 });
    this.#enqueue(number);
  }

  /** Stop one, or forget that it has failed. */
  drop(number: number): void {
    this.all.value = this.all.value.filter((one) => one.number !== number);
    this.#offers.delete(number);
    this.#stops.get(number)?.abort();
  }

  dropAll(): void {
    for (const { number } of this.all.value) this.drop(number);
  }

  #enqueue(number: number): void {
    this.#queue = this.#queue.then(() => this.#run(number));
  }

  async #run(number: number): Promise<void> {
    const upload = this.all.value.find((one) => one.number === number);
    if (!upload) return;
    const stop = new AbortController();
    this.#stops.set(number, stop);
    try {
      await this.#send(upload, stop.signal);
      this.drop(number);
      this.#api.imported();
      this.#onArrived(upload.file);
    } catch (error) {
      // Its offer was good for minutes; the next attempt asks for another one.
      if (error instanceof UploadRefused) this.#offers.delete(number);
      this.#change(number, { error });
    } finally {
      this.#stops.delete(number);
    }
  }

  async #send({ number, file, importId }: Upload, stop: AbortSignal): Promise<void> {
    if (file.size === 0) throw new UnfitFile("empty");
    if (file.size > LARGEST_FILE) throw new UnfitFile("large");
    // Of an attempt that broke nobody knows how far it came.
    if (importId && (await this.#api.get(importId, stop)).status !== "AWAITING_UPLOAD") return;
    let offer = this.#offers.get(number);
    if (!offer) {
      const begun = await this.#api.begin(file.name.slice(-LONGEST_NAME), file.size, stop);
      offer = begun.upload;
      this.#offers.set(number, offer);
      this.#change(number, { importId: begun.importId });
    }
    await this.#post(offer, file, (sent) => this.#change(number, { sent }), stop);
  }

  #change(number: number, to: Partial<Upload>): void {
    this.all.value = this.all.value.map((one) => (one.number === number ? { ...one, ...to } : one));
  }
}

/** Whether the same file may go through if it is sent once more. */
export function mayGoAgain(error: unknown): boolean {
  return !(error instanceof UnfitFile);
}
