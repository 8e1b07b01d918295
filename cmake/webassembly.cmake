# The engine as one plain vitrine.wasm: no JavaScript beside it, a handful of WASI imports, no entry point.
# What it exports is what c_api.h marks with VT_EXPORT.

execute_process(COMMAND ${CMAKE_CXX_COMPILER} --version OUTPUT_VARIABLE emcc_says ERROR_QUIET)
string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" emcc_version "${emcc_says}")

# The stack's option was renamed in 3.1.25, and the old name is an error in later releases.
if(emcc_version VERSION_LESS 3.1.25)
  set(stack_option TOTAL_STACK)
else()
  set(stack_option STACK_SIZE)
endif()

# Clang 14's superword vectoriser miscompiles sums of comparisons for SIMD128 (half the lanes count double or not at
# all). The kernels are vectorised by hand, so nothing is lost without it.
set(wasm_compile_options -msimd128 -fno-slp-vectorize -fno-rtti -fvisibility=hidden)

# What runs once a keystroke is built for size: the module is a download. What runs once a weight is built for speed.
# That is the folder of the kernels, and what reads a checkpoint's numbers. A file that is not there is an error: it would
# else be built for size without a word.
function(vitrine_optimise options)
  foreach(source ${ARGN})
    if(NOT EXISTS ${source})
      message(FATAL_ERROR "${source} is to be compiled with ${options}, but there is no such file")
    endif()
    set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "${options}")
  endforeach()
endfunction()
set(engine_folder ${PROJECT_SOURCE_DIR}/engine)
file(GLOB_RECURSE kernel_sources CONFIGURE_DEPENDS ${engine_folder}/kernels/*.cpp)
vitrine_optimise(-O2 ${kernel_sources} ${engine_folder}/loading/conversion.cpp ${engine_folder}/io/dtype.cpp
  ${engine_folder}/bench/calibration.cpp)
# With -O2 one more token took a quarter longer in most runs.
vitrine_optimise(-O3 ${engine_folder}/kernels/linear.cpp)
# emcc takes an -Oz anywhere for -fno-inline-functions, also where -O2 follows it: sorting 50,257 logits and weighing
# them took four times as long. Only where it pays so much, because what is inlined is downloaded.
vitrine_optimise("-Os;-finline-functions" ${engine_folder}/sampling/sampler.cpp)
list(APPEND wasm_compile_options -Oz)

# Makes TARGET a module OUTPUT.wasm without entry point.
function(vitrine_wasm_link target output)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${output} SUFFIX .wasm LINKER_LANGUAGE CXX)
  target_link_options(${target} PRIVATE
    -Os
    -sSTANDALONE_WASM=1
    --no-entry
    -sFILESYSTEM=0
    -sALLOW_MEMORY_GROWTH=1
    -sMAXIMUM_MEMORY=4294967296
    # For the kernel that the loader brings (engine/kernels/int8_band/int8_band.h).
    -sALLOW_TABLE_GROWTH=1
    -s${stack_option}=1048576)
endfunction()

# vitrine_wasm_module(TARGET OUTPUT compile options...): TARGET_objects is the compiled engine, TARGET the module of it.
function(vitrine_wasm_module target output)
  add_library(${target}_objects OBJECT ${engine_sources})
  vitrine_compile_options(${target}_objects)
  target_compile_options(${target}_objects PRIVATE ${wasm_compile_options} ${ARGN})
  target_link_libraries(${target}_objects PRIVATE vitrine_eigen vitrine_json)
  add_executable(${target} $<TARGET_OBJECTS:${target}_objects>)
  vitrine_wasm_link(${target} ${output})
endfunction()

# The build that runs everywhere.
vitrine_wasm_module(vitrine_wasm vitrine)

# The threaded build, for pages that are isolated: memory comes from outside and is shared, and each helper instantiates
# the same module on it. The C library is the single-threaded one: helpers only compute (ThreadPool::run_helper) and never allocate.
set(threaded_compile_options -matomics -mbulk-memory -mmutable-globals)
set(threaded_link_options -mmutable-globals -sIMPORTED_MEMORY=1
  "LINKER:--shared-memory,--import-memory,--no-check-features,--export=__stack_pointer")
vitrine_wasm_module(vitrine_wasm_threads vitrine-threads ${threaded_compile_options})
target_link_options(vitrine_wasm_threads PRIVATE ${threaded_link_options})

# The same two for `npm run bench`, in bench/: they also tell where the time goes, and what the machine can do at most.
file(GLOB bench_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/engine/bench/*.cpp)
function(vitrine_wasm_bench_module target module output)
  add_executable(${target} EXCLUDE_FROM_ALL $<TARGET_OBJECTS:${module}_objects> ${bench_sources})
  vitrine_compile_options(${target})
  target_compile_options(${target} PRIVATE ${wasm_compile_options} ${ARGN})
  target_link_libraries(${target} PRIVATE vitrine_eigen vitrine_json)
  vitrine_wasm_link(${target} ${output})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
endfunction()
vitrine_wasm_bench_module(vitrine_wasm_bench vitrine_wasm vitrine)
vitrine_wasm_bench_module(vitrine_wasm_threads_bench vitrine_wasm_threads vitrine-threads ${threaded_compile_options})
target_link_options(vitrine_wasm_threads_bench PRIVATE ${threaded_link_options})

# The engine's tests as WebAssembly, run by Node: `node build/wasm/vitrine_wasm_tests.cjs`. Unlike the engine they read
# files, so they take Emscripten's own JavaScript with the host's file system.
if(VITRINE_TESTS AND test_sources)
  # The pool's tests start threads and the commands' tests start programs; this build can do neither.
  list(FILTER test_sources EXCLUDE REGEX "(thread_pool|_command)_test\\.cpp$")
  # As a library, so that the tests' counted pass stands in for the engine's.
  add_library(vitrine_wasm_engine STATIC EXCLUDE_FROM_ALL $<TARGET_OBJECTS:vitrine_wasm_objects>)
  set_target_properties(vitrine_wasm_engine PROPERTIES LINKER_LANGUAGE CXX)
  add_executable(vitrine_wasm_tests EXCLUDE_FROM_ALL ${test_sources})
  set_target_properties(vitrine_wasm_tests PROPERTIES SUFFIX .cjs)
  vitrine_compile_options(vitrine_wasm_tests)
  target_compile_options(vitrine_wasm_tests PRIVATE ${wasm_compile_options})
  # Without exceptions a failed REQUIRE ends the program, which is as red as it gets.
  target_compile_definitions(vitrine_wasm_tests PRIVATE
    DOCTEST_CONFIG_NO_EXCEPTIONS_BUT_WITH_ALL_ASSERTS
    VITRINE_SOURCE_DIR="${PROJECT_SOURCE_DIR}" VITRINE_BINARY_DIR="${PROJECT_BINARY_DIR}")
  target_link_libraries(vitrine_wasm_tests PRIVATE vitrine_wasm_engine vitrine_eigen vitrine_json vitrine_doctest)
  target_link_options(vitrine_wasm_tests PRIVATE
    -sENVIRONMENT=node
    # Old glue would fetch its module, which Node does not do for paths.
    -sWASM_ASYNC_COMPILATION=0
    -sNODERAWFS=1
    -sEXIT_RUNTIME=1
    -sALLOW_MEMORY_GROWTH=1
    -sMAXIMUM_MEMORY=4294967296
    -s${stack_option}=1048576)
endif()
