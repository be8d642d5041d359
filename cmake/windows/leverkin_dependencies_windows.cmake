# The same targets as leverkin_dependencies.cmake makes, of the archives in build/windows/deps (libraries.sh).
find_package(Threads REQUIRED)
set(deps ${LEVERKIN_WINDOWS_DEPS})

# leverkin_archive(TARGET FILES... [NEEDS TARGETS...])
function(leverkin_archive target)
  cmake_parse_arguments(arg "" "" "NEEDS" ${ARGN})
  add_library(${target} INTERFACE IMPORTED)
  list(TRANSFORM arg_UNPARSED_ARGUMENTS PREPEND ${LEVERKIN_WINDOWS_DEPS}/lib/)
  target_link_libraries(${target} INTERFACE ${arg_UNPARSED_ARGUMENTS} ${arg_NEEDS})
  target_include_directories(${target} SYSTEM INTERFACE ${LEVERKIN_WINDOWS_DEPS}/include)
endfunction()

# Last, behind all that calls it, and before the compiler's own libraries.
leverkin_archive(leverkin_glibc_math libglibcmath.a)
leverkin_archive(fmt::fmt libfmt.a)
leverkin_archive(PkgConfig::FFTW libfftw3.a NEEDS leverkin_glibc_math)
leverkin_archive(PkgConfig::XXHASH libxxhash.a)
leverkin_archive(PkgConfig::DEFLATE libdeflate.a)
leverkin_archive(PkgConfig::LZF liblzf.a)
add_library(PkgConfig::ZLIB INTERFACE IMPORTED)
target_link_libraries(PkgConfig::ZLIB INTERFACE /usr/x86_64-w64-mingw32/lib/libz.a)
leverkin_archive(leverkin_hdf5 libhdf5_cpp.a libhdf5_hl.a libhdf5.a NEEDS PkgConfig::ZLIB shlwapi)
leverkin_archive(GTest::gtest libgtest.a NEEDS Threads::Threads)
leverkin_archive(GTest::gtest_main libgtest_main.a NEEDS GTest::gtest)

# Header-only: those of this machine, behind links (libraries.sh).
set(HWY_INCLUDE_DIRS ${deps}/include)
foreach(target tomlplusplus::tomlplusplus nlohmann_json::nlohmann_json xtensor)
  leverkin_archive(${target})
endforeach()
leverkin_archive(Eigen3::Eigen)
target_include_directories(Eigen3::Eigen SYSTEM INTERFACE ${deps}/include/eigen3)
