// The Node-API functions: one JavaScript function for each kernel, addon.matmul(engine, c, a, b, m, k, n).
// src/node/kernels/nativeKernels.ts has checked lengths, types and indices; only calls that cannot come from there are refused
// here.
#define NAPI_VERSION 8
#include <node_api.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <new>

#include "processor.h"
#include "threadPool.h"

namespace {

using namespace handgrad;

struct Signature {
  const char* name;
  Operation operation;
  size_t arrays;
  size_t numbers;
  Operation second = operationCount;  // runs after the first, with the same arguments
  Operation third = operationCount;
};

// Arrays, then numbers, in the order of the TypeScript contract. Element-wise kernels get their length as the first number.
constexpr Signature signatures[] = {
    {"matmul", matmul, 3, 3},
    {"matmulTransposeA", matmulTransposeA, 3, 3},
    {"matmulTransposeB", matmulTransposeB, 3, 3},
    {"linear", linear, 4, 3},
    {"sumRows", sumRows, 2, 2},
    {"activate", activate, 3, 3},
    {"multiply", multiply, 3, 1},
    {"softmax", softmax, 2, 2},
    {"crossEntropy", crossEntropy, 4, 3},
    {"addScaled", addScaled, 2, 2},
    {"addSign", addSign, 2, 2},
    {"sgd", sgd, 2, 3},
    {"adam", adam, 4, 7},
    {"gather", gather, 4, 3},
    {"swapAxes", swapAxes, 2, 4},
    {"momentum", momentum, 3, 5},
    {"rmsprop", rmsprop, 3, 5},
    {"adagrad", adagrad, 3, 4},
    {"lion", lion, 3, 5},
    {"amsgrad", amsgrad, 5, 7},
    {"nadam", nadam, 4, 8},
    {"blend", blend, 2, 2},
    {"scale", scale, 1, 2},
    {"clamp", clamp, 1, 2},
    {"sumSquares", sumSquares, 2, 2},  // x is first, because it determines the type
    {"batchNorm", batchNormSums, 8, 6, batchNormMerge, normalize},
    {"batchNormEvaluate", normalize, 6, 3},
    {"batchNormBackward", batchNormBackwardSums, 10, 4, batchNormBackwardMerge, batchNormBackward},
    {"layerNorm", layerNorm, 6, 3},
    {"layerNormBackward", layerNormBackward, 8, 2},
    {"matmulTransposeAStrided", matmulTransposeAShards, 3, 5},
    {"conv2d", convolutionPanels, 5, convolutionNumbers, convolution},
    {"conv2dActivate", convolutionPanels, 5, convolutionNumbers + 2, convolution, activateConvolution},
    {"conv2dInput", convolutionInputPanels, 5, convolutionNumbers, convolutionInput},
    {"conv2dWeights", convolutionWeights, 4, convolutionNumbers + 1, convolutionChunkSums},
    {"maxPool2d", maxPool2d, 3, 14},
    {"maxPool2dBackward", maxPool2dBackward, 3, 14},
    {"averagePool2d", averagePool2d, 2, 15},
    {"averagePool2dBackward", averagePool2dBackward, 2, 15},
    {"movePixels", movePixels, 5, 8},
};

struct Engine {
  ThreadPool* pool;
  const InstructionSet* instructionSet;
  Kernel float32[operationCount];  // the kernels of the instruction set; some are replaced by kernels in bfloat16
};

constexpr size_t maximumEngines = 64;

/** The data of one JavaScript environment (the main thread or a worker). */
struct Environment {
  Engine* engines[maximumEngines] = {};
};

napi_value fail(napi_env env, const char* message) {
  napi_throw_error(env, nullptr, message);
  return nullptr;
}

Environment* environmentOf(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return static_cast<Environment*>(data);
}

void destroyEngine(Engine*& engine) {
  if (!engine) return;
  delete engine->pool;
  delete engine;
  engine = nullptr;
}

Engine** engineSlot(napi_env env, napi_value value) {
  uint32_t id = 0;
  Environment* const environment = environmentOf(env);
  if (!environment || napi_get_value_uint32(env, value, &id) != napi_ok || id >= maximumEngines) return nullptr;
  return &environment->engines[id];
}

/** open(threads, instruction set or "", whether products are in bfloat16) returns the number of a new engine. */
napi_value open(napi_env env, napi_callback_info info) {
  napi_value argv[3];
  size_t argc = 3;
  bool bfloat16 = false;
  int32_t threads = 0;
  char name[16] = "";
  if (napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr) != napi_ok || argc < 3 ||
      napi_get_value_int32(env, argv[0], &threads) != napi_ok ||
      napi_get_value_string_utf8(env, argv[1], name, sizeof name, nullptr) != napi_ok ||
      napi_get_value_bool(env, argv[2], &bfloat16) != napi_ok) {
    return fail(env, "open: expected (threads, instructionSet, bfloat16)");
  }
  if (threads < 1 || threads > maximumThreads) return fail(env, "open: expected a supported number of threads");
  const Choice choice = choose(name);
  const InstructionSet* const set = choice.kernels;
  if (!set || (bfloat16 && !choice.bfloat16)) return fail(env, choice.problem);
  const Replacement* replacement = bfloat16 ? choice.bfloat16 : nullptr;
  Environment* const environment = environmentOf(env);
  for (uint32_t id = 0; environment && id < maximumEngines; id++) {
    if (environment->engines[id]) continue;
    ThreadPool* const pool = ThreadPool::create(threads);
    Engine* const engine = pool ? new (std::nothrow) Engine{pool, set, {}} : nullptr;
    if (!engine) {
      delete pool;
      char message[96];
      snprintf(message, sizeof message, "the system could not start %d threads", int(threads));
      return fail(env, message);
    }
    memcpy(engine->float32, set->float32, sizeof engine->float32);
    for (; replacement && replacement->kernel.run; replacement++) engine->float32[replacement->operation] = replacement->kernel;
    environment->engines[id] = engine;
    napi_value result;
    napi_create_uint32(env, id, &result);
    return result;
  }
  return fail(env, "too many native kernels are open; call close() on kernels that are not in use");
}

