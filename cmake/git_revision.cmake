# cmake -DSOURCE=... -DHEADER=... -P git_revision.cmake: writes which state of the engine's code this is, at every build. The
# header changes only where the state does.
find_package(Git QUIET)
set(revision "unknown")
if(EXISTS ${SOURCE}/REVISION)  # of a source package
  file(STRINGS ${SOURCE}/REVISION revision LIMIT_COUNT 1)
elseif(GIT_FOUND)
  execute_process(COMMAND ${GIT_EXECUTABLE} describe --always --dirty WORKING_DIRECTORY ${SOURCE}
                  OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(described)
    set(revision ${described})
  endif()
  # What is not committed is told apart too: checkpoints of other code must not be taken up.
  execute_process(COMMAND ${GIT_EXECUTABLE} diff HEAD -- engine include WORKING_DIRECTORY ${SOURCE}
                  OUTPUT_VARIABLE changes ERROR_QUIET)
  if(changes)
    string(SHA1 digest "${changes}")
    string(SUBSTRING ${digest} 0 8 digest)
    string(APPEND revision ".${digest}")
  endif()
endif()
file(CONFIGURE OUTPUT ${HEADER} CONTENT "#define LEVERKIN_GIT_REVISION \"@revision@\"\n" @ONLY)
