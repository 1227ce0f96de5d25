# slipway_library(<folder> [LINK <target>...]): the static library of one folder under src/.
# server/config becomes the target slipway_server_config. What a folder may link follows the table in
# docs/architecture.md, which script/check-layers enforces on the includes. What runs on the event loop is known by
# what it links, and gets the precompiled header.
function(slipway_library folder)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  string(REPLACE "/" "_" name "slipway_${folder}")
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.cpp)
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  slipway_precompile(${name} slipway_loop_pch slipway_pch ${ARG_LINK})
endfunction()

# slipway_precompile(<name> <loop pch> <plain pch> <linked target>...): lets <name> reuse one of the precompiled headers. What
# links something that runs on the event loop is known to run on it too.
function(slipway_precompile name loop_pch plain_pch)
  get_property(known GLOBAL PROPERTY slipway_on_loop)
  foreach(target ${ARGN})
    if(target IN_LIST known)
      set_property(GLOBAL APPEND PROPERTY slipway_on_loop ${name})
      target_precompile_headers(${name} REUSE_FROM ${loop_pch})
      return()
    endif()
  endforeach()
  target_precompile_headers(${name} REUSE_FROM ${plain_pch})
endfunction()

# slipway_unit_test(<folder> [LINK <target>...]): every *_test.cpp of tests/unit/<folder> as one program.
function(slipway_unit_test folder)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  string(REPLACE "/" "_" name "${folder}_test")
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/unit/${folder}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/unit)
  string(REPLACE "/" "_" library "slipway_${folder}")
  target_link_libraries(${name} PRIVATE ${library} ${ARG_LINK} GTest::gmock_main)
  slipway_precompile(${name} slipway_loop_test_pch slipway_test_pch ${library})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 900)
endfunction()