napi_value close(napi_env env, napi_callback_info info) {
  napi_value argument;
  size_t argc = 1;
  napi_get_cb_info(env, info, &argc, &argument, nullptr, nullptr);
  Engine** const slot = argc == 1 ? engineSlot(env, argument) : nullptr;
  if (slot) destroyEngine(*slot);
  return nullptr;
}

/** instructionSet(name or "") returns the name of the instruction set that open uses, or undefined if there is none. */
napi_value instructionSet(napi_env env, napi_callback_info info) {
  napi_value argument;
  size_t argc = 1;
  char name[16] = "";
  napi_get_cb_info(env, info, &argc, &argument, nullptr, nullptr);
  if (argc == 1) napi_get_value_string_utf8(env, argument, name, sizeof name, nullptr);
  const Choice choice = choose(name);
  napi_value result = nullptr;
  if (choice.kernels) napi_create_string_utf8(env, choice.name, NAPI_AUTO_LENGTH, &result);
  return result;
}

/** bfloat16Problem(name of an instruction set or "") returns why there are no kernels in bfloat16, or undefined if there are. */
napi_value bfloat16Problem(napi_env env, napi_callback_info info) {
  napi_value argument;
  size_t argc = 1;
  char name[16] = "";
  napi_get_cb_info(env, info, &argc, &argument, nullptr, nullptr);
  if (argc == 1) napi_get_value_string_utf8(env, argument, name, sizeof name, nullptr);
  const Choice choice = choose(name);
  napi_value result = nullptr;
  if (!choice.bfloat16) napi_create_string_utf8(env, choice.problem, NAPI_AUTO_LENGTH, &result);
  return result;
}

/** misalignment(buffer) returns the address of its memory modulo 64. */
napi_value misalignment(napi_env env, napi_callback_info info) {
  napi_value argument;
  size_t argc = 1;
  void* data = nullptr;
  size_t length;
  if (napi_get_cb_info(env, info, &argc, &argument, nullptr, nullptr) != napi_ok || argc != 1 ||
      napi_get_arraybuffer_info(env, argument, &data, &length) != napi_ok) {
    return fail(env, "misalignment: expected an ArrayBuffer");
  }
  napi_value result;
  napi_create_uint32(env, static_cast<uint32_t>(reinterpret_cast<uintptr_t>(data) % 64), &result);
  return result;
}

