# What `cmake --install` puts where: the library, its headers, a CMake package (leverkin::core), leverkin.pc and the tool.
if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/leverkin)
install(TARGETS leverkin ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT devel)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/leverkin DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT devel
        FILES_MATCHING PATTERN "*.h")
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/leverkinConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/leverkinConfig.cmake INSTALL_DESTINATION ${package_dir}
                              PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/leverkinConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/leverkinConfig.cmake ${PROJECT_BINARY_DIR}/leverkinConfigVersion.cmake
        DESTINATION ${package_dir} COMPONENT devel)
file(RELATIVE_PATH prefix_from_pc /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
list(JOIN hdf5_shared " " pc_hdf5)
configure_file(${PROJECT_SOURCE_DIR}/cmake/leverkin.pc.in ${PROJECT_BINARY_DIR}/leverkin.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/leverkin.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT devel)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/leverkin COMPONENT devel)
if(TARGET leverkin_shared)
  install(TARGETS leverkin_shared LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime)
endif()
if(TARGET leverkin_tool)
  install(TARGETS leverkin_tool RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime)
  set(shell ${PROJECT_BINARY_DIR}/shell)
  install(FILES ${shell}/leverkin.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT runtime)
  install(FILES ${shell}/leverkin.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME leverkin
          COMPONENT runtime)
  install(FILES ${shell}/_leverkin DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT runtime)
  install(FILES ${shell}/leverkin.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT runtime)
endif()
