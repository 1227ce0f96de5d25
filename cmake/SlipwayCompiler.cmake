# Language level, warnings and sanitizers, the same for every target.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)

# g++ 12 miscompiles coroutines without a warning (docs/adr/0001): refuse what is known to be wrong.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR "g++ ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines. Use clang 19 (cmake --preset dev) or g++ 13 and later.")
endif()

# One version for the programs, the API and the log: that of project().
add_compile_definitions(SLIPWAY_VERSION="${PROJECT_VERSION}")

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wconversion -Wno-sign-conversion -Wno-missing-designated-field-initializers
                    $<$<NOT:$<CONFIG:Debug>>:-Werror> -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
# Line tables are all that a stack trace needs, and keep debug builds small.
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG -ffunction-sections -fdata-sections -fstack-protector-strong -D_FORTIFY_SOURCE=2")

if(SLIPWAY_SANITIZE)
  add_compile_options(-fsanitize=${SLIPWAY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SLIPWAY_SANITIZE})
endif()
if(SLIPWAY_SANITIZE MATCHES "address" AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  # The sanitizer's tables are half a million relocations, which every start of a program pays for.
  add_link_options(-no-pie)
endif()
if(SLIPWAY_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_link_options(LINKER:--gc-sections LINKER:--as-needed LINKER:-z,relro,-z,now)
endif()
