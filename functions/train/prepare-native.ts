import { prepareNativeTensorFlow } from '../../lib/tensorflow/native-setup';

/** Run while the image is built: native TensorFlow goes where `MNIST_PIPELINE_CACHE` says, or the build fails. */
void prepareNativeTensorFlow((message) => console.log(message)).then((native) => {
  if (native.available) return;
  console.error(`Native TensorFlow cannot be prepared: ${native.reason}. ${native.remedy}`);
  process.exitCode = 1;
});
