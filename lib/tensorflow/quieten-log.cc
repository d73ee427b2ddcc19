// TensorFlow writes a paragraph about its build to standard error while it is being loaded, before any setting of its
// own is read. This addon is loaded first, depends on the logging library alone, and lets only errors through.
#include <node_api.h>

#include "absl/log/globals.h"

NAPI_MODULE_INIT() {
  absl::SetMinLogLevel(absl::LogSeverityAtLeast::kError);
  return exports;
}
