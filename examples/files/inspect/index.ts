// A file was uploaded: write down what it is. A name that says nothing of its kind is refused.

import { beginInvocation, type Context, log } from "#blockwork/log.ts";

interface Upload {
  readonly s3: { readonly object: { readonly key: string; readonly size: number } };
}

export async function handler(
  event: { readonly Records: readonly { readonly body: string }[] },
  context: Context,
): Promise<void> {
  beginInvocation(context);
  for (const { body } of event.Records) {
    const uploads: readonly Upload[] = JSON.parse(body).Records ?? [];
    for (const { s3 } of uploads) {
      const kind = /\.(\w+)$/.exec(s3.object.key)?.[1];
      if (!kind) throw new Error(`a file's name must end in its kind, got ${s3.object.key}`);
      log.info("a file", { inspected: s3.object.key, kind, bytes: s3.object.size });
    }
  }
}
