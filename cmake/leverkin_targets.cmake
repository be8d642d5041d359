# What every target of ours is built with, and how a layer is declared.
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(LEVERKIN_CCACHE ccache)
if(LEVERKIN_CCACHE AND PROJECT_IS_TOP_LEVEL)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${LEVERKIN_CCACHE})
endif()

add_library(leverkin_flags INTERFACE)
target_compile_features(leverkin_flags INTERFACE cxx_std_20)
# No contraction: a fused multiply-add appears only where a kernel asks for one, so results do not depend on flags.
target_compile_options(leverkin_flags INTERFACE -ffp-contract=off -fvisibility=hidden
                                                $<$<COMPILE_LANGUAGE:CXX>:-fvisibility-inlines-hidden>
                                                -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wpedantic -Wno-missing-field-initializers)
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

# leverkin_layer(NAME LIBRARIES ...): the .cpp files of one folder of engine/ as an object library. Which layer may include
# which is checked by tests/hygiene.
function(leverkin_layer name)
  cmake_parse_arguments(arg "" "" "LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_library(leverkin_${name} OBJECT ${sources})
  target_link_libraries(leverkin_${name} PRIVATE leverkin_flags ${arg_LIBRARIES})
  target_include_directories(leverkin_${name} PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/engine)
  set_property(GLOBAL APPEND PROPERTY LEVERKIN_LAYERS leverkin_${name})
  set_property(GLOBAL APPEND PROPERTY LEVERKIN_LIBRARIES ${arg_LIBRARIES})
endfunction()
