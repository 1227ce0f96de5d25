# Puts the web page into the server: built by Vite, each file compressed, and carried as data of the program.
# With SLIPWAY_WEB=OFF a page that says so takes its place.
include_guard()
find_package(ZLIB REQUIRED)
find_program(SLIPWAY_GZIP gzip REQUIRED)

# slipway_build_page(<variable>): the rules that make the page; sets the variable to the stamp of the finished page.
function(slipway_build_page directory result)
  find_program(SLIPWAY_NPM npm REQUIRED)
  set(web ${CMAKE_SOURCE_DIR}/web)
  set(installed ${CMAKE_BINARY_DIR}/web/npm-installed)
  set(built ${CMAKE_BINARY_DIR}/web/built)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${web}/src/*)

  # node_modules stands in web/, for all build directories and editors; npm runs only if it is older than the lock file.
  add_custom_command(OUTPUT ${installed}
    COMMAND ${CMAKE_COMMAND} -DNPM=${SLIPWAY_NPM} -DWEB=${web} -DSTAMP=${installed} -P ${CMAKE_SOURCE_DIR}/cmake/InstallNodeModules.cmake
    DEPENDS ${web}/package-lock.json ${web}/package.json ${CMAKE_SOURCE_DIR}/cmake/InstallNodeModules.cmake
    COMMENT "Installing what the web page is built with"
    VERBATIM)
  add_custom_command(OUTPUT ${built}
    COMMAND ${SLIPWAY_NPM} run --silent build -- --outDir ${directory} --emptyOutDir --logLevel warn
    COMMAND ${CMAKE_COMMAND} -E touch ${built}
    WORKING_DIRECTORY ${web}
    DEPENDS ${installed} ${sources} ${web}/index.html ${web}/vite.config.ts ${web}/tsconfig.json
    COMMENT "Building the web page"
    VERBATIM)
  set(${result} ${built} PARENT_SCOPE)
endfunction()

# slipway_embed_page(<target>): the page as sources of the target (src/server/http/page_files.h).
function(slipway_embed_page target)
  set(output ${CMAKE_BINARY_DIR}/web/embedded)
  if(SLIPWAY_WEB)
    set(page ${CMAKE_BINARY_DIR}/web/dist)
    slipway_build_page(${page} inputs)
  else()
    set(page ${CMAKE_SOURCE_DIR}/src/server/http/placeholder)
    set(inputs ${page}/index.html)
  endif()
  add_custom_command(OUTPUT ${output}/page_files.cpp ${output}/page_data.S
    COMMAND ${CMAKE_COMMAND} -DGZIP=${SLIPWAY_GZIP} -DPAGE=${page} -DOUTPUT=${output} -P ${CMAKE_SOURCE_DIR}/cmake/WritePageFiles.cmake
    DEPENDS ${inputs} ${CMAKE_SOURCE_DIR}/cmake/WritePageFiles.cmake
    COMMENT "Compressing the web page"
    VERBATIM)
  target_sources(${target} PRIVATE ${output}/page_files.cpp ${output}/page_data.S)
  # The compiler's warnings and sanitizers mean nothing to the assembler.
  set_source_files_properties(${output}/page_data.S PROPERTIES COMPILE_OPTIONS -Wno-unused-command-line-argument)
endfunction()
