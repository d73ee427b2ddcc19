import { S3Store } from '../../lib/store/s3-store';
import { createFakeBucket } from '../support/fake-bucket';
import { describeObjectStore } from '../support/object-store-conformance';

describe.each(['', 'team/experiments', 'Our digits (new)/größe'])('under the prefix "%s"', (prefix) => {
  describeObjectStore('S3Store', async () => {
    const { client, objects } = createFakeBucket();
    const fullKey = (key: string) => (prefix === '' ? key : `${prefix}/${key}`);
    return {
      store: new S3Store(client, 'bucket', prefix),
      tamper: async (key, body) => {
        objects.get(fullKey(key))!.body = body;
      },
      listEscaped: async () => [...objects.keys()].filter((key) => !key.startsWith(fullKey(''))),
      cleanUp: async () => client.destroy(),
    };
  });
});
