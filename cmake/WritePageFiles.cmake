# cmake -DGZIP= -DPAGE= -DOUTPUT= -P WritePageFiles.cmake
# Compresses every file of the directory PAGE and writes page_data.S (their bytes) and page_files.cpp (their table).

cmake_minimum_required(VERSION 3.25)

set(type_html "text/html; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_svg "image/svg+xml")
set(type_json "application/json")
set(type_txt "text/plain; charset=utf-8")
set(type_png "image/png")
set(type_ico "image/x-icon")
set(type_webp "image/webp")
set(type_woff2 "font/woff2")
set(type_wasm "application/wasm")
set(type_webmanifest "application/manifest+json")

file(REMOVE_RECURSE ${OUTPUT}/gz)
file(MAKE_DIRECTORY ${OUTPUT}/gz)
file(GLOB_RECURSE files RELATIVE ${PAGE} ${PAGE}/*)
list(SORT files)
if(NOT "index.html" IN_LIST files)
  message(FATAL_ERROR "${PAGE} has no index.html")
endif()

set(data ".section .rodata\n")
set(symbols "")
set(table "")
set(number 0)
foreach(file IN LISTS files)
  string(REGEX MATCH "[^.]*$" extension ${file})
  if(NOT DEFINED type_${extension})
    message(FATAL_ERROR "${file}: cmake/WritePageFiles.cmake does not know the content type of .${extension}")
  endif()
  set(compressed ${OUTPUT}/gz/${number}.gz)
  # -n: without name and time, so that the same page makes the same program.
  execute_process(COMMAND ${GZIP} -9 -n -c ${PAGE}/${file} OUTPUT_FILE ${compressed} COMMAND_ERROR_IS_FATAL ANY)
  file(SHA256 ${PAGE}/${file} hash)
  file(SIZE ${compressed} size)
  string(SUBSTRING ${hash} 0 16 tag)
  if(file MATCHES "^assets/")
    set(immutable true)
  else()
    set(immutable false)
  endif()
  # The hash makes the text change with the content: that is how the build knows that it must assemble again.
  string(APPEND data "// ${file} ${hash}\n.balign 16\n.globl slipway_page_${number}\nslipway_page_${number}:\n.incbin \"${compressed}\"\n")
  string(APPEND symbols "extern const char slipway_page_${number}[];\n")
  string(APPEND table "    {\"/${file}\", \"${type_${extension}}\", R\"(W/\"${tag}\")\", {slipway_page_${number}, ${size}}, ${immutable}},\n")
  math(EXPR number "${number} + 1")
endforeach()
string(APPEND data ".section .note.GNU-stack,\"\",%progbits\n")

file(WRITE ${OUTPUT}/page_data.S "${data}")
file(WRITE ${OUTPUT}/page_files.cpp "// Written by cmake/WritePageFiles.cmake.
#include \"server/http/page_files.h\"

extern \"C\" {
${symbols}}

namespace slipway::server::http {

std::span<const PageFile> page_files() {
  static const PageFile table[] = {
${table}  };
  return table;
}

}  // namespace slipway::server::http
")
