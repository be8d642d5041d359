# Everything comes from Debian packages (cmake/debian-packages*.txt), or, for Windows, from what cmake/windows/libraries.sh
# has built of their sources.
if(WIN32)
  include(windows/leverkin_dependencies_windows)
  return()
endif()
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(xtensor REQUIRED)
find_package(HDF5 1.10 REQUIRED COMPONENTS C CXX HL)
find_package(fmt REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(nlohmann_json REQUIRED)
pkg_check_modules(FFTW REQUIRED IMPORTED_TARGET fftw3)
pkg_check_modules(HWY REQUIRED libhwy)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(DEFLATE REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(LZF REQUIRED IMPORTED_TARGET liblzf)

# Programs take HDF5 in as archives where there are some: Debian's shared HDF5 brings thirty libraries with it (curl among
# them, for files in the cloud), which cost 6 MiB and some of every start. Shared objects cannot, as the archives are not
# position independent.
add_library(leverkin_hdf5 INTERFACE)
target_include_directories(leverkin_hdf5 SYSTEM INTERFACE ${HDF5_INCLUDE_DIRS})
set(hdf5_shared ${HDF5_CXX_HL_LIBRARIES} ${HDF5_CXX_LIBRARIES} ${HDF5_HL_LIBRARIES} ${HDF5_LIBRARIES})
set(hdf5_archives ${hdf5_shared})
list(FILTER hdf5_archives EXCLUDE REGEX "lib(curl|crypto)[.]so$")
list(TRANSFORM hdf5_archives REPLACE "(/libhdf5[a-z_]*)[.]so$" "\\1.a")
foreach(file IN LISTS hdf5_archives)
  if(NOT EXISTS ${file})
    set(hdf5_archives ${hdf5_shared})
  endif()
endforeach()
target_link_libraries(leverkin_hdf5
  INTERFACE "$<IF:$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>,${hdf5_archives},${hdf5_shared}>")
