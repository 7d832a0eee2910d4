# WASI: clang and wasm-ld, reactor modules with the same exports as the browser's.
# WASI_SDK_PATH names a wasi-sdk; without it, Debian's clang-19, lld-19, wasi-libc and libclang-rt-19-dev-wasm32 serve.
# wasm-ld is called directly: through the driver, an installed binaryen would silently rewrite the module.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
if(DEFINED ENV{WASI_SDK_PATH})
  set(bin $ENV{WASI_SDK_PATH}/bin)
  set(CMAKE_C_COMPILER ${bin}/clang)
else()
  find_program(CMAKE_C_COMPILER clang-19 REQUIRED)
endif()
set(CMAKE_C_COMPILER_TARGET wasm32-wasi)
find_program(CMAKE_AR NAMES llvm-ar-19 llvm-ar HINTS ${bin} NAMES_PER_DIR REQUIRED)
find_program(CMAKE_RANLIB NAMES llvm-ranlib-19 llvm-ranlib HINTS ${bin} NAMES_PER_DIR REQUIRED)
find_program(DAWG_WASM_LD NAMES wasm-ld-19 wasm-ld HINTS ${bin} NAMES_PER_DIR REQUIRED)

set(wasi_runtime)
foreach(file crt1-reactor.o libc.a libclang_rt) # the driver knows where its libraries are
  set(ask --print-file-name=${file})
  if(file STREQUAL libclang_rt)
    set(ask --print-libgcc-file-name -rtlib=compiler-rt)
  endif()
  execute_process(COMMAND ${CMAKE_C_COMPILER} --target=wasm32-wasi ${ask} OUTPUT_VARIABLE path
    OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT EXISTS "${path}")
    message(FATAL_ERROR "${CMAKE_C_COMPILER} does not find ${file} for wasm32-wasi. Run: npm run setup")
  endif()
  list(APPEND wasi_runtime ${path})
endforeach()
list(JOIN wasi_runtime " " wasi_runtime)
# The stack (256 KiB) lies first, so that an overflow traps; memory may grow to 1 GiB.
set(CMAKE_C_LINK_EXECUTABLE "${DAWG_WASM_LD} --no-entry --gc-sections --strip-all --stack-first -z stack-size=262144 \
--max-memory=1073741824 <OBJECTS> <LINK_LIBRARIES> ${wasi_runtime} -o <TARGET>")
