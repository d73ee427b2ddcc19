// TensorFlow logs a paragraph about its build in every process, a part of it while its library is loaded, before it
// reads any setting. This addon redirects standard error while it loads that library, and then limits the log to errors.
// Errors of loading are not lost: dlopen returns them.
#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

namespace {

// absl::SetMinLogLevel(absl::LogSeverityAtLeast), as TensorFlow 2.21 exports it. Without it, the log is just longer.
constexpr char kSetMinLogLevel[] = "_ZN4absl12lts_2025081414SetMinLogLevelENS0_18LogSeverityAtLeastE";
constexpr int kErrorsOnly = 2;

}  // namespace

NAPI_MODULE_INIT() {
  const int standard_error = dup(STDERR_FILENO);
  const int nowhere = open("/dev/null", O_WRONLY);
  dup2(nowhere, STDERR_FILENO);
  void* const library = dlopen("libtensorflow_framework.so.2", RTLD_NOW);
  dup2(standard_error, STDERR_FILENO);
  close(nowhere);
  close(standard_error);
  if (library == nullptr) {
    napi_throw_error(env, nullptr, dlerror());
    return nullptr;
  }
  if (void* const set_min_log_level = dlsym(library, kSetMinLogLevel)) {
    reinterpret_cast<void (*)(int)>(set_min_log_level)(kErrorsOnly);
  }
  return exports;
}
