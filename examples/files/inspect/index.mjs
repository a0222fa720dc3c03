// A file was uploaded: write down what it is. A name that says nothing of its kind is refused.

export const handler = async (event) => {
  for (const { body } of event.Records) {
    for (const { s3 } of JSON.parse(body).Records ?? []) {
      const kind = /\.(\w+)$/.exec(s3.object.key)?.[1];
      if (!kind) throw new Error(`a file's name must end in its kind, got ${s3.object.key}`);
      console.log(JSON.stringify({ inspected: s3.object.key, kind, bytes: s3.object.size }));
    }
  }
};
