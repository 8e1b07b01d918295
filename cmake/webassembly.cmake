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

add_executable(vitrine_wasm ${engine_sources})
set_target_properties(vitrine_wasm PROPERTIES OUTPUT_NAME vitrine SUFFIX .wasm)
vitrine_compile_options(vitrine_wasm)
target_compile_options(vitrine_wasm PRIVATE -msimd128 -fno-rtti -fvisibility=hidden)
target_link_libraries(vitrine_wasm PRIVATE vitrine_eigen vitrine_json)
target_link_options(vitrine_wasm PRIVATE
  -O3
  -sSTANDALONE_WASM=1
  --no-entry
  -sFILESYSTEM=0
  -sALLOW_MEMORY_GROWTH=1
  -sMAXIMUM_MEMORY=4294967296
  -s${stack_option}=1048576)
