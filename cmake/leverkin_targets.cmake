# What every target of ours is built with, and how a layer is declared.
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(LEVERKIN_CCACHE ccache)
if(LEVERKIN_CCACHE AND PROJECT_IS_TOP_LEVEL)
  # Paths within the project count as relative: what one clone has compiled serves the next.
  # The headers that the tests share need the rest.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${LEVERKIN_CCACHE})
endif()

add_library(leverkin_flags INTERFACE)
target_compile_features(leverkin_flags INTERFACE cxx_std_20)
# No contraction: a fused multiply-add appears only where a kernel asks for one, so results do not depend on flags.
# No -Wshadow where files are compiled together: a local variable may have the name of another file's constant.
target_compile_options(leverkin_flags INTERFACE -ffp-contract=off -fvisibility=hidden
                                                $<$<COMPILE_LANGUAGE:CXX>:-fvisibility-inlines-hidden>
                                                -Wall -Wextra $<$<NOT:$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>>:-Wshadow>
                                                -Wconversion -Wno-sign-conversion -Wpedantic -Wno-missing-field-initializers)
# g++ 12 sees overlapping copies in "text" + std::string where there are none (GCC bug 105651).
target_compile_options(leverkin_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
if(LEVERKIN_SANITIZE)
  target_compile_options(leverkin_flags INTERFACE -fsanitize=${LEVERKIN_SANITIZE} -fno-omit-frame-pointer
                                                  -fno-sanitize-recover=all)
  target_link_options(leverkin_flags INTERFACE -fsanitize=${LEVERKIN_SANITIZE})
endif()
if(LEVERKIN_WERROR)
  target_compile_options(leverkin_flags INTERFACE -Werror)
endif()

# A quick build compiles several files of a target together, which saves a third of the time. Off where a file is to show that it
# includes what it uses: dev, tidy, the fuzzers, the sanitizers.
option(LEVERKIN_QUICK_BUILD "Compile several files at a time" OFF)

# leverkin_join_files(TARGET): names that are local to a file are distinct within a target. g++ says of joined files what it
# says of headers with types of an unnamed namespace, and g++ 12, which inlines more there, sees memory freed amiss that is not.
function(leverkin_join_files target)
  if(LEVERKIN_QUICK_BUILD)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 16)
    get_target_property(sources ${target} SOURCES)
    list(FILTER sources INCLUDE REGEX "_(posix|windows)[.]cpp$")  # the macros of the system's headers
    set_source_files_properties(${sources} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    target_compile_options(${target} PRIVATE "$<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage;-Wno-free-nonheap-object>")
  endif()
endfunction()

# What differs from one system to the other is in files of its own, NAME_posix.cpp and NAME_windows.cpp, behind one header.
function(leverkin_leave_out_other_systems list)
  set(sources ${${list}})
  if(WIN32)
    list(FILTER sources EXCLUDE REGEX "_posix[.]cpp$")
  else()
    list(FILTER sources EXCLUDE REGEX "_windows[.]cpp$")
  endif()
  set(${list} ${sources} PARENT_SCOPE)
endfunction()

# leverkin_layer(NAME KNOWS layers... LIBRARIES ... [COLD]): the .cpp files of one folder of engine/, and of the folders in it,
# as an object library. Its include root holds links to the public headers, to itself and to the layers that it may know, and
# nothing else: a wrong include does not compile. COLD: its loops are in kernels and stages, and to optimise it less saves a
# quarter of the time to compile it.
function(leverkin_layer name)
  cmake_parse_arguments(arg "COLD" "" "KNOWS;LIBRARIES" ${ARGN})
  set(root ${PROJECT_BINARY_DIR}/layers/${name})
  file(REMOVE_RECURSE ${root})
  file(MAKE_DIRECTORY ${root})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/include/leverkin ${root}/leverkin SYMBOLIC)
  foreach(layer IN ITEMS ${name} ${arg_KNOWS})
    file(CREATE_LINK ${PROJECT_SOURCE_DIR}/engine/${layer} ${root}/${layer} SYMBOLIC)
  endforeach()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  leverkin_leave_out_other_systems(sources)
  add_library(leverkin_${name} OBJECT ${sources})
  target_link_libraries(leverkin_${name} PRIVATE leverkin_flags ${arg_LIBRARIES})
  target_include_directories(leverkin_${name} PRIVATE ${root})
  if(NOT name STREQUAL kernels)  # each of which Highway compiles for every instruction set
    leverkin_join_files(leverkin_${name})
  endif()
  if(arg_COLD)
    target_compile_options(leverkin_${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  endif()
  set_property(GLOBAL APPEND PROPERTY LEVERKIN_LAYERS leverkin_${name})
  set_property(GLOBAL APPEND PROPERTY LEVERKIN_LIBRARIES ${arg_LIBRARIES})
endfunction()
