// A file on its way to storage, which says how much of it has gone: `fetch` cannot.

/** Where a page posts a file to, as the API offers it. */
export interface Offer {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** No answer of storage: the connection broke, so nobody knows what has arrived. */
export class UploadLost extends Error {}

/** Storage takes no such file; `code` is its own word for why, such as `EntityTooLarge`. */
export class UploadRefused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

/**
 * Post a file as it was offered; `onSent` is told which part of it has gone, from 0 to 1.
 *
 * Rejects with `UploadRefused`, `UploadLost`, or the reason of `signal`.
 */
export function post({ url, fields }: Offer, file: File, onSent: (part: number) => void, signal: AbortSignal): Promise<void> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  // Storage reads nothing that comes behind it.
  form.append("file", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const lost = () => reject(new UploadLost());
    request.upload.addEventListener("progress", ({ loaded, total }) => onSent(total > 0 ? loaded / total : 0));
    request.addEventListener("load", () => {
      const { status, responseText } = request;
      if (status >= 200 && status < 300) resolve();
      else if (status >= 500) lost();
      else reject(new UploadRefused(status, /<Code>(\w+)<\/Code>/.exec(responseText)?.[1] ?? ""));
    });
    request.addEventListener("error", lost);
    request.addEventListener("abort", () => reject(signal.reason as Error));
    signal.addEventListener("abort", () => request.abort());
    signal.throwIfAborted();
    request.open("POST", url);
    request.send(form);
  });
}
