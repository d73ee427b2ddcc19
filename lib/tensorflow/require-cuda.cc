// Loads only where TensorFlow finds every library of CUDA that it asks for before it takes a GPU. It asks on machines
// with a GPU alone, and where one is missing it computes on the CPU and says so in its log; an image is built where
// there is no GPU. Loaded after the binding.
#include <dlfcn.h>
#include <node_api.h>

#include <cstdint>

namespace {

// absl::Status tsl::internal::DsoLoader::TryDlopenCUDALibraries(), as TensorFlow 2.21 exports it.
constexpr char kTryCudaLibraries[] = "_ZN3tsl8internal9DsoLoader22TryDlopenCUDALibrariesEv";
// An absl::Status is one word, returned in memory; this one stands for OK.
constexpr std::uintptr_t kOk = 1;

}  // namespace

NAPI_MODULE_INIT() {
  void* const library = dlopen("libtensorflow_framework.so.2", RTLD_NOW | RTLD_NOLOAD);
  void* const function = library == nullptr ? nullptr : dlsym(library, kTryCudaLibraries);
  if (function == nullptr) {
    napi_throw_error(env, nullptr, "this build of TensorFlow does not tell whether it finds the libraries of CUDA");
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