/** The position of the number that selects an activation; -1 for kernels without one. */
int numberOfActivation(const Signature& signature) {
  if (signature.third == activateConvolution) return convolutionNumbers;
  return signature.operation == activate ? 1 : signature.operation == batchNormSums ? 4 : -1;
}

/** One kernel: (engine, arrays …, numbers …). */
napi_value call(napi_env env, napi_callback_info info) {
  napi_value argv[32];
  size_t argc = 32;
  void* data;
  if (napi_get_cb_info(env, info, &argc, argv, nullptr, &data) != napi_ok) return nullptr;
  const Signature& signature = *static_cast<const Signature*>(data);
  if (argc != 1 + signature.arrays + signature.numbers) return fail(env, "wrong number of arguments");
  Engine** const slot = engineSlot(env, argv[0]);
  if (!slot || !*slot) return fail(env, "native kernels: used after close(); open new kernels");
  const Engine& engine = **slot;

  Arguments arguments = {};
  napi_typedarray_type type = napi_float32_array;
  for (size_t i = 0; i < signature.arrays; i++) {
    // The address is read in every call, because V8 may have moved small arrays.
    napi_typedarray_type itsType;
    const napi_value value = argv[1 + i];
    if (napi_get_typedarray_info(env, value, &itsType, nullptr, &arguments.arrays[i], nullptr, nullptr) != napi_ok) {
      arguments.arrays[i] = nullptr;  // an output that is not needed
    } else if (i == 0) {
      type = itsType;
    }
  }
  for (size_t i = 0; i < signature.numbers; i++) {
    if (napi_get_value_double(env, argv[1 + signature.arrays + i], &arguments.numbers[i]) != napi_ok) {
      return fail(env, "expected a number");
    }
  }
  const int selects = numberOfActivation(signature);
  if (selects >= 0 && !(arguments.numbers[selects] >= 0 && arguments.numbers[selects] < activationCount)) {  // also refuses NaN
    return fail(env, "no activation has this number");
  }
  const Kernel* const kernels = type == napi_float32_array ? engine.float32 : engine.instructionSet->float64;
  arguments.following = signature.third == activateConvolution ? Following::activation : Following::nothing;
  const Operation operations[] = {signature.operation, signature.second, signature.third};
  for (const Operation operation : operations) {
    if (operation == operationCount) break;
    if (!engine.pool->run(kernels[operation], arguments)) return fail(env, "out of memory for packed matrices");
  }
  return nullptr;
}

/** The names of the activations. The index of a name is its number in `activate`. */
void defineActivations(napi_env env, napi_value exports) {
  napi_value names;
  napi_create_array_with_length(env, activationCount, &names);
  for (uint32_t i = 0; i < activationCount; i++) {
    napi_value name;
    napi_create_string_utf8(env, activationNames[i], NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, names, i, name);
  }
  napi_set_named_property(env, exports, "activations", names);
}

void releaseEnvironment(napi_env, void* data, void*) {
  Environment* const environment = static_cast<Environment*>(data);
  for (Engine*& engine : environment->engines) destroyEngine(engine);
  delete environment;
}

void define(napi_env env, napi_value exports, const char* name, napi_callback callback, const void* data = nullptr) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, const_cast<void*>(data), &function);
  napi_set_named_property(env, exports, name, function);
}

}  // namespace

NAPI_MODULE_INIT() {
  Environment* const environment = new (std::nothrow) Environment();
  if (!environment || napi_set_instance_data(env, environment, releaseEnvironment, nullptr) != napi_ok) {
    delete environment;
    return fail(env, "no memory for the native kernels");
  }
  define(env, exports, "open", open);
  define(env, exports, "close", close);
  define(env, exports, "instructionSet", instructionSet);
  define(env, exports, "bfloat16Problem", bfloat16Problem);
  define(env, exports, "misalignment", misalignment);
  defineActivations(env, exports);
  for (const Signature& signature : signatures) define(env, exports, signature.name, call, &signature);
  return exports;
}
