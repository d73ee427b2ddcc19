// Loading this addon fails unless TensorFlow finds all libraries of CUDA that it needs for a GPU. TensorFlow itself checks
// only on machines with a GPU, and falls back to the CPU with a log message; but images are built without a GPU. Load it
// after the binding.
#include <dlfcn.h>
#include <node_api.h>

#include <cstdint>

namespace {

// absl::Status tsl::internal::DsoLoader::TryDlopenCUDALibraries(), as TensorFlow 2.21 exports it.
constexpr char kTryCudaLibraries[] = "_ZN3tsl8internal9DsoLoader22TryDlopenCUDALibrariesEv";
// An absl::Status is one word, returned in memory; this value means OK.
constexpr std::uintptr_t kOk = 1;

}  // namespace

NAPI_MODULE_INIT() {
  void* const library = dlopen("libtensorflow_framework.so.2", RTLD_NOW | RTLD_NOLOAD);
  void* const function = library == nullptr ? nullptr : dlsym(library, kTryCudaLibraries);
  if (function == nullptr) {
    napi_throw_error(env, nullptr, "this build of TensorFlow cannot check whether it finds the libraries of CUDA");
    return nullptr;
  }
  std::uintptr_t status = 0;
  reinterpret_cast<void (*)(std::uintptr_t*)>(function)(&status);
  if (status != kOk) {
    napi_throw_error(env, nullptr, "TensorFlow does not find all libraries of CUDA");
    return nullptr;
  }
  return exports;
}
