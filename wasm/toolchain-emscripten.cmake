# Emscripten as a plain compiler: modules without imports, its JavaScript output is never used.
# EMSDK names an emsdk checkout; without it, emcc on the PATH is used (Debian: package emscripten).
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
find_program(CMAKE_C_COMPILER emcc HINTS $ENV{EMSDK}/upstream/emscripten REQUIRED)
find_program(CMAKE_AR emar HINTS $ENV{EMSDK}/upstream/emscripten REQUIRED)
find_program(CMAKE_RANLIB emranlib HINTS $ENV{EMSDK}/upstream/emscripten REQUIRED)
# Memory starts at 1 MiB and may grow to 1 GiB; 256 KiB of it are the stack (the fit of bands takes 100).
set(CMAKE_EXE_LINKER_FLAGS_INIT "-sSTANDALONE_WASM --no-entry -sALLOW_MEMORY_GROWTH -sINITIAL_MEMORY=1048576 \
-sMAXIMUM_MEMORY=1073741824 -sTOTAL_STACK=262144")
