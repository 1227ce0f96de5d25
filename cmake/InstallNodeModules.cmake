# cmake -DNPM= -DWEB= -DSTAMP= -P InstallNodeModules.cmake
# npm writes node_modules/.package-lock.json last: if it is newer than the lock file, everything is there.
cmake_minimum_required(VERSION 3.25)

set(done ${WEB}/node_modules/.package-lock.json)
if(NOT EXISTS ${done} OR ${WEB}/package-lock.json IS_NEWER_THAN ${done})
  execute_process(COMMAND ${NPM} ci --no-audit --no-fund --loglevel=error WORKING_DIRECTORY ${WEB} COMMAND_ERROR_IS_FATAL ANY)
  file(TOUCH ${done})
endif()
file(TOUCH ${STAMP})
